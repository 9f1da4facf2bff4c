package quern.tuning;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import quern.tuning.network.PackedBatch.Segment;

/** The optimizer steps of a whole run, epoch after epoch, and what tells the beginnings of two runs apart. */
public final class StepOrder {

    private final List<List<Segment>> steps = new ArrayList<>();
    /** Steps made at the end of each epoch that ends within the run. */
    private final List<Integer> epochEnds = new ArrayList<>();

    private StepOrder() {}

    /** Of as many steps as the settings say, or as their epochs have. */
    public static StepOrder of(List<Segment> examples, TuningSettings settings) {
        StepOrder order = new StepOrder();
        int wanted = settings.steps();
        for (int epoch = 0; wanted == 0 ? epoch < settings.epochs() : order.steps.size() < wanted; epoch++) {
            for (List<Segment> step
                    : BatchPacker.pack(examples, settings.batchTokens(), settings.seed(), epoch)) {
                if (wanted == 0 || order.steps.size() < wanted) {
                    order.steps.add(step);
                }
            }
            order.epochEnds.add(order.steps.size());
        }
        return order;
    }

    /** Examples of each step. */
    public List<List<Segment>> steps() {
        return steps;
    }

    /** Steps of the whole run. */
    public int count() {
        return steps.size();
    }

    /** Rows of the first steps. */
    public long tokens(int count) {
        return steps.stream().limit(count).flatMap(List::stream).mapToLong(Segment::count).sum();
    }

    /** SHA-256 in hex of everything the first steps learn, in its order, and of where each step ends. */
    String prefix(int count) {
        MessageDigest digest = ContentHash.sha256();
        for (List<Segment> step : steps.subList(0, count)) {
            step.forEach(example -> digest.update(ContentHash.of(example)));
            digest.update((byte) '|');
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Behind which steps a snapshot is kept: the ends of the last epochs, and evenly over the first epoch, in which
     * whatever is learnt is learnt for the first time.
     *
     * @param max how many at most
     */
    TreeSet<Integer> snapshots(int max) {
        TreeSet<Integer> points = new TreeSet<>();
        if (max == 0 || steps.isEmpty()) {
            return points;
        }
        int ends = Math.min(max / 2, epochEnds.size() - 1);
        points.addAll(epochEnds.subList(epochEnds.size() - ends, epochEnds.size()));
        int first = max - ends;
        for (int i = 1; i <= first; i++) {
            points.add((int) Math.max(1, (long) epochEnds.getFirst() * i / first));
        }
        return points;
    }
}
