package quern.tuning.network;

import java.util.Arrays;
import java.util.List;
import quern.gpu.Backend;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;

/**
 * Loss of a packed batch and its gradients, with float activations throughout. What the gradient needs is kept per
 * block: about {@code 7 * hidden + 3 * feedForward} floats a token. Logits are computed for counted rows only, a chunk
 * at a time. Owns its buffers: one instance, one thread.
 */
public final class DecoderNetwork {

    /** Logits that exist at one time, in floats. */
    private static final int LOGITS_MAX = 4_000_000;

    /** All weights; which of them are trained is their own affair. */
    public record Weights(Embedding embedding, List<BlockWeights> blocks, Norm outputNorm, Projection output) {}

    /** The weights of one block of attention and feed-forward. */
    public record BlockWeights(
            Norm attentionNorm, Projection query, Projection key, Projection value, Projection attentionOutput,
            Norm feedForwardNorm, Projection gate, Projection up, Projection down) {}

    private final ModelShape shape;
    private final Weights weights;
    private final Kernels kernels;
    private final TrainingKernels training;
    private final List<DecoderBlock> blocks;
    private final ScratchRows scratch;
    private final int logitRows;

    public DecoderNetwork(ModelShape shape, Weights weights, Backend backend, ScratchRows scratch) {
        this.shape = shape;
        this.weights = weights;
        this.kernels = backend.kernels();
        this.training = backend.trainingKernels();
        this.scratch = scratch;
        this.logitRows = Math.clamp(LOGITS_MAX / shape.vocabulary(), 32, 2048);
        this.blocks = weights.blocks().stream()
                .map(block -> new DecoderBlock(shape, block, kernels, training, new ScratchRows(), scratch))
                .toList();
    }

    /** Sum of the losses of all counted rows, in nats. */
    public double loss(PackedBatch batch) {
        return logitLoss(batch, forward(batch, false), 1f, false);
    }

    /**
     * The same, and the gradients of everything trained are added up.
     *
     * @param gradientScale factor of the gradients: one over the counted rows of the whole step for a mean
     */
    public double lossAndGradients(PackedBatch batch, float gradientScale) {
        Rows hidden = forward(batch, true);
        double loss = logitLoss(batch, hidden, gradientScale, true);
        Rows dHidden = scratch.rows("dHidden", batch.count(), shape.hidden());
        for (int i = blocks.size() - 1; i >= 0; i--) {
            blocks.get(i).backward(batch, dHidden);
        }
        weights.embedding().backward(batch.tokens(), batch.count(), dHidden);
        return loss;
    }

    private Rows forward(PackedBatch batch, boolean gradients) {
        Rows hidden = scratch.rows("hidden", batch.count(), shape.hidden());
        weights.embedding().forward(batch.tokens(), batch.count(), hidden);
        for (DecoderBlock block : blocks) {
            if (gradients) {
                block.forward(batch, hidden);
            } else {
                block.forwardOnly(batch, hidden);
            }
        }
        return hidden;
    }

    /** With {@code gradients} leaves the gradient of {@code hidden} in the buffer "dHidden". */
    private double logitLoss(PackedBatch batch, Rows hidden, float gradientScale, boolean gradients) {
        Rows dHidden = null;
        if (gradients) {
            dHidden = scratch.rows("dHidden", batch.count(), shape.hidden());
            Arrays.fill(dHidden.values(), 0, batch.count() * shape.hidden(), 0f);
        }
        int[] rows = new int[logitRows];
        double loss = 0;
        int chosen = 0;
        for (int t = 0; t < batch.count(); t++) {
            if (batch.labels()[t] != PackedBatch.NOT_COUNTED) {
                rows[chosen++] = t;
            }
            if (chosen == logitRows || (t == batch.count() - 1 && chosen > 0)) {
                loss += chunkLoss(batch, hidden, rows, chosen, gradientScale, dHidden);
                chosen = 0;
            }
        }
        return loss;
    }

    private double chunkLoss(
            PackedBatch batch, Rows hidden, int[] rows, int count, float gradientScale, Rows dHidden) {
        int width = shape.hidden();
        Rows x = scratch.rows("chosen", logitRows, width);
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(hidden.values(), hidden.at(rows[i]), x.values(), x.at(i), width);
            labels[i] = batch.labels()[rows[i]];
        }
        Rows normed = scratch.rows("chosenNormed", logitRows, width);
        kernels.rmsNorm(x, count, weights.outputNorm().weight(), shape.normEpsilon(), normed);
        Rows logits = scratch.rows("logits", logitRows, shape.vocabulary());
        weights.output().forward(normed, count, logits);
        double loss = training.crossEntropy(logits, count, labels, gradientScale);
        if (dHidden != null) {
            Rows dNormed = scratch.rows("dChosenNormed", logitRows, width);
            weights.output().backward(logits, normed, count, dNormed, false);
            Rows dChosen = scratch.rows("dChosen", logitRows, width);
            training.rmsNormGradient(
                    x, count, weights.outputNorm().weight(), shape.normEpsilon(), dNormed, dChosen, false,
                    weights.outputNorm().gradients().orElse(null));
            for (int i = 0; i < count; i++) {
                System.arraycopy(dChosen.values(), dChosen.at(i), dHidden.values(), dHidden.at(rows[i]), width);
            }
        }
        return loss;
    }
}
