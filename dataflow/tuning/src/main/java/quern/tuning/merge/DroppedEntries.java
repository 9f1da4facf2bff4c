package quern.tuning.merge;

import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;

/**
 * Drops random entries of an update and scales up the rest (Yu et al., DARE, arXiv 2311.03099), so that the update is
 * on average what it was.
 *
 * <p>The paper drops entries of the whole update. What is left of it then has no low rank, and is no adapter. Here
 * entries of A are dropped and B stays: the expectation of B A is the same, the rank as well, and every product with
 * an input still adds up over many inputs, which is why so many of them can go. Unlike in the paper, one draw holds
 * for all outputs. Dropped from B instead, whole parts of single outputs would vanish; dropped from both, the errors
 * multiply.
 */
final class DroppedEntries {

    private DroppedEntries() {}

    /**
     * A function of its arguments alone; each adapter has draws of its own.
     *
     * @param share from 0 to 1, both excluded
     */
    static LoraWeights of(LoraWeights weights, double share, long seed) {
        long own = seed ^ Long.parseUnsignedLong(weights.fingerprint().substring(0, 16), 16);
        SortedMap<String, Pair> kept = new TreeMap<>();
        weights.targets().forEach((name, pair) -> kept.put(name, new Pair(
                dropped(pair.a(), share, new SplittableRandom(own + name.hashCode())), pair.b())));
        return new LoraWeights(weights.rank(), weights.scale(), kept);
    }

    private static Rows dropped(Rows rows, double share, SplittableRandom random) {
        float[] values = rows.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble() < share ? 0 : (float) (values[i] / (1 - share));
        }
        return new Rows(values, rows.count(), rows.width());
    }
}
