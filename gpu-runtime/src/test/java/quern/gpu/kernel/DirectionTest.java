package quern.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DirectionTest {

    private static final int COUNT = 400_000;

    private final long seed = System.nanoTime();

    @Test
    void shouldBeNearlyNormalForEverySeed() {
        double[] moments = new double[5];
        double beside = 0;
        double across = 0;
        for (int i = 0; i < COUNT; i++) {
            double z = Direction.at(seed, i);
            for (int k = 1; k < moments.length; k++) {
                moments[k] += Math.pow(z, k) / COUNT;
            }
            beside += z * Direction.at(seed, i + 1) / COUNT;
            across += z * Direction.at(Direction.seed(seed, 1), i) / COUNT;
        }
        // Eight standard deviations of each mean.
        double eight = 8 / Math.sqrt(COUNT);
        assertEquals(0, moments[1], eight, "mean, seed " + seed);
        assertEquals(1, moments[2], 1.5 * eight, "variance, seed " + seed);
        assertEquals(0, moments[3], 4 * eight, "skew, seed " + seed);
        assertEquals(2.97, moments[4], 10 * eight, "fourth moment, seed " + seed);
        assertEquals(0, beside, eight, "with the next element, seed " + seed);
        assertEquals(0, across, eight, "with another direction, seed " + seed);
    }

    /** Logs of runs are read with these numbers: they are the same in every version. */
    @Test
    void shouldBeTheSameInEveryVersion() {
        assertEquals(-0.27682262659072876f, Direction.at(7, 0));
        assertEquals(1.3075449466705322f, Direction.at(7, 1_000_000_007L));
        assertEquals(-1088427420777695408L, Direction.seed(7, 3));
    }
}
