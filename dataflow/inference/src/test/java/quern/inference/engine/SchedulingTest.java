package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import quern.config.DataSize;
import quern.config.EngineConfig;
import quern.config.EngineConfig.Product;
import quern.config.SchedulingConfig;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.TinyModel;
import quern.inference.WatchedKernels;
import quern.inference.cache.BlockLoad;
import quern.inference.engine.EngineRun.Answer;
import quern.inference.sampling.SamplingParameters;

/** Service tiers, deadlines, preemption and prompts computed once. */
class SchedulingTest {

    private static final int BLOCK = 8;
    private static final long PATIENCE_NANOS = EngineRun.SCHEDULING.tierPatience().toNanos();

    private final TinyModel model = TinyModel.llama(7);

    private EngineRun run(int blocks, int sequencesMax) {
        return run(blocks, sequencesMax, "1MiB");
    }

    private EngineRun run(int blocks, int sequencesMax, String preemptedMemory) {
        return new EngineRun(model, Product.F32, blocks, BLOCK, EngineRun.config(64, sequencesMax,
                new SchedulingConfig(EngineRun.SCHEDULING.tierPatience(), DataSize.parse(preemptedMemory), 0,
                        0.1, Duration.ZERO)));
    }

    /** One whose clock goes on by what each step takes. */
    private EngineRun paced(EngineConfig config, IntToLongFunction nanosOfRows) {
        LongConsumer[] clock = {nanos -> { }};
        EngineRun run = new EngineRun(model, WatchedKernels.of(new ScalarKernels(),
                rows -> clock[0].accept(nanosOfRows.applyAsLong(rows))), Product.F32, 64, BLOCK, config);
        clock[0] = nanos -> run.nanos[0] += nanos;
        return run;
    }

    private static SequenceRequest request(long id, int promptTokens, int maxTokens, ServiceTier tier) {
        return request(id, promptTokens, maxTokens, true).with(Terms.of(tier));
    }

    private static SequenceRequest request(long id, int promptTokens, int maxTokens, boolean retain) {
        return new SequenceRequest(id, new Random(id).ints(promptTokens, 0, 60).toArray(),
                SamplingParameters.plain(id, maxTokens).withLogprobs(2).ignoringEos(), "", Optional.empty(), retain, 0,
                Optional.empty());
    }

    private static SequenceRequest due(SequenceRequest request, long deadlineNanos) {
        return request.with(new Terms(ServiceTier.STANDARD, OptionalLong.of(deadlineNanos)));
    }

    private static List<Long> endsOf(EngineRun run) {
        List<Long> ended = new ArrayList<>();
        while (run.loop.hasWork()) {
            run.step().forEach(event -> {
                if (event instanceof EngineEvent.Terminal terminal) {
                    ended.add(terminal.sequenceId());
                }
            });
        }
        return ended;
    }

    private void assertAsAlone(EngineRun run, SequenceRequest request) {
        Answer alone = EngineRun.alone(model, Product.F32, request);
        assertEquals(alone.tokens, run.answer(request.id()).tokens);
        assertEquals(alone.logprobs, run.answer(request.id()).logprobs);
    }

    @Test
    void shouldRunTheMoreUrgentFirstAndEqualOnesInTheOrderOfArrival() {
        EngineRun run = run(16, 1);
        run.submit(request(1, 9, 3, ServiceTier.FLEX));
        run.submit(request(2, 9, 3, ServiceTier.STANDARD));
        run.submit(request(3, 9, 3, ServiceTier.PRIORITY));
        run.submit(request(4, 9, 3, ServiceTier.STANDARD));
        run.submit(request(5, 9, 3, ServiceTier.PRIORITY));
        assertEquals(List.of(3L, 5L, 2L, 4L, 1L), endsOf(run));
    }

    @Test
    void shouldLetAFlexibleRequestEndHoweverManyUrgentOnesCome() {
        EngineRun run = run(32, 1);
        run.submit(request(0, 9, 3, ServiceTier.FLEX));
        long id = 1;
        run.submit(request(id, 9, 3, ServiceTier.PRIORITY));
        for (int steps = 0; run.answer(0).terminal == null; steps++) {
            run.nanos[0] += PATIENCE_NANOS / 10;
            if (steps % 3 == 0) {
                run.submit(request(++id, 9, 3, ServiceTier.PRIORITY));
            }
            run.step();
            assertTrue(run.nanos[0] < 3 * PATIENCE_NANOS, "starves");
        }
        assertTrue(run.nanos[0] > 2 * PATIENCE_NANOS, "it was not put off");
        assertAsAlone(run, request(0, 9, 3, ServiceTier.FLEX));
    }

