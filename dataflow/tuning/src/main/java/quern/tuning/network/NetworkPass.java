package quern.tuning.network;

import java.util.Arrays;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.tensor.Rows;

/**
 * One batch on its way through a {@link DecoderNetwork}, piece by piece: some rows of a window through one block,
 * forward or backward, or the losses of some rows. Whoever drives it may do something else between two pieces, and
 * chooses how large they are: that changes no bit.
 */
public final class NetworkPass {

    private enum Phase { FORWARD, LOSS, LOSS_GRADIENT, BACKWARD, DONE }

    private final DecoderNetwork network;
    private final PackedBatch batch;
    private final float gradientScale;
    /** Factors of the rows' losses in the gradients; empty: all are 1. */
    private final float[] weights;
    private final boolean gradients;
    private final double[] losses;
    private Phase phase = Phase.FORWARD;
    private BatchWindow window;
    /** Whether the window's activations stay for its gradient, and whether its keys and values were there before. */
    private boolean kept;
    private boolean again;
    private int layer;
    /** Rows of the window from its first that are behind the layer; backward those that are before it. */
    private int row;
    private LossChunk chunk;
    /** Rows of the batch from its first whose keys and values are there. */
    private int known;
    /** Rows of the batch from its first whose gradients have not been taken. */
    private int open;

    NetworkPass(DecoderNetwork network, PackedBatch batch, float gradientScale, float[] weights, boolean gradients) {
        if (weights.length > 0 && weights.length != batch.count()) {
            throw new IllegalArgumentException(weights.length + " weights of " + batch.count() + " rows");
        }
        this.network = network;
        this.batch = batch;
        this.gradientScale = gradientScale;
        this.weights = weights;
        this.gradients = gradients;
        this.losses = new double[batch.count()];
        this.open = batch.count();
        network.blocks().forEach(block -> block.reserve(batch.count(), gradients));
    }

    public boolean done() {
        return phase == Phase.DONE;
    }

    /** Rows of the batch. */
    public int rows() {
        return batch.count();
    }

    /** Sum of the losses of all counted rows, in nats, once it is {@link #done}. */
    public double loss() {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum;
    }

    /** The losses of all rows, in nats, 0 where none is counted, once it is {@link #done}. */
    public double[] losses() {
        return losses.clone();
    }

    /** How long the smallest piece that can be next takes, by those before; 0: not known. */
    public long pieceNanos() {
        return pace().pieceNanos();
    }

    private PiecePace pace() {
        return switch (phase) {
            case FORWARD -> network.forwardPace();
            case LOSS -> network.lossPace();
            case LOSS_GRADIENT -> network.outputPace();
            case BACKWARD, DONE -> network.backwardPace();
        };
    }

    /**
     * The next piece: what fits by the pace of those before, the smallest there is if nothing does.
     *
     * @param tokensMax at most about so many tokens' worth
     * @param nanosMax how long it may take
     * @return what it was worth in tokens: rows that are computed once through the whole network
     * @throws IllegalStateException if another pass of the network was begun since
     */
    public double advance(double tokensMax, long nanosMax) {
        network.expectPresent(this);
        PiecePace pace = pace();
        int rowsMax = nanosMax == Long.MAX_VALUE ? Integer.MAX_VALUE : pace.rowsWithin(nanosMax);
        double rowWorth = rowWorth();
        rowsMax = (int) Math.min(rowsMax, tokensMax / rowWorth);
        long from = System.nanoTime();
        int rows = switch (phase) {
            case FORWARD -> forward(rowsMax);
            case LOSS -> score(rowsMax);
            case LOSS_GRADIENT -> lossGradient(rowsMax);
            case BACKWARD -> backward(rowsMax);
            case DONE -> 0;
        };
        if (rows > 0) {
            pace.took(rows, System.nanoTime() - from);
        }
        return rows * rowWorth;
    }

    /** What a row of a piece is worth, as a share of one through the whole network; for outputs, one of those. */
    private double rowWorth() {
        double whole = (gradients ? 2 : 1) * (network.shape().layers() + network.outputBlocks());
        return switch (phase) {
            case FORWARD, BACKWARD, DONE -> 1 / whole;
            case LOSS -> network.outputBlocks() / whole;
            case LOSS_GRADIENT -> chunk.rows() * network.outputBlocks() / network.shape().vocabulary() / whole;
        };
    }

    private static int wholeBlocks(int rows) {
        return Math.max(AttentionWindow.BLOCK, rows / AttentionWindow.BLOCK * AttentionWindow.BLOCK);
    }

