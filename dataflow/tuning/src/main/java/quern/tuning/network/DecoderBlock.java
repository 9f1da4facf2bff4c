package quern.tuning.network;

import java.util.Arrays;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.DecoderNetwork.BlockWeights;

/**
 * One block of attention and feed-forward, over a part of a window at a time. Keys and values of all rows of a batch
 * stay; of the rest what the gradient needs stays for the one window whose gradient is next.
 */
final class DecoderBlock {

    /** What a window's gradient needs of its forward. Norms and the gated product are computed again. */
    private enum Kept { INPUT, QUERIES, MIXED, LOG_SUM_EXP, MIDDLE, GATE, UP }

    private final ModelShape shape;
    private final BlockWeights weights;
    private final Kernels kernels;
    private final TrainingKernels training;
    private final ScratchRows shared;
    private final ScratchRows kept = new ScratchRows();
    private final ScratchRows whole = new ScratchRows();

    /** @param shared what is needed only while one block is computed; the same for all blocks */
    DecoderBlock(
            ModelShape shape, BlockWeights weights, Kernels kernels, TrainingKernels training, ScratchRows shared) {
        this.shape = shape;
        this.weights = weights;
        this.kernels = kernels;
        this.training = training;
        this.shared = shared;
    }

    /** Bytes a row of a window takes while it is kept. */
    static long keptBytes(ModelShape shape) {
        return 4L * (2 * shape.hidden() + 2 * shape.heads() * shape.headSize() + shape.heads()
                + 2 * shape.feedForward());
    }

    private int attentionWidth() {
        return shape.heads() * shape.headSize();
    }

    private int kvWidth() {
        return shape.kvHeads() * shape.headSize();
    }

    /** Room for the window whose gradient is next. */
    void reserveKept(int rows) {
        for (Kept part : Kept.values()) {
            kept.rows(part.name(), rows, width(part));
        }
    }

    private int width(Kept part) {
        return switch (part) {
            case INPUT, MIDDLE -> shape.hidden();
            case QUERIES, MIXED -> attentionWidth();
            case LOG_SUM_EXP -> shape.heads();
            case GATE, UP -> shape.feedForward();
        };
    }

    /** The rows of a part of the window, as they are to be computed with. */
    private Rows part(Kept part, int count) {
        return shared.rows(part.name(), count, width(part));
    }

    private void keep(Kept part, Rows rows, int row, int count) {
        copy(rows, 0, kept.rows(part.name(), 1, width(part)), row, count);
    }

    private Rows kept(Kept part, int row, int count) {
        return copy(kept.rows(part.name(), 1, width(part)), row, part(part, count), 0, count);
    }

    /** Room for all rows of a batch; what is in it stays only while it is large enough. */
    void reserve(int rows, boolean gradients) {
        for (String name : gradients ? new String[] {"k", "v", "dk", "dv"} : new String[] {"k", "v"}) {
            whole.rows(name, rows, kvWidth());
        }
    }

    private Rows whole(String name) {
        return whole.rows(name, 1, kvWidth());
    }

    /** Leaves the keys and values of a window whose outputs nobody needs yet. */
    void attendable(BatchWindow window, Rows hidden) {
        Rows normed = shared.rows("normed", window.count(), shape.hidden());
        kernels.rmsNorm(hidden, window.count(), weights.attentionNorm().weight(), shape.normEpsilon(), normed);
        keysAndValues(window, normed);
    }

    private void keysAndValues(BatchWindow window, Rows normed) {
        int count = window.count();
        Rows k = shared.rows("k", count, kvWidth());
        weights.key().forward(normed, count, k);
        kernels.rope(k, count, shape.kvHeads(), shape.headSize(), shape.rope(), window.positions());
        copy(k, 0, whole("k"), window.from(), count);
        Rows v = shared.rows("v", count, kvWidth());
        weights.value().forward(normed, count, v);
        copy(v, 0, whole("v"), window.from(), count);
    }

    /**
     * Adds the block's outputs to {@code hidden}, the residual stream of some rows of a window.
     *
     * @param known whether their keys and values are there from an earlier call
     * @param keepAt row of the window they begin at, if {@link #backward} is to follow; -1: it is not
     */
    void forward(BatchWindow window, Rows hidden, boolean known, int keepAt) {
        int count = window.count();
        if (keepAt >= 0) {
            keep(Kept.INPUT, hidden, keepAt, count);
        }
        Rows normed = shared.rows("normed", count, shape.hidden());
        kernels.rmsNorm(hidden, count, weights.attentionNorm().weight(), shape.normEpsilon(), normed);
        if (!known) {
            keysAndValues(window, normed);
        }
        Rows q = part(Kept.QUERIES, count);
        weights.query().forward(normed, count, q);
        kernels.rope(q, count, shape.heads(), shape.headSize(), shape.rope(), window.positions());
        Rows mixed = part(Kept.MIXED, count);
        Rows logSumExp = part(Kept.LOG_SUM_EXP, count);
        training.windowAttention(q, whole("k"), whole("v"), window.attention(), mixed, logSumExp);
        if (keepAt >= 0) {
            keep(Kept.QUERIES, q, keepAt, count);
            keep(Kept.MIXED, mixed, keepAt, count);
            keep(Kept.LOG_SUM_EXP, logSumExp, keepAt, count);
        }
        Rows projected = shared.rows("projected", count, shape.hidden());
        weights.attentionOutput().forward(mixed, count, projected);
        kernels.add(hidden, count, projected);
        feedForward(count, hidden, projected, keepAt);
    }

