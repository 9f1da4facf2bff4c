package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import quern.tuning.gate.CheckLimits;

class EvaluationTest {

    private static final GateLimits LIMITS = new GateLimits(0.05, 0.3, 1, CheckLimits.DEFAULT);

    private static List<String> refusals(double base, double tuned, int heldOut, int questions, int hits) {
        return new Evaluation("b", "a", base, tuned, heldOut, 10, questions, hits, 1, 1, 10, List.of(),
                Optional.empty(), Optional.empty(), List.of(), LIMITS, 0, List.of()).decided().refusals();
    }

    @Test
    void shouldAskForSpansOnlyWhenSomeSampleNamesOne() {
        assertEquals(List.of(), refusals(2, 1, 3, 0, 0));
        assertEquals(List.of(), refusals(2, 1, 3, 3, 1));
        assertEquals(List.of("span score 0.250 (1 of 4 held-out questions), expected at least 0.300"),
                refusals(2, 1, 4, 4, 1));
    }

    @Test
    void shouldSayWhyWhenNothingCouldBeMeasured() {
        assertEquals(List.of("no example was held out to measure on: there are too few, or the share to hold out is 0"),
                refusals(Double.NaN, Double.NaN, 0, 0, 0));
        assertEquals(1, refusals(2, Double.NaN, 3, 0, 0).size());
        assertEquals(1, refusals(2, 1.96, 3, 0, 0).size());
    }
}