    private int forward(int rowsMax) {
        if (window == null) {
            begin();
        }
        int count = Math.min(wholeBlocks(rowsMax), window.count() - row);
        BatchWindow part = window.part(row, row + count);
        Rows hidden = network.hidden(window.count());
        Rows stream = DecoderBlock.copy(hidden, row, network.stream(count), 0, count);
        DecoderBlock block = network.blocks().get(layer);
        boolean last = layer + 1 == network.shape().layers();
        if (last && gradients && !kept) {
            block.attendable(part, stream);
        } else {
            block.forward(part, stream, again, kept ? row : -1);
        }
        DecoderBlock.copy(stream, 0, hidden, row, count);
        row += count;
        if (row == window.count()) {
            row = 0;
            layer++;
        }
        if (layer == network.shape().layers()) {
            forwardDone();
        }
        return count;
    }

    private void begin() {
        int rows = network.windowRowsMax();
        again = known == batch.count();
        if (again) {
            window = BatchWindow.of(batch, Math.max(0, open - rows), open, network.shape());
            kept = true;
        } else {
            window = BatchWindow.of(batch, known, known + next(batch.count() - known, rows), network.shape());
            kept = gradients && window.last();
        }
        if (kept) {
            network.blocks().forEach(block -> block.reserveKept(window.count()));
        }
        layer = 0;
        row = 0;
        network.weights().embedding().forward(window.tokens(), window.count(), network.hidden(window.count()));
    }

    /* The last window is computed once, so it is to be a whole one. */
    private int next(int left, int rows) {
        if (left <= rows) {
            return left;
        }
        int before = Math.ceilDiv(left - rows, AttentionWindow.BLOCK) * AttentionWindow.BLOCK;
        return gradients ? Math.min(rows, before) : rows;
    }

    private void forwardDone() {
        known = Math.max(known, window.to());
        if (gradients && !kept) {
            window = null;
            return;
        }
        phase = Phase.LOSS;
        row = window.count();
        if (gradients) {
            Arrays.fill(network.dHidden(window.count()).values(), 0,
                    window.count() * network.shape().hidden(), 0f);
        }
    }

    private int score(int rowsMax) {
        if (chunk == null) {
            int[] rows = lastCounted();
            if (rows.length == 0) {
                scored();
                return 0;
            }
            chunk = new LossChunk(network, window, rows);
        }
        int used = chunk.score(Math.max(1, rowsMax), gradientScale, weights, losses);
        if (chunk.scored()) {
            phase = gradients ? Phase.LOSS_GRADIENT : Phase.LOSS;
            chunk = gradients ? chunk : null;
        }
        return used;
    }

    /** The last counted rows of the window that have no losses, as many as belong into one chunk. */
    private int[] lastCounted() {
        int[] rows = new int[Math.min(row, network.logitRowsMax())];
        int first = rows.length;
        while (row > 0 && first > 0) {
            row--;
            if (window.labels()[row] != PackedBatch.NOT_COUNTED) {
                rows[--first] = row;
            }
        }
        return Arrays.copyOfRange(rows, first, rows.length);
    }

    private int lossGradient(int outputsMax) {
        int used = chunk.gradient(Math.max(DecoderNetwork.OUTPUTS, outputsMax));
        if (chunk.done()) {
            chunk = null;
            phase = Phase.LOSS;
        }
        return used;
    }

    private void scored() {
        if (gradients) {
            phase = Phase.BACKWARD;
            layer = network.shape().layers() - 1;
            row = window.count();
        } else {
            phase = window.last() ? Phase.DONE : Phase.FORWARD;
            window = null;
        }
    }

    private int backward(int rowsMax) {
        // Pieces end where blocks of the batch do, and only the last of all may be no whole block.
        int first = Math.max(0, (row - 1) / AttentionWindow.BLOCK * AttentionWindow.BLOCK
                - wholeBlocks(rowsMax) + AttentionWindow.BLOCK);
        int count = row - first;
        Rows dHidden = network.dHidden(window.count());
        Rows stream = DecoderBlock.copy(dHidden, first, network.stream(count), 0, count);
        network.blocks().get(layer).backward(window.part(first, row), stream, first);
        DecoderBlock.copy(stream, 0, dHidden, first, count);
        row = first;
        if (row == 0) {
            row = window.count();
            layer--;
        }
        if (layer < 0) {
            backwardDone();
        }
        return count;
    }

    /* The table's gradient is added at the end: the output matrix may be the same, and windows would mix the two. */
    private void backwardDone() {
        boolean trained = network.weights().embedding().trained();
        if (trained) {
            DecoderBlock.copy(network.dHidden(window.count()), 0, network.dEmbedded(batch.count()), window.from(),
                    window.count());
        }
        open = window.from();
        window = null;
        phase = open == 0 ? Phase.DONE : Phase.FORWARD;
        if (trained && phase == Phase.DONE) {
            network.weights().embedding().backward(batch.tokens(), batch.count(), network.dEmbedded(batch.count()));
        }
    }
}
