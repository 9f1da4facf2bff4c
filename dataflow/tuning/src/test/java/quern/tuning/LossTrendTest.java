package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LossTrendTest {

    /** Steps until it is lost, at most {@code max}. */
    private static int stepsUntilLost(LossTrend trend, double loss, int labels, int max) {
        for (int step = 1; step <= max; step++) {
            trend.add(loss, labels);
            if (trend.lost()) {
                return step;
            }
        }
        return -1;
    }

    @Test
    void shouldBeLostAfterEightStepsWhenTheyStayTwoNatsAbove() {
        LossTrend trend = new LossTrend(50_000);
        trend.add(3.0, 500);
        assertEquals(3.0, trend.start());
        assertTrue(trend.sound());
        assertEquals(8, stepsUntilLost(trend, 5.01, 500, 100));
        assertFalse(trend.sound());
    }

    @Test
    void shouldGoOnWhenTheLossComesBackOrRisesLess() {
        LossTrend trend = new LossTrend(50_000);
        trend.add(3.0, 500);
        for (int round = 0; round < 50; round++) {
            assertEquals(-1, stepsUntilLost(trend, 9.0, 500, 7));
            trend.add(4.9, 500);
        }
        assertEquals(-1, stepsUntilLost(trend, 5.0, 500, 1000));
    }

    /** Of 2,304 tokens a model that knows nothing loses 7.74. */
    @Test
    void shouldBeLostWhenItForgetsEverythingThoughItKnewLittle() {
        LossTrend trend = new LossTrend(2304);
        trend.add(5.97, 500);
        assertEquals(-1, stepsUntilLost(trend, 6.8, 500, 100));
        assertEquals(8, stepsUntilLost(trend, 7.7424, 500, 100));
        LossTrend worse = new LossTrend(2304);
        worse.add(9, 500);
        assertEquals(-1, stepsUntilLost(worse, 9.5, 500, 100));
        assertEquals(8, stepsUntilLost(worse, 9.51, 500, 100));
    }

    /** Single short samples, half of them easy: eight hard ones in a row are no rare thing. */
    @Test
    void shouldGoOnWhenStepsAreSmallAndTheirLossesDifferMuch() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        LossTrend trend = new LossTrend(50_000);
        for (int step = 0; step < 5000; step++) {
            trend.add(random.nextBoolean() ? 6.0 : 0.5, 4);
            assertFalse(trend.lost(), "lost at step " + step + ", seed " + seed);
        }
        int steps = stepsUntilLost(trend, 40.0, 4, 200);
        assertTrue(steps > 32 && trend.rowSteps() == 64, steps + " steps, seed " + seed);
    }
}