    @Test
    void shouldTakeTheSeatOfAFlexibleOneAndGoOnWithItWithoutComputingAnythingAgain() {
        for (boolean retain : new boolean[] {true, false}) {
            EngineRun run = run(32, 2);
            SequenceRequest flex = request(1, 21, 20, retain).with(Terms.of(ServiceTier.FLEX));
            run.submit(flex);
            run.submit(request(2, 9, 20, ServiceTier.STANDARD));
            for (int i = 0; i < 6; i++) {
                run.step();
            }
            run.submit(request(3, 9, 3, ServiceTier.PRIORITY));
            run.step();
            assertEquals(1, run.loop.stats().preemptions());
            assertEquals(1, run.answer(3).tokens.size());
            run.finish();
            assertEquals(26, run.loop.stats().restoredTokens());
            assertEquals(0, run.loop.stats().recomputedTokens());
            assertAsAlone(run, flex);
            assertEquals(0, run.answer(1).finished().usage().cachedTokens());
        }
    }

    @Test
    void shouldComputeAgainWhatTheMemoryForPreemptedOnesDoesNotHold() {
        EngineRun run = run(32, 1, "0B");
        SequenceRequest flex = request(1, 21, 20, ServiceTier.FLEX);
        run.submit(flex);
        for (int i = 0; i < 6; i++) {
            run.step();
        }
        run.submit(request(3, 9, 3, ServiceTier.PRIORITY));
        run.finish();
        assertEquals(24, run.loop.stats().restoredTokens());
        assertEquals(2, run.loop.stats().recomputedTokens());
        assertAsAlone(run, flex);
    }

    @Test
    void shouldTakeTheBlocksOfFlexibleOnesOnlyForPriorityAndOnlyWhenThatIsEnough() {
        EngineRun run = run(8, 4);
        run.submit(request(1, 30, 2, ServiceTier.FLEX));
        run.submit(request(2, 24, 2, ServiceTier.STANDARD));
        run.step();
        run.submit(request(3, 24, 2, ServiceTier.STANDARD));
        run.submit(request(4, 48, 2, ServiceTier.PRIORITY));
        run.step();
        assertEquals(0, run.loop.stats().preemptions());
        run.loop.cancel(4);
        run.loop.cancel(3);
        run.submit(request(5, 24, 2, ServiceTier.PRIORITY));
        run.step();
        run.finish();
        for (int id : new int[] {1, 2, 5}) {
            assertEquals(2, run.answer(id).tokens.size());
        }
        EngineRun tight = run(8, 4);
        tight.submit(request(1, 30, 20, ServiceTier.FLEX));
        tight.submit(request(2, 24, 8, ServiceTier.STANDARD));
        tight.step();
        tight.submit(request(5, 24, 2, ServiceTier.PRIORITY));
        tight.step();
        assertEquals(1, tight.loop.stats().preemptions());
        assertEquals(1, tight.answer(5).tokens.size());
        tight.finish();
        assertAsAlone(tight, request(1, 30, 20, ServiceTier.FLEX));
    }

    @Test
    void shouldEndWhatIsLateWhetherItRunsWaitsOrLoads() {
        EngineRun run = run(32, 2);
        run.submit(request(9, 50, 2, true));
        run.finish();
        run.pool.evictAll();
        run.submit(due(request(1, 9, 50, true), 1_000));
        run.submit(due(request(90, 9, 50, true), 2_000));
        run.submit(due(request(3, 9, 50, true), 500));
        run.step();
        run.nanos[0] = 500;
        run.step();
        assertEquals("the request's time limit passed after 0 of at most 50 tokens", expiry(run, 3));
        assertEquals(500, run.loop.nextDeadlineNanos().orElseThrow());
        run.nanos[0] = 1_000;
        run.step();
        assertEquals("the request's time limit passed after 2 of at most 50 tokens", expiry(run, 1));
        run.submit(due(new SequenceRequest(4, request(9, 50, 2, true).prompt(), SamplingParameters.greedy(5), "",
                Optional.empty(), true, 0, Optional.empty()), 1_500));
        run.step();
        List<BlockLoad> loads = run.loop.takeLoads();
        assertEquals(6, loads.size());
        run.nanos[0] = 1_500;
        run.step();
        assertEquals("the request's time limit passed after 0 of at most 5 tokens", expiry(run, 4));
        loads.forEach(load -> run.loop.loaded(load, run.pool.load(load.key(), load.tokens(), load.target())));
        run.nanos[0] = 2_000;
        assertTrue(run.loop.hasWork());
        run.finish();
        assertEquals(4, run.loop.stats().expirations());
        assertTrue(run.loop.nextDeadlineNanos().isEmpty());
    }

