package quern.tuning.network;

import java.util.Arrays;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.DecoderNetwork.BlockWeights;

/**
 * One block of attention and feed-forward, over one window of a batch at a time. Keys and values of all rows stay; of
 * the rest what the gradient needs stays for the one window whose gradient is next.
 */
final class DecoderBlock {

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
     * Adds the block's outputs to {@code hidden}, the residual stream of the window.
     *
     * @param known whether the window's keys and values are there from an earlier call
     * @param keep whether {@link #backward} is to follow for this window
     */
    void forward(BatchWindow window, Rows hidden, boolean known, boolean keep) {
        int count = window.count();
        ScratchRows to = keep ? kept : shared;
        if (keep) {
            copy(hidden, 0, kept.rows("input", count, shape.hidden()), 0, count);
        }
        Rows normed = shared.rows("normed", count, shape.hidden());
        kernels.rmsNorm(hidden, count, weights.attentionNorm().weight(), shape.normEpsilon(), normed);
        if (!known) {
            keysAndValues(window, normed);
        }
        Rows q = to.rows("q", count, attentionWidth());
        weights.query().forward(normed, count, q);
        kernels.rope(q, count, shape.heads(), shape.headSize(), shape.rope(), window.positions());
        Rows mixed = to.rows("mixed", count, attentionWidth());
        training.windowAttention(q, whole("k"), whole("v"), window.attention(), mixed,
                to.rows("logSumExp", count, shape.heads()));
        Rows projected = shared.rows("projected", count, shape.hidden());
        weights.attentionOutput().forward(mixed, count, projected);
        kernels.add(hidden, count, projected);
        if (keep) {
            copy(hidden, 0, kept.rows("middle", count, shape.hidden()), 0, count);
        }
        kernels.rmsNorm(hidden, count, weights.feedForwardNorm().weight(), shape.normEpsilon(), normed);
        Rows gate = to.rows("gate", count, shape.feedForward());
        Rows up = to.rows("up", count, shape.feedForward());
        Rows gated = shared.rows("gated", count, shape.feedForward());
        weights.gate().forward(normed, count, gate);
        weights.up().forward(normed, count, up);
        kernels.siluMultiply(gate, up, count, gated);
        weights.down().forward(gated, count, projected);
        kernels.add(hidden, count, projected);
    }

    /**
     * Turns the gradient of the window's output stream into that of its input stream, in place. Windows come from the
     * end of the batch; each is the one {@link #forward} kept last.
     */
    void backward(BatchWindow window, Rows dHidden) {
        int count = window.count();
        feedForwardGradient(count, dHidden);
        Rows mixed = kept.rows("mixed", count, attentionWidth());
        Rows dMixed = shared.rows("dMixed", count, attentionWidth());
        weights.attentionOutput().backward(dHidden, mixed, count, dMixed, false);
        if (window.last()) {
            Arrays.fill(whole("dk").values(), 0, window.to() * kvWidth(), 0f);
            Arrays.fill(whole("dv").values(), 0, window.to() * kvWidth(), 0f);
        }
        Rows dq = shared.rows("dq", count, attentionWidth());
        training.windowAttentionGradient(
                kept.rows("q", count, attentionWidth()), whole("k"), whole("v"), mixed,
                kept.rows("logSumExp", count, shape.heads()), dMixed, window.attention(), dq, whole("dk"),
                whole("dv"));
        Rows dk = copy(whole("dk"), window.from(), shared.rows("dk", count, kvWidth()), 0, count);
        Rows dv = copy(whole("dv"), window.from(), shared.rows("dv", count, kvWidth()), 0, count);
        training.ropeGradient(dq, count, shape.heads(), shape.headSize(), shape.rope(), window.positions());
        training.ropeGradient(dk, count, shape.kvHeads(), shape.headSize(), shape.rope(), window.positions());
        Rows input = kept.rows("input", count, shape.hidden());
        Rows normed = shared.rows("normed", count, shape.hidden());
        kernels.rmsNorm(input, count, weights.attentionNorm().weight(), shape.normEpsilon(), normed);
        Rows dNormed = shared.rows("dNormed", count, shape.hidden());
        weights.query().backward(dq, normed, count, dNormed, false);
        weights.key().backward(dk, normed, count, dNormed, true);
        weights.value().backward(dv, normed, count, dNormed, true);
        normGradient(weights.attentionNorm(), input, count, dNormed, dHidden);
    }

    private void feedForwardGradient(int count, Rows dHidden) {
        Rows gate = kept.rows("gate", count, shape.feedForward());
        Rows up = kept.rows("up", count, shape.feedForward());
        Rows gated = shared.rows("gated", count, shape.feedForward());
        kernels.siluMultiply(gate, up, count, gated);
        Rows dGated = shared.rows("dGated", count, shape.feedForward());
        weights.down().backward(dHidden, gated, count, dGated, false);
        Rows dGate = shared.rows("dGate", count, shape.feedForward());
        Rows dUp = shared.rows("dUp", count, shape.feedForward());
        training.siluMultiplyGradient(gate, up, dGated, count, dGate, dUp);
        Rows middle = kept.rows("middle", count, shape.hidden());
        Rows normed = shared.rows("normed", count, shape.hidden());
        kernels.rmsNorm(middle, count, weights.feedForwardNorm().weight(), shape.normEpsilon(), normed);
        Rows dNormed = shared.rows("dNormed", count, shape.hidden());
        weights.gate().backward(dGate, normed, count, dNormed, false);
        weights.up().backward(dUp, normed, count, dNormed, true);
        normGradient(weights.feedForwardNorm(), middle, count, dNormed, dHidden);
    }

    private void normGradient(Norm norm, Rows x, int count, Rows dNormed, Rows dHidden) {
        training.rmsNormGradient(
                x, count, norm.weight(), shape.normEpsilon(), dNormed, dHidden, true, norm.gradients().orElse(null));
    }

    private static Rows copy(Rows from, int fromRow, Rows to, int toRow, int count) {
        System.arraycopy(from.values(), from.at(fromRow), to.values(), to.at(toRow), count * from.width());
        return to;
    }
}
