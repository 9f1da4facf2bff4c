package quern.tuning.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.tuning.LoraTarget;

/** Sums of updates, what is dropped of them, and how near a lower rank comes: against whole products in double. */
class AdapterSoupTest {

    private static final int LAYERS = 2;
    private static final String QUERY = LoraTarget.QUERY.tensorName(0);

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    private Rows rows(int count, int width) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) (random.nextDouble() - 0.5);
        }
        return rows;
    }

    private LoraWeights adapter(int rank, float scale, int inputs, int outputs, LoraTarget... targets) {
        SortedMap<String, Pair> pairs = new TreeMap<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (LoraTarget target : targets) {
                pairs.put(target.tensorName(layer), new Pair(rows(rank, inputs), rows(outputs, rank)));
            }
        }
        return new LoraWeights(rank, scale, pairs);
    }

    /** scale B A, row by row. */
    private static double[] product(LoraWeights weights, String name) {
        Pair pair = weights.targets().get(name);
        double[] product = new double[pair.b().count() * pair.a().width()];
        for (int row = 0; row < pair.b().count(); row++) {
            for (int k = 0; k < weights.rank(); k++) {
                for (int i = 0; i < pair.a().width(); i++) {
                    product[row * pair.a().width() + i] += (double) weights.scale()
                            * pair.b().values()[pair.b().at(row) + k] * pair.a().values()[pair.a().at(k) + i];
                }
            }
        }
        return product;
    }

    private static double energy(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    private static double[] difference(double[] left, double[] right) {
        double[] difference = new double[left.length];
        for (int i = 0; i < left.length; i++) {
            difference[i] = left[i] - right[i];
        }
        return difference;
    }

    private void assertNear(double[] expected, double[] actual) {
        double off = energy(difference(expected, actual));
        assertTrue(off <= 1e-10 * (energy(expected) + 1e-10), off + " of " + energy(expected) + ", seed " + seed);
    }

    @Test
    void shouldBeTheWeightedSumOfAllUpdatesWhateverTheirRanksScalesAndMatrices() {
        LoraWeights one = adapter(3, 2, 11, 7, LoraTarget.QUERY, LoraTarget.VALUE);
        LoraWeights two = adapter(5, 0.7f, 11, 7, LoraTarget.QUERY);
        LoraWeights sum = AdapterSoup.of(
                List.of(new Ingredient("one", one, 0.25), new Ingredient("two", two, -1.5)), LAYERS);
        assertEquals(8, sum.rank());
        assertEquals(2 * LAYERS, sum.targets().size());
        double[] first = product(one, QUERY);
        double[] second = product(two, QUERY);
        double[] expected = new double[first.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 0.25 * first[i] - 1.5 * second[i];
        }
        assertNear(expected, product(sum, QUERY));
        double[] alone = product(one, LoraTarget.VALUE.tensorName(1));
        for (int i = 0; i < alone.length; i++) {
            alone[i] *= 0.25;
        }
        assertNear(alone, product(sum, LoraTarget.VALUE.tensorName(1)));
    }

    @Test
    void shouldLoseNothingWhenTheCutKeepsAllThatTheUpdatesHave() {
        LoraWeights one = adapter(4, 1, 13, 9, LoraTarget.QUERY);
        LoraWeights twice = AdapterSoup.of(
                List.of(new Ingredient("one", one, 0.5), new Ingredient("again", one, 0.5)), LAYERS);
        RankCut cut = RankCut.of(twice, 4);
        assertEquals(4, cut.weights().rank());
        assertTrue(cut.lost() < 1e-12, cut.lost() + ", seed " + seed);
        assertNear(product(one, QUERY), product(cut.weights(), QUERY));
        assertEquals(one, RankCut.of(one, 4).weights());
    }

    @Test
    void shouldBeTheNearestOfALowerRankAndTellWhatItLost() {
        LoraWeights sum = AdapterSoup.of(List.of(
                new Ingredient("one", adapter(6, 1, 5, 17, LoraTarget.QUERY, LoraTarget.DOWN), 1),
                new Ingredient("two", adapter(3, 1, 5, 17, LoraTarget.QUERY), 1)), LAYERS);
        double before = Double.MAX_VALUE;
        for (int rank = 1; rank <= 5; rank++) {
            RankCut cut = RankCut.of(sum, rank);
            double all = 0;
            double off = 0;
            for (String name : sum.targets().keySet()) {
                all += energy(product(sum, name));
                off += energy(difference(product(sum, name), product(cut.weights(), name)));
            }
            assertEquals(off / all, cut.lost(), 1e-6, "rank " + rank + ", seed " + seed);
            assertTrue(cut.lost() < before, cut.lost() + " at rank " + rank + ", before " + before + ", seed " + seed);
            assertTrue(cut.worstLost() >= cut.lost() - 1e-12, cut.worst());
            before = cut.lost();
        }
        // Five inputs: a product of theirs has no more than rank five.
        assertTrue(before < 1e-12, before + ", seed " + seed);
    }

    @Test
    void shouldComeNearerThanAnyOtherOfThatRankWhenSingularValuesAreKnown() {
        Rows a = new Rows(new float[] {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}, 3, 4);
        Rows b = new Rows(new float[] {3, 0, 0, 0, 1, 0, 0, 0, 2}, 3, 3);
        RankCut cut = RankCut.of(new LoraWeights(3, 1, new TreeMap<>(java.util.Map.of(QUERY, new Pair(a, b)))), 2);
        assertEquals(1 / 14.0, cut.lost(), 1e-12);
        assertEquals(QUERY, cut.worst());
        assertNear(new double[] {3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, product(cut.weights(), QUERY));
    }

    @Test
    void shouldKeepUpdatesOnAverageAndGiveTheSameForTheSameSeed() {
        LoraWeights one = adapter(4, 2, 40, 30, LoraTarget.QUERY);
        double[] whole = product(one, QUERY);
        double[] mean = new double[whole.length];
        int draws = 2000;
        for (int draw = 0; draw < draws; draw++) {
            double[] kept = product(DroppedEntries.of(one, 0.5, draw), QUERY);
            for (int i = 0; i < mean.length; i++) {
                mean[i] += kept[i] / draws;
            }
        }
        // Each draw is off by about as much as there is, the mean of 2,000 by a 2,000th of that.
        double off = energy(difference(mean, whole)) / energy(whole);
        assertTrue(off < 3.0 / draws, off + ", seed " + seed);
        LoraWeights kept = DroppedEntries.of(one, 0.9, 5);
        assertEquals(kept.fingerprint(), DroppedEntries.of(one, 0.9, 5).fingerprint());
        assertNotEquals(kept.fingerprint(), DroppedEntries.of(one, 0.9, 6).fingerprint());
        int zeros = 0;
        float[] values = kept.targets().get(QUERY).a().values();
        for (float value : values) {
            zeros += value == 0 ? 1 : 0;
        }
        assertEquals(0.9, zeros / (double) values.length, 0.15, "seed " + seed);
        assertNotEquals(pattern(values), pattern(kept.targets().get(LoraTarget.QUERY.tensorName(1)).a().values()));
    }

    private static String pattern(float[] values) {
        StringBuilder pattern = new StringBuilder();
        for (float value : values) {
            pattern.append(value == 0 ? '0' : '1');
        }
        return pattern.toString();
    }
}
