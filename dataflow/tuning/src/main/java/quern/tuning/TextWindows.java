package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

/**
 * A long text cut into windows of one context, in an order that seed and epoch decide; every epoch also moves the cuts.
 * A function of its arguments: window i is the same whenever it is asked for.
 */
public final class TextWindows {

    private final int[] ids;
    private final int contextTokens;
    private final long seed;
    private final int windowsPerEpoch;
    private int[] order = new int[0];
    private long orderedEpoch = -1;
    private int offset;

    /** @param ids more than {@code 2 * contextTokens} */
    public TextWindows(int[] ids, int contextTokens, long seed) {
        if (ids.length <= 2 * contextTokens) {
            throw new IllegalArgumentException("text of " + ids.length + " tokens, expected more than two contexts of "
                    + contextTokens);
        }
        this.ids = ids;
        this.contextTokens = contextTokens;
        this.seed = seed;
        this.windowsPerEpoch = (ids.length - contextTokens) / contextTokens;
    }

    public int windowsPerEpoch() {
        return windowsPerEpoch;
    }

    /** Windows {@code first} to {@code first + count - 1} of the endless sequence. */
    public PackedBatch batch(long first, int count) {
        List<Segment> segments = new ArrayList<>(count);
        for (long window = first; window < first + count; window++) {
            turnTo(window / windowsPerEpoch);
            int from = offset + order[(int) (window % windowsPerEpoch)] * contextTokens;
            segments.add(Segment.ofText(ids, from, contextTokens));
        }
        return PackedBatch.of(segments);
    }

    private void turnTo(long epoch) {
        if (epoch == orderedEpoch) {
            return;
        }
        SplittableRandom random = new SplittableRandom(seed ^ (epoch * 0x9E3779B97F4A7C15L));
        offset = random.nextInt(contextTokens);
        order = new int[windowsPerEpoch];
        for (int i = 0; i < windowsPerEpoch; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        orderedEpoch = epoch;
    }
}