    private static String expiry(EngineRun run, long id) {
        EngineEvent.Failed failed = assertInstanceOf(EngineEvent.Failed.class, run.answer(id).terminal);
        return assertInstanceOf(DeadlineExceeded.class, failed.cause()).getMessage();
    }

    @Test
    void shouldNotComputeAPromptThatCannotBeDoneInTime() {
        EngineRun run = paced(EngineRun.config(64, 4), rows -> rows * 1_000_000L);
        run.submit(due(request(5, 100, 5, true), run.nanos[0] + 1));
        run.submit(request(1, 256 - 5, 4, true));
        for (int i = 0; i < 4; i++) {
            run.step();
        }
        assertEquals("the request's time limit passed after 0 of at most 5 tokens", expiry(run, 5), "nothing is known");
        run.loop.cancel(1);
        run.submit(request(4, 9, 40, true));
        run.step();
        long computed = run.loop.stats().promptTokens();
        run.submit(due(request(2, 100, 5, true), run.nanos[0] + 99_000_000));
        run.submit(due(request(3, 20, 5, true), run.nanos[0] + 200_000_000));
        run.step();
        assertEquals("the request's time limit leaves 99 ms, the 100 tokens of its prompt that are to be computed "
                + "take at least 100 ms", expiry(run, 2));
        assertEquals(computed + 20, run.loop.stats().promptTokens());
        run.finish();
        assertEquals(5, run.answer(3).tokens.size());
    }

    @Test
    void shouldComputeAPromptOnceForAllItsAnswersWhateverItsLength() {
        for (int promptTokens : new int[] {1, 2, 7, 8, 9, 15, 16, 17, 30, 63, 64, 66}) {
            EngineRun run = run(64, 6);
            List<SequenceRequest> requests = new ArrayList<>();
            for (int choice = 0; choice < 5; choice++) {
                requests.add(new SequenceRequest(choice, request(promptTokens, promptTokens, 1, true).prompt(),
                        SamplingParameters.plain(5, 12).withLogprobs(2).ignoringEos(), "", Optional.empty(), true,
                        choice, Optional.empty()));
            }
            requests.forEach(run::submit);
            run.finish();
            assertEquals(promptTokens == 1 ? 0 : promptTokens, run.loop.stats().promptTokens());
            requests.forEach(request -> assertAsAlone(run, request));
        }
    }

    @Test
    void shouldCopyWhatAnotherHasComputedOfAPromptThatOnlyBeginsTheSame() {
        EngineRun run = run(64, 6);
        run.submit(request(1, 21, 30, true));
        run.step();
        int[] prompt = request(1, 21, 30, true).prompt();
        prompt[20] = (prompt[20] + 1) % 60;
        SequenceRequest other = new SequenceRequest(2, prompt, SamplingParameters.plain(5, 12).withLogprobs(2), "",
                Optional.empty(), true, 0, Optional.empty());
        run.submit(other);
        run.submit(new SequenceRequest(3, prompt, SamplingParameters.plain(5, 12).withLogprobs(2), "salt",
                Optional.empty(), true, 0, Optional.empty()));
        run.finish();
        assertEquals(20, run.answer(2).finished().usage().cachedTokens());
        assertEquals(4, run.loop.stats().forkedTokens());
        assertEquals(0, run.answer(3).finished().usage().cachedTokens(), "another tenant's");
        assertAsAlone(run, other);
    }

    @Test
    void shouldTakeNothingFromASequenceThatLeavesNothingBehind() {
        EngineRun run = run(64, 6);
        run.submit(request(1, 21, 30, false));
        run.step();
        run.submit(new SequenceRequest(2, request(1, 21, 30, true).prompt(), SamplingParameters.plain(5, 12), "",
                Optional.empty(), true, 0, Optional.empty()));
        run.finish();
        assertEquals(0, run.answer(2).finished().usage().cachedTokens());
    }
}
