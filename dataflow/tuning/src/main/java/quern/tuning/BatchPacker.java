package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Puts examples into optimizer steps: in the order of their hashes under seed and epoch, then one after the other while
 * they fit. Examples share a batch but do not see each other. A function of what the examples say, not of where they
 * stand: a resumed run packs the same batches, and without one of them all steps before its own are the same; only
 * where it is the first of its step, the step before ended because of its length.
 */
public final class BatchPacker {

    private BatchPacker() {}

    /**
     * The steps of one epoch; every example is in exactly one.
     *
     * @param batchTokens most tokens of a step; a longer example is a step of its own
     */
    public static List<List<Segment>> pack(List<Segment> examples, int batchTokens, long seed, int epoch) {
        List<List<Segment>> steps = new ArrayList<>();
        List<Segment> step = new ArrayList<>();
        int tokens = 0;
        for (int index : ContentHash.order(examples, ContentHash::of, seed, epoch)) {
            Segment example = examples.get(index);
            if (!step.isEmpty() && tokens + example.count() > batchTokens) {
                steps.add(step);
                step = new ArrayList<>();
                tokens = 0;
            }
            step.add(example);
            tokens += example.count();
        }
        if (!step.isEmpty()) {
            steps.add(step);
        }
        return steps;
    }
}
