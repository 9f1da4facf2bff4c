package quern.tuning.network;

import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.DecoderNetwork.BlockWeights;

/** One block of attention and feed-forward with the activations its gradient needs. */
final class DecoderBlock {

    private final ModelShape shape;
    private final BlockWeights weights;
    private final Kernels kernels;
    private final TrainingKernels training;
    private final ScratchRows kept;
    private final ScratchRows shared;
    private final float attentionScale;

    /** @param shared what is needed only while one block is computed; the same for all blocks */
    DecoderBlock(
            ModelShape shape, BlockWeights weights, Kernels kernels, TrainingKernels training, ScratchRows kept,
            ScratchRows shared) {
        this.shape = shape;
        this.weights = weights;
        this.kernels = kernels;
        this.training = training;
        this.kept = kept;
        this.shared = shared;
        this.attentionScale = (float) (1.0 / Math.sqrt(shape.headSize()));
    }

    private int attentionWidth() {
        return shape.heads() * shape.headSize();
    }

    private int kvWidth() {
        return shape.kvHeads() * shape.headSize();
    }

    /** Adds the block's outputs to {@code hidden}, the residual stream, and keeps what {@link #backward} needs. */
    void forward(PackedBatch batch, Rows hidden) {
        forward(batch, hidden, kept);
    }

    /** The same with nothing kept. */
    void forwardOnly(PackedBatch batch, Rows hidden) {
        forward(batch, hidden, shared);
    }

    private void forward(PackedBatch batch, Rows hidden, ScratchRows kept) {
        int count = batch.count();
        Rows input = copy(kept.rows("input", count, shape.hidden()), hidden, count);
        Rows normed = kept.rows("normed", count, shape.hidden());
        kernels.rmsNorm(input, count, weights.attentionNorm().weight(), shape.normEpsilon(), normed);
        Rows q = kept.rows("q", count, attentionWidth());
        Rows k = kept.rows("k", count, kvWidth());
        Rows v = kept.rows("v", count, kvWidth());
        weights.query().forward(normed, count, q);
        weights.key().forward(normed, count, k);
        weights.value().forward(normed, count, v);
        kernels.rope(q, count, shape.heads(), shape.headSize(), shape.rope(), batch.positions());
        kernels.rope(k, count, shape.kvHeads(), shape.headSize(), shape.rope(), batch.positions());
        Rows mixed = kept.rows("mixed", count, attentionWidth());
        training.packedAttention(
                q, k, v, count, shape.heads(), shape.kvHeads(), attentionScale, batch.segmentFrom(), mixed,
                kept.rows("logSumExp", count, shape.heads()));
        Rows projected = shared.rows("projected", count, shape.hidden());
        weights.attentionOutput().forward(mixed, count, projected);
        kernels.add(hidden, count, projected);
        feedForward(count, hidden, projected, kept);
    }

    private void feedForward(int count, Rows hidden, Rows projected, ScratchRows kept) {
        Rows middle = copy(kept.rows("middle", count, shape.hidden()), hidden, count);
        Rows normed = kept.rows("middleNormed", count, shape.hidden());
        kernels.rmsNorm(middle, count, weights.feedForwardNorm().weight(), shape.normEpsilon(), normed);
        Rows gate = kept.rows("gate", count, shape.feedForward());
        Rows up = kept.rows("up", count, shape.feedForward());
        Rows gated = kept.rows("gated", count, shape.feedForward());
        weights.gate().forward(normed, count, gate);
        weights.up().forward(normed, count, up);
        kernels.siluMultiply(gate, up, count, gated);
        weights.down().forward(gated, count, projected);
        kernels.add(hidden, count, projected);
    }

    /** Turns the gradient of the block's output stream into that of its input stream, in place. */
    void backward(PackedBatch batch, Rows dHidden) {
        int count = batch.count();
        feedForwardGradient(count, dHidden);
        Rows q = kept.rows("q", count, attentionWidth());
        Rows k = kept.rows("k", count, kvWidth());
        Rows v = kept.rows("v", count, kvWidth());
        Rows mixed = kept.rows("mixed", count, attentionWidth());
        Rows dMixed = shared.rows("dMixed", count, attentionWidth());
        weights.attentionOutput().backward(dHidden, mixed, count, dMixed, false);
        Rows dq = shared.rows("dq", count, attentionWidth());
        Rows dk = shared.rows("dk", count, kvWidth());
        Rows dv = shared.rows("dv", count, kvWidth());
        training.packedAttentionGradient(
                q, k, v, mixed, kept.rows("logSumExp", count, shape.heads()), dMixed, count, shape.heads(),
                shape.kvHeads(), attentionScale, batch.segmentFrom(), dq, dk, dv);
        training.ropeGradient(dq, count, shape.heads(), shape.headSize(), shape.rope(), batch.positions());
        training.ropeGradient(dk, count, shape.kvHeads(), shape.headSize(), shape.rope(), batch.positions());
        Rows normed = kept.rows("normed", count, shape.hidden());
        Rows dNormed = shared.rows("dNormed", count, shape.hidden());
        weights.query().backward(dq, normed, count, dNormed, false);
        weights.key().backward(dk, normed, count, dNormed, true);
        weights.value().backward(dv, normed, count, dNormed, true);
        normGradient(weights.attentionNorm(), kept.rows("input", count, shape.hidden()), count, dNormed, dHidden);
    }

    private void feedForwardGradient(int count, Rows dHidden) {
        Rows gate = kept.rows("gate", count, shape.feedForward());
        Rows up = kept.rows("up", count, shape.feedForward());
        Rows dGated = shared.rows("dGated", count, shape.feedForward());
        Rows dGate = shared.rows("dGate", count, shape.feedForward());
        Rows dUp = shared.rows("dUp", count, shape.feedForward());
        weights.down().backward(dHidden, kept.rows("gated", count, shape.feedForward()), count, dGated, false);
        training.siluMultiplyGradient(gate, up, dGated, count, dGate, dUp);
        Rows normed = kept.rows("middleNormed", count, shape.hidden());
        Rows dNormed = shared.rows("dNormed", count, shape.hidden());
        weights.gate().backward(dGate, normed, count, dNormed, false);
        weights.up().backward(dUp, normed, count, dNormed, true);
        normGradient(weights.feedForwardNorm(), kept.rows("middle", count, shape.hidden()), count, dNormed, dHidden);
    }

    private void normGradient(Norm norm, Rows x, int count, Rows dNormed, Rows dHidden) {
        training.rmsNormGradient(
                x, count, norm.weight(), shape.normEpsilon(), dNormed, dHidden, true, norm.gradients().orElse(null));
    }

    private static Rows copy(Rows to, Rows from, int count) {
        System.arraycopy(from.values(), 0, to.values(), 0, count * from.width());
        return to;
    }
}
