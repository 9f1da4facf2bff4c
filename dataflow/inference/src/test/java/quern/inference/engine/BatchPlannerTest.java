package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.inference.engine.StepPlan.Slice;
import quern.inference.sampling.SamplingParameters;

class BatchPlannerTest {

    private static final int BLOCK = 8;

    private static Sequence sequence(long id, int promptTokens, int computed) {
        SequenceRequest request = SequenceRequest.of(id, new int[promptTokens], SamplingParameters.greedy(1));
        Sequence sequence = new Sequence(request, id, Optional.empty(), 0, promptTokens + 1, 8);
        sequence.computed = computed;
        return sequence;
    }

    private static List<String> plan(int tokensMax, Sequence... running) {
        return new BatchPlanner(tokensMax, BLOCK).plan(List.of(running), Integer.MAX_VALUE).slices().stream()
                .map(slice -> slice.sequence().id() + ":" + slice.from() + "-" + slice.to()).toList();
    }

    @Test
    void shouldPutDecodesFirstThenPromptChunksThatEndAtBlockBorders() {
        assertEquals(List.of("2:9-10", "3:4-5", "1:0-16"),
                plan(20, sequence(1, 50, 0), sequence(2, 10, 9), sequence(3, 5, 4)));
    }

    @Test
    void shouldEndAChunkWhereThePromptEnds() {
        assertEquals(List.of("1:8-13"), plan(64, sequence(1, 13, 8)));
    }

    @Test
    void shouldHalveWhatIsLeftFromTheOldestOnAndGiveBackWhatNobodyTook() {
        assertEquals(List.of("1:0-32", "2:0-16", "3:0-16"),
                plan(64, sequence(1, 200, 0), sequence(2, 200, 0), sequence(3, 200, 0)));
        assertEquals(List.of("1:0-56", "2:0-5"), plan(64, sequence(1, 200, 0), sequence(2, 5, 0)));
    }

    @Test
    void shouldTakeLessThanABlockOnlyWhenThereIsNoMore() {
        assertEquals(List.of("2:9-10", "1:0-4"), plan(5, sequence(1, 50, 0), sequence(2, 10, 9)));
        assertEquals(List.of("1:4-8"), plan(5, sequence(1, 50, 4)));
    }

    @Test
    void shouldLimitPromptsByTimeOnlyWhileStreamsRun() {
        BatchPlanner planner = new BatchPlanner(64, BLOCK);
        List<Sequence> prompt = List.of(sequence(1, 200, 0));
        List<Sequence> beside = List.of(sequence(1, 200, 0), sequence(2, 10, 9));
        assertEquals(64, planner.plan(prompt, 20).rows());
        assertEquals(1 + 16, planner.plan(beside, 20).rows());
        assertEquals(1 + BLOCK, planner.plan(beside, 0).rows());
    }

    @Test
    void shouldMeasureThePaceOnStepsThatAreLargeEnough() {
        StepPace pace = new StepPace(BLOCK);
        pace.record(1, 1_000_000);
        assertEquals(Integer.MAX_VALUE, pace.rowsWithin(50));
        pace.record(10, 1_000);
        assertEquals(50, pace.rowsWithin(5_000));
        pace.record(10, 3_000);
        assertEquals(25, pace.rowsWithin(5_000));
    }

    @Test
    void shouldKeepTheBudgetAndMoveTheOldestWhateverRuns() {
        Random random = new Random(3);
        for (int round = 0; round < 2000; round++) {
            int tokensMax = 1 + random.nextInt(70);
            List<Sequence> running = new ArrayList<>();
            for (int i = 1 + random.nextInt(Math.min(6, tokensMax)); i > 0; i--) {
                int promptTokens = 1 + random.nextInt(90);
                running.add(sequence(running.size(), promptTokens, random.nextInt(promptTokens)));
            }
            StepPlan plan = new BatchPlanner(tokensMax, BLOCK).plan(running, random.nextInt(90));
            assertTrue(plan.rows() <= tokensMax, plan.rows() + " rows, at most " + tokensMax);
            assertTrue(plan.slices().stream().anyMatch(slice -> slice.sequence() == running.getFirst()));
            for (Slice slice : plan.slices()) {
                assertTrue(slice.rows() > 0);
                assertEquals(slice.sequence().computed, slice.from());
            }
        }
    }
}
