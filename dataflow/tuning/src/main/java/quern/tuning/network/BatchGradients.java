package quern.tuning.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import quern.tuning.network.PackedBatch.Segment;

/**
 * The gradients of one optimizer step, added up a slice at a time. Its examples are put into batches before it begins,
 * so where slices end changes no bit of the sums.
 */
public final class BatchGradients {

    /** Tokens of a batch; a longer example is one of its own. */
    private static final int BATCH_TOKENS = 2048;

    private final DecoderNetwork network;
    private final Deque<PackedBatch> waiting = new ArrayDeque<>();
    private NetworkPass pass;
    private double lossSum;
    private int tokens;
    private int labels;

    public BatchGradients(DecoderNetwork network) {
        this.network = network;
    }

    /** Examples, in their order, in as few batches as memory is meant for. */
    public static List<PackedBatch> batches(List<Segment> examples) {
        List<PackedBatch> batches = new ArrayList<>();
        List<Segment> batch = new ArrayList<>();
        int tokens = 0;
        for (Segment example : examples) {
            if (!batch.isEmpty() && tokens + example.count() > BATCH_TOKENS) {
                batches.add(PackedBatch.of(batch));
                batch = new ArrayList<>();
                tokens = 0;
            }
            batch.add(example);
            tokens += example.count();
        }
        batches.add(PackedBatch.of(batch));
        return batches;
    }

    /** Begins a step; the gradients are the caller's to clear. Each batch's are scaled by one over all counted rows. */
    public void begin(List<PackedBatch> batches) {
        waiting.clear();
        waiting.addAll(batches);
        pass = null;
        lossSum = 0;
        tokens = batches.stream().mapToInt(PackedBatch::count).sum();
        labels = batches.stream().mapToInt(PackedBatch::labelCount).sum();
        if (labels < 1) {
            throw new IllegalArgumentException("a step over " + labels + " counted tokens, expected at least 1");
        }
    }

    /** Whether nothing is left of the step that was begun last, or none was. */
    public boolean done() {
        return waiting.isEmpty();
    }

    /**
     * Goes on with the step, a piece at least.
     *
     * @param tokensMax about how many tokens' worth of work
     * @param nanosMax how long; {@link Long#MAX_VALUE}: any time
     * @return tokens' worth that was done, at least 1
     */
    public int slice(int tokensMax, long nanosMax) {
        SliceBudget budget = new SliceBudget(tokensMax, nanosMax);
        while (!done() && budget.fits(pieceNanos())) {
            if (pass == null) {
                pass = network.beginGradients(waiting.getFirst(), 1f / labels);
            }
            budget.advance(pass);
            if (pass.done()) {
                lossSum += pass.loss();
                pass = null;
                waiting.removeFirst();
            }
        }
        return budget.used();
    }

    /** How long the smallest next piece takes; 0: not known. */
    public long pieceNanos() {
        return pass == null ? network.pieceNanos() : pass.pieceNanos();
    }

    /** Sum of the losses of all counted rows, in nats, of the whole step once it is {@link #done}. */
    public double lossSum() {
        return lossSum;
    }

    /** Rows of the whole step. */
    public int tokens() {
        return tokens;
    }

    /** Counted rows of the whole step. */
    public int labels() {
        return labels;
    }
}
