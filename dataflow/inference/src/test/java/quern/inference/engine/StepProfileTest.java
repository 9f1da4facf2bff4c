package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import quern.config.DataSize;
import quern.config.EngineConfig.Product;
import quern.config.SchedulingConfig;
import quern.gpu.kernel.KvLayout;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.WatchedKernels;
import quern.inference.engine.StepProfile.Point;
import quern.inference.sampling.SamplingParameters;

class StepProfileTest {

    private static final int BLOCK = 8;
    private static final long TARGET_NANOS = 50_000_000;

    private final TinyModel model = TinyModel.llama(7);
    private final long[] clock = new long[1];
    private long rowNanos = 500_000;

    /** A step takes 2 ms and half a millisecond for each row. */
    private void pass(int rows) {
        clock[0] += 2_000_000 + rows * rowNanos;
    }

    private EngineRun run(int promptStepTokens) {
        EngineRun[] run = new EngineRun[1];
        run[0] = new EngineRun(model, WatchedKernels.of(new ScalarKernels(), rows -> {
            pass(rows);
            if (run[0] != null) {
                run[0].nanos[0] = clock[0];
            }
        }), Product.F32, 200, BLOCK, EngineRun.config(256, 8, new SchedulingConfig(
                Duration.ofSeconds(10), DataSize.parse("1MiB"), promptStepTokens, 0.1, Duration.ZERO)));
        return run[0];
    }

    private StepProfile measure(int rowsMax, Duration limit) {
        LoadedModel loaded = LoadedModel.load(
                model, WatchedKernels.of(new ScalarKernels(), this::pass), Product.F32);
        KvLayout layout = loaded.kvLayout(ForwardRun.kv(BLOCK, quern.config.KvConfig.ElementType.F16));
        return StepProfile.measure(loaded, layout, rowsMax, limit, () -> clock[0]);
    }

    @Test
    void shouldMeasureGrowingStepsWithinTheLimit() {
        List<Integer> sizes = measure(200, Duration.ofSeconds(10)).points().stream().map(Point::rows).toList();
        assertEquals(List.of(1, 2, 4, 8, 16, 32, 64, 128, 200), sizes);
        long from = clock[0];
        StepProfile profile = measure(200, Duration.ofMillis(120));
        assertTrue(clock[0] - from <= 120_000_000, (clock[0] - from) + " ns");
        assertEquals(new Point(32, 18_000_000), profile.points().getLast());
        assertEquals(List.of(new Point(1, 2_500_000)), measure(200, Duration.ofNanos(1)).points());
        assertEquals(1, measure(1, Duration.ofSeconds(1)).points().size());
    }

    @Test
    void shouldTellRowsAndTimesBetweenAndBeyondItsPoints() {
        StepProfile profile = measure(64, Duration.ofSeconds(10));
        assertEquals(2_000_000 + 50 * 500_000, profile.nanosOf(50));
        assertEquals(2_000_000 + 200 * 500_000, profile.nanosOf(200));
        assertEquals(50, profile.rowsWithin(2_000_000 + 50 * 500_000));
        assertEquals(96, profile.rowsWithin(TARGET_NANOS));
        assertEquals(0, profile.rowsWithin(1_000_000));
        assertEquals(Integer.MAX_VALUE, StepProfile.NONE.rowsWithin(1));
        StepProfile falling = new StepProfile(List.of(new Point(1, 500), new Point(4, 300), new Point(8, 900)));
        assertEquals(500, falling.nanosOf(3));
        assertEquals(1, falling.rowsWithin(500));
        assertEquals(6, falling.rowsWithin(700));
    }

    /** Gaps between a stream's tokens while prompts of 230 tokens go by, without the first. */
    private List<Long> gaps(EngineRun run, Runnable afterFour) {
        run.submit(1, new int[] {1, 2, 3}, SamplingParameters.plain(1, 100).ignoringEos());
        run.submit(2, new int[] {4, 5}, SamplingParameters.plain(1, 100).ignoringEos());
        run.step();
        run.step();
        for (int id = 10; id < 14; id++) {
            run.submit(id, new Random(id).ints(230, 0, 60).toArray(), SamplingParameters.plain(1, 2));
        }
        List<Long> gaps = new ArrayList<>();
        while (LongStream.range(10, 14).anyMatch(id -> run.answer(id).terminal == null)) {
            long from = clock[0];
            int produced = run.answer(1).tokens.size();
            run.step();
            assertEquals(produced + 1, run.answer(1).tokens.size(), "a stream waited for more than a step");
            gaps.add(clock[0] - from);
            if (gaps.size() == 4) {
                afterFour.run();
            }
        }
        return gaps;
    }

    @Test
    void shouldKeepStepsWithinTheTargetFromTheFirstPromptOnAndFillThem() {
        EngineRun run = run(0);
        run.loop.adopt(measure(256, Duration.ofSeconds(10)));
        List<Long> gaps = gaps(run, () -> { });
        gaps.forEach(gap -> assertTrue(gap <= TARGET_NANOS, gap + " ns"));
        assertTrue(gaps.size() <= 4 * 230 / 80 + 4, gaps.size() + " steps");
        assertEquals(94, run.loop.stats().promptStepTokens());
    }

    @Test
    void shouldFollowWhenStepsBecomeSlower() {
        EngineRun run = run(0);
        run.loop.adopt(measure(256, Duration.ofSeconds(10)));
        List<Long> gaps = gaps(run, () -> rowNanos *= 3);
        assertTrue(gaps.get(4) > TARGET_NANOS, "the first slow step cannot be foreseen");
        List<Long> settled = gaps.subList(8, gaps.size());
        assertTrue(settled.size() > 2);
        settled.forEach(gap -> assertTrue(gap <= 1.05 * TARGET_NANOS, gap + " ns"));
    }

    @Test
    void shouldTakeTheNumberSetByHand() {
        EngineRun run = run(16);
        run.loop.adopt(measure(256, Duration.ofSeconds(10)));
        gaps(run, () -> { }).forEach(gap -> assertTrue(gap <= 2_000_000 + (16 + 6) * rowNanos, gap + " ns"));
        assertEquals(16, run.loop.stats().promptStepTokens());
    }

    /** As a busy machine measured it: each step of more than one row took as long as the largest. */
    @Test
    void shouldNotTakeALongPromptForAsCheapAsAShortOneWhenStepsWereMeasuredOnABusyMachine() {
        StepProfile level = new StepProfile(List.of(
                new StepProfile.Point(1, 1_000), new StepProfile.Point(2, 90_000), new StepProfile.Point(32, 90_000)));
        assertEquals(90_000, level.nanosOf(200));
        assertEquals(6 * 90_000 + 90_000, level.promptNanos(200));
        assertEquals(90_000, level.promptNanos(32));
        assertEquals(1_000, level.promptNanos(1));
        assertEquals(0, level.promptNanos(0));
        assertEquals(0, StepProfile.NONE.promptNanos(200));
    }
}
