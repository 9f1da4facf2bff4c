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
public final class BatchGradients implements StepGradients {

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

    /** Each batch's gradients are scaled by one over all counted rows. */
    @Override
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

    @Override
    public boolean done() {
        return waiting.isEmpty();
    }

    @Override
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

    @Override
    public long pieceNanos() {
        return pass == null ? network.pieceNanos() : pass.pieceNanos();
    }

    /** Mean over the counted rows, in nats. */
    @Override
    public double loss() {
        return lossSum / labels;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public int labels() {
        return labels;
    }
}
