package quern.tuning.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeakScoreTest {

    @Test
    void shouldCountPairsWhenMembershipIsMeasured() {
        assertEquals(1, LeakScore.membership(new double[] {0.1, 0.2}, new double[] {0.3, 0.9}));
        assertEquals(0, LeakScore.membership(new double[] {0.4}, new double[] {0.3}));
        assertEquals(0.625, LeakScore.membership(new double[] {0.1, 0.5}, new double[] {0.5, 0.3}));
        assertTrue(Double.isNaN(LeakScore.membership(new double[0], new double[] {0.5})));
    }

    @Test
    void shouldTakeTheLogarithmOfTheRankWhenExposureIsMeasured() {
        double[] others = {1, 2, 3, 4, 5, 6, 7};
        assertEquals(3, LeakScore.exposure(0.5, others), 1e-12);
        assertEquals(2, LeakScore.exposure(1.5, others), 1e-12);
        // As likely as another one is not more exposed than it.
        assertEquals(2, LeakScore.exposure(1, others), 1e-12);
        assertEquals(0, LeakScore.exposure(9, others), 1e-12);
        assertEquals(0, LeakScore.exposure(Double.NaN, others), 1e-12);
    }

    @Test
    void shouldRefuseOnlyWhatALimitNames() {
        LeakScore score = new LeakScore(10, 5, 2, 0.9, List.of(1.0, 7.5), 256);
        assertEquals(List.of(), score.refusals(LeakLimits.NONE));
        assertEquals(List.of(), score.refusals(
                new LeakLimits(Optional.of(7.5), Optional.of(0.3), Optional.of(0.9))));
        List<String> refusals = score.refusals(
                new LeakLimits(Optional.of(7.0), Optional.of(0.2), Optional.of(0.8)));
        assertEquals(3, refusals.size(), refusals::toString);
        assertTrue(refusals.get(0).contains("7.50 bits, expected at most 7.00"), refusals.get(0));
        assertTrue(refusals.get(1).contains("5 of 10"), refusals.get(1));
        assertTrue(refusals.get(1).contains("the base's 0.200"), refusals.get(1));
    }
}
