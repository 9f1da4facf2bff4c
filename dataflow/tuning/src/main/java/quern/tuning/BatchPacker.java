package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Puts examples into optimizer steps: shuffled by seed and epoch, then one after the other while they fit. Examples
 * share a batch but do not see each other. A function of its arguments, so a resumed run packs the same batches.
 */
public final class BatchPacker {

    private BatchPacker() {}

    /**
     * The steps of one epoch; every example is in exactly one.
     *
     * @param batchTokens most tokens of a step; a longer example is a step of its own
     */
    public static List<List<Segment>> pack(List<Segment> examples, int batchTokens, long seed, int epoch) {
        List<Segment> order = new ArrayList<>(examples);
        shuffle(order, new SplittableRandom(seed ^ ((epoch + 1) * 0x9E3779B97F4A7C15L)));
        List<List<Segment>> steps = new ArrayList<>();
        List<Segment> step = new ArrayList<>();
        int tokens = 0;
        for (Segment example : order) {
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

    static <T> void shuffle(List<T> list, SplittableRandom random) {
        for (int i = list.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T swapped = list.get(i);
            list.set(i, list.get(j));
            list.set(j, swapped);
        }
    }
}
