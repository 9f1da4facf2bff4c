package quern.tuning.network;

import java.util.Arrays;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.tensor.Rows;

/**
 * One batch on its way through a {@link DecoderNetwork}, piece by piece: a window through one block, forward or
 * backward, or the losses of some rows. Whoever drives it may do something else between two pieces.
 */
public final class NetworkPass {

    private enum Phase { FORWARD, LOSS, BACKWARD, DONE }

    private final DecoderNetwork network;
    private final PackedBatch batch;
    private final float gradientScale;
    private final boolean gradients;
    private final double[] losses;
    private Phase phase = Phase.FORWARD;
    private BatchWindow window;
    private boolean kept;
    private int layer;
    /** Rows from the first whose keys and values are there. */
    private int known;
    /** Rows from the first whose gradients have not been taken. */
    private int open;
    /** Rows of the window from its first whose losses are missing. */
    private int unscored;

    NetworkPass(DecoderNetwork network, PackedBatch batch, float gradientScale, boolean gradients) {
        this.network = network;
        this.batch = batch;
        this.gradientScale = gradientScale;
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

    /**
     * The next piece.
     *
     * @param rowsMax most rows of it, if it is a block's worth at least; a window that was begun with more goes on
     * @return what it was worth in tokens that are computed once: a share of its rows
     * @throws IllegalStateException if another pass of the network was begun since
     */
    public double advance(int rowsMax) {
        network.expectPresent(this);
        return switch (phase) {
            case FORWARD -> forward(rowsMax);
            case LOSS -> score(rowsMax);
            case BACKWARD -> backward();
            case DONE -> 0;
        };
    }

    /** Rows of a piece that is worth so many tokens. */
    public int rowsWorth(double tokens) {
        return (int) Math.min(Integer.MAX_VALUE, tokens / worth(1, 1));
    }

    /** {@code rows} through {@code blocks} blocks, as a share of all of them. */
    private double worth(int rows, double blocks) {
        double ways = gradients ? 2 : 1;
        return rows * blocks / (ways * (network.shape().layers() + network.outputBlocks()));
    }

    private double forward(int rowsMax) {
        if (window == null) {
            begin(rowsMax);
        }
        DecoderBlock block = network.blocks().get(layer);
        Rows hidden = network.hidden(window.count());
        boolean again = window.to() <= known;
        layer++;
        boolean last = layer == network.shape().layers();
        if (last && gradients && !kept) {
            block.attendable(window, hidden);
        } else {
            block.forward(window, hidden, again, kept);
        }
        int count = window.count();
        if (last) {
            known = Math.max(known, window.to());
            forwardDone();
        }
        return worth(count, 1);
    }

    private void begin(int rowsMax) {
        int rows = Math.clamp(rowsMax / AttentionWindow.BLOCK * AttentionWindow.BLOCK, AttentionWindow.BLOCK,
                network.windowRowsMax());
        if (known < batch.count()) {
            window = BatchWindow.of(batch, known, known + next(batch.count() - known, rows), network.shape());
            kept = gradients && window.last();
        } else {
            window = BatchWindow.of(batch, Math.max(0, open - rows), open, network.shape());
            kept = true;
        }
        layer = 0;
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
        if (gradients && !kept) {
            window = null;
            return;
        }
        phase = Phase.LOSS;
        unscored = window.count();
        if (gradients) {
            Arrays.fill(network.dHidden(window.count()).values(), 0,
                    window.count() * network.shape().hidden(), 0f);
        }
    }

    private double score(int rowsMax) {
        int most = Math.clamp((int) (rowsMax / network.outputBlocks()), 1, network.logitRowsMax());
        int[] rows = new int[Math.min(most, unscored)];
        int first = rows.length;
        while (unscored > 0 && first > 0) {
            unscored--;
            if (window.labels()[unscored] != PackedBatch.NOT_COUNTED) {
                rows[--first] = unscored;
            }
        }
        rows = Arrays.copyOfRange(rows, first, rows.length);
        if (rows.length > 0) {
            int[] labels = Arrays.stream(rows).map(row -> window.labels()[row]).toArray();
            double[] found = network.losses(network.hidden(window.count()), rows, labels, gradientScale,
                    gradients ? network.dHidden(window.count()) : null);
            for (int i = 0; i < rows.length; i++) {
                losses[window.from() + rows[i]] = found[i];
            }
        }
        if (unscored == 0) {
            scored();
        }
        return worth(rows.length, network.outputBlocks() * (gradients ? 2 : 1));
    }

    private void scored() {
        if (gradients) {
            phase = Phase.BACKWARD;
        } else {
            phase = window.last() ? Phase.DONE : Phase.FORWARD;
            window = null;
        }
    }

    private double backward() {
        layer--;
        int count = window.count();
        network.blocks().get(layer).backward(window, network.dHidden(count));
        if (layer == 0) {
            backwardDone();
        }
        return worth(count, 1);
    }

    /* The table's gradient is added at the end: the output matrix may be the same, and windows would mix the two. */
    private void backwardDone() {
        boolean trained = network.weights().embedding().trained();
        if (trained) {
            Rows from = network.dHidden(window.count());
            Rows to = network.dEmbedded(batch.count());
            System.arraycopy(from.values(), 0, to.values(), to.at(window.from()), window.count() * to.width());
        }
        open = window.from();
        window = null;
        phase = open == 0 ? Phase.DONE : Phase.FORWARD;
        if (trained && phase == Phase.DONE) {
            network.weights().embedding().backward(batch.tokens(), batch.count(), network.dEmbedded(batch.count()));
        }
    }
}