    private void feedForward(int count, Rows hidden, Rows projected, int keepAt) {
        Rows normed = shared.rows("normed", count, shape.hidden());
        kernels.rmsNorm(hidden, count, weights.feedForwardNorm().weight(), shape.normEpsilon(), normed);
        Rows gate = part(Kept.GATE, count);
        Rows up = part(Kept.UP, count);
        Rows gated = shared.rows("gated", count, shape.feedForward());
        weights.gate().forward(normed, count, gate);
        weights.up().forward(normed, count, up);
        kernels.siluMultiply(gate, up, count, gated);
        if (keepAt >= 0) {
            keep(Kept.MIDDLE, hidden, keepAt, count);
            keep(Kept.GATE, gate, keepAt, count);
            keep(Kept.UP, up, keepAt, count);
        }
        weights.down().forward(gated, count, projected);
        kernels.add(hidden, count, projected);
    }

    /**
     * Turns the gradient of the output stream of some rows into that of their input stream, in place. Rows come from
     * the end of the batch; {@link #forward} kept them.
     *
     * @param keptAt row of the window they begin at
     */
    void backward(BatchWindow window, Rows dHidden, int keptAt) {
        int count = window.count();
        feedForwardGradient(count, dHidden, keptAt);
        Rows mixed = kept(Kept.MIXED, keptAt, count);
        Rows dMixed = shared.rows("dMixed", count, attentionWidth());
        weights.attentionOutput().backward(dHidden, mixed, count, dMixed, false);
        if (window.last()) {
            Arrays.fill(whole("dk").values(), 0, window.to() * kvWidth(), 0f);
            Arrays.fill(whole("dv").values(), 0, window.to() * kvWidth(), 0f);
        }
        Rows dq = shared.rows("dq", count, attentionWidth());
        training.windowAttentionGradient(
                kept(Kept.QUERIES, keptAt, count), whole("k"), whole("v"), mixed,
                kept(Kept.LOG_SUM_EXP, keptAt, count), dMixed, window.attention(), dq, whole("dk"), whole("dv"));
        Rows dk = copy(whole("dk"), window.from(), shared.rows("dk", count, kvWidth()), 0, count);
        Rows dv = copy(whole("dv"), window.from(), shared.rows("dv", count, kvWidth()), 0, count);
        training.ropeGradient(dq, count, shape.heads(), shape.headSize(), shape.rope(), window.positions());
        training.ropeGradient(dk, count, shape.kvHeads(), shape.headSize(), shape.rope(), window.positions());
        Rows input = kept(Kept.INPUT, keptAt, count);
        Rows normed = shared.rows("normed", count, shape.hidden());
        kernels.rmsNorm(input, count, weights.attentionNorm().weight(), shape.normEpsilon(), normed);
        Rows dNormed = shared.rows("dNormed", count, shape.hidden());
        weights.query().backward(dq, normed, count, dNormed, false);
        weights.key().backward(dk, normed, count, dNormed, true);
        weights.value().backward(dv, normed, count, dNormed, true);
        normGradient(weights.attentionNorm(), input, count, dNormed, dHidden);
    }

    private void feedForwardGradient(int count, Rows dHidden, int keptAt) {
        Rows gate = kept(Kept.GATE, keptAt, count);
        Rows up = kept(Kept.UP, keptAt, count);
        Rows gated = shared.rows("gated", count, shape.feedForward());
        kernels.siluMultiply(gate, up, count, gated);
        Rows dGated = shared.rows("dGated", count, shape.feedForward());
        weights.down().backward(dHidden, gated, count, dGated, false);
        // In place: neither is needed again.
        training.siluMultiplyGradient(gate, up, dGated, count, gate, up);
        Rows middle = kept(Kept.MIDDLE, keptAt, count);
        Rows normed = shared.rows("normed", count, shape.hidden());
        kernels.rmsNorm(middle, count, weights.feedForwardNorm().weight(), shape.normEpsilon(), normed);
        Rows dNormed = shared.rows("dNormed", count, shape.hidden());
        weights.gate().backward(gate, normed, count, dNormed, false);
        weights.up().backward(up, normed, count, dNormed, true);
        normGradient(weights.feedForwardNorm(), middle, count, dNormed, dHidden);
    }

    private void normGradient(Norm norm, Rows x, int count, Rows dNormed, Rows dHidden) {
        training.rmsNormGradient(
                x, count, norm.weight(), shape.normEpsilon(), dNormed, dHidden, true, norm.gradients().orElse(null));
    }

    /** Rows of one into another; returns the latter. */
    static Rows copy(Rows from, int fromRow, Rows to, int toRow, int count) {
        System.arraycopy(from.values(), from.at(fromRow), to.values(), to.at(toRow), count * from.width());
        return to;
    }
}
