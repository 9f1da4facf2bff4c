package quern.tuning.network;

import java.util.List;
import quern.gpu.Backend;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;

/**
 * Loss of a packed batch and its gradients, with float activations throughout. A batch is taken in windows of whole
 * blocks of {@value AttentionWindow#BLOCK} rows: forward leaving only keys and values, then from the end, each window
 * computed again and its gradients taken, so that the activations of one window exist at a time however long the batch
 * is (Li et al., Training Long-Context LLMs Efficiently via Chunk-wise Optimization: SeCO, arXiv 2505.16710). The last
 * window, or the only one, is computed once. How a batch is cut changes no bit.
 *
 * <p>Owns its buffers: one pass at a time, one thread.
 */
public final class DecoderNetwork {

    /** Activations of a window that stay for its gradient, in bytes; what passes while a block is computed is more. */
    private static final long WINDOW_BYTES = 256L << 20;
    /** A window of any size computes about as fast as this one. */
    private static final int WINDOW_ROWS = 1024;
    /** Fewest tokens of the vocabulary whose part of a gradient is taken by itself. */
    static final int OUTPUTS = 256;
    /** Logits that exist at one time, in floats. */
    private static final int LOGITS_MAX = 8_000_000;

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
    private final int windowRowsMax;
    private final PiecePace forwardPace = new PiecePace(AttentionWindow.BLOCK);
    private final PiecePace backwardPace = new PiecePace(AttentionWindow.BLOCK);
    private final PiecePace lossPace = new PiecePace(1);
    private final PiecePace outputPace = new PiecePace(OUTPUTS);
    private NetworkPass present;

    public DecoderNetwork(ModelShape shape, Weights weights, Backend backend, ScratchRows scratch) {
        this(shape, weights, backend, scratch, windowRows(shape));
    }

    /** @param windowRowsMax most rows of a window, whole blocks */
    DecoderNetwork(ModelShape shape, Weights weights, Backend backend, ScratchRows scratch, int windowRowsMax) {
        this.windowRowsMax = windowRowsMax;
        this.shape = shape;
        this.weights = weights;
        this.kernels = backend.kernels();
        this.training = backend.trainingKernels();
        this.scratch = scratch;
        this.blocks = weights.blocks().stream()
                .map(block -> new DecoderBlock(shape, block, kernels, training, scratch))
                .toList();
    }

    /** Sum of the losses of all counted rows, in nats. */
    public double loss(PackedBatch batch) {
        return whole(beginLoss(batch));
    }

    /**
     * The same, and the gradients of everything trained are added up.
     *
     * @param gradientScale factor of the gradients: one over the counted rows of the whole step for a mean
     */
    public double lossAndGradients(PackedBatch batch, float gradientScale) {
        return whole(beginGradients(batch, gradientScale));
    }

    private static double whole(NetworkPass pass) {
        while (!pass.done()) {
            pass.advance(Integer.MAX_VALUE, Long.MAX_VALUE);
        }
        return pass.loss();
    }

    /** {@link #loss} piece by piece; whatever pass was under way is void. */
    public NetworkPass beginLoss(PackedBatch batch) {
        present = new NetworkPass(this, batch, 1f, new float[0], false);
        return present;
    }

    /** {@link #lossAndGradients} piece by piece; whatever pass was under way is void, its gradients unfinished. */
    public NetworkPass beginGradients(PackedBatch batch, float gradientScale) {
        present = new NetworkPass(this, batch, gradientScale, new float[0], true);
        return present;
    }

    /**
     * Gradients of the sum of the rows' losses, each with a factor of its own, piece by piece.
     *
     * @param weights of the batch's rows; may be negative
     */
    public NetworkPass beginGradients(PackedBatch batch, float[] weights) {
        present = new NetworkPass(this, batch, 1f, weights, true);
        return present;
    }

    /** Most rows of a window: what the memory of its activations allows. */
    static int windowRows(ModelShape shape) {
        long fit = WINDOW_BYTES / (DecoderBlock.keptBytes(shape) * shape.layers());
        int rows = (int) Math.min(WINDOW_ROWS, fit);
        return Math.max(AttentionWindow.BLOCK, rows / AttentionWindow.BLOCK * AttentionWindow.BLOCK);
    }

    /** How long the first piece of a pass takes, if it is as small as can be; 0: not known. */
    public long pieceNanos() {
        return forwardPace.pieceNanos();
    }

    /** Most rows of a window. */
    int windowRowsMax() {
        return windowRowsMax;
    }

    PiecePace forwardPace() {
        return forwardPace;
    }

    PiecePace backwardPace() {
        return backwardPace;
    }

    /** Of rows whose losses are computed. */
    PiecePace lossPace() {
        return lossPace;
    }

    /** Of outputs whose part of the gradient is taken. */
    PiecePace outputPace() {
        return outputPace;
    }

    Kernels kernels() {
        return kernels;
    }

    TrainingKernels training() {
        return training;
    }

    /** Most rows whose logits are computed together. */
    int logitRowsMax() {
        return Math.clamp(LOGITS_MAX / shape.vocabulary(), 8, 2048);
    }

    /** How many blocks the product with the output matrix is worth. */
    double outputBlocks() {
        double attention = 2.0 * (shape.heads() + shape.kvHeads()) * shape.headSize();
        return shape.vocabulary() / (attention + 3.0 * shape.feedForward());
    }

    /** @throws IllegalStateException if another pass was begun since */
    void expectPresent(NetworkPass pass) {
        if (pass != present) {
            throw new IllegalStateException("a pass over " + pass.rows() + " rows goes on after another was begun");
        }
    }

    ModelShape shape() {
        return shape;
    }

    Weights weights() {
        return weights;
    }

    List<DecoderBlock> blocks() {
        return blocks;
    }

    /** The residual stream of a window. */
    Rows hidden(int count) {
        return scratch.rows("hidden", count, shape.hidden());
    }

    /** Its gradient. */
    Rows dHidden(int count) {
        return scratch.rows("dHidden", count, shape.hidden());
    }

    /** Some rows of either, while a block is computed. */
    Rows stream(int count) {
        return scratch.rows("stream", count, shape.hidden());
    }

    /** What the losses of a chunk of rows are computed in. */
    Rows ofChunk(String name, int count, int width) {
        return scratch.rows(name, count, width);
    }

    /** Gradient of the embedded rows of a whole batch, where the table is trained. */
    Rows dEmbedded(int count) {
        return scratch.rows("dEmbedded", count, shape.hidden());
    }
}
