package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig.Product;
import quern.inference.TinyModel;
import quern.inference.cache.BlockLoad;
import quern.inference.sampling.SamplingParameters;

class StampsTest {

    private final List<Integer> steps = new ArrayList<>();
    private final List<Long> gaps = new ArrayList<>();
    private final List<SequenceTimes> ended = new ArrayList<>();

    private final EngineObserver recorder = new EngineObserver() {
        @Override
        public void stepped(int tokens) {
            steps.add(tokens);
        }

        @Override
        public void produced(long sinceLastNanos) {
            gaps.add(sinceLastNanos);
        }

        @Override
        public void ended(SequenceTimes times) {
            ended.add(times);
        }
    };

    private EngineRun run(int blocks, int sequencesMax) {
        EngineRun run = new EngineRun(
                TinyModel.llama(7), Product.F32, blocks, 8, EngineRun.config(64, sequencesMax));
        run.loop.observe(recorder);
        return run;
    }

    private static int[] prompt(int count, long seed) {
        return new Random(seed).ints(count, 0, 60).toArray();
    }

    /** The clock stands still while a step runs. */
    private void finish(EngineRun run, long nanosAStep) {
        while (run.loop.hasWork()) {
            run.nanos[0] += nanosAStep;
            run.step();
            for (BlockLoad load : run.loop.takeLoads()) {
                run.loop.loaded(load, run.pool.load(load.key(), load.tokens(), load.target()));
            }
        }
    }

    @Test
    void shouldTellQueuePrefillAndDecodeTimeOfEachSequenceByTheLoopsOwnClock() {
        EngineRun run = run(64, 1);
        run.nanos[0] = 1_000;
        run.submit(1, prompt(5, 1), SamplingParameters.greedy(3).ignoringEos());
        run.submit(2, prompt(6, 2), SamplingParameters.greedy(2).ignoringEos());
        finish(run, 100);
        assertEquals(List.of(new SequenceTimes(1_000, 1_100, 1_100, 1_300, 0),
                new SequenceTimes(1_000, 1_400, 1_400, 1_500, 0)), ended);
        assertEquals(Optional.of(Duration.ofNanos(400)), ended.get(1).queueTime());
        assertEquals(Optional.of(Duration.ZERO), ended.get(1).prefillTime());
        assertEquals(Optional.of(Duration.ofNanos(100)), ended.get(1).decodeTime());
        assertEquals(List.of(100L, 100L, 100L), gaps);
        assertEquals(List.of(5, 1, 1, 6, 1), steps);
    }

    @Test
    void shouldTellNoTimesOfWhatNeverHappenedWhenCancelledInTheQueue() {
        EngineRun run = run(64, 1);
        run.submit(1, prompt(5, 1), SamplingParameters.greedy(3).ignoringEos());
        run.loop.cancel(1);
        finish(run, 100);
        assertEquals(Optional.empty(), ended.getFirst().queueTime());
        assertEquals(Optional.empty(), ended.getFirst().prefillTime());
        assertEquals(Optional.empty(), ended.getFirst().decodeTime());
        assertTrue(steps.isEmpty() && gaps.isEmpty());
    }

    @Test
    void shouldKeepTheFirstScheduleWhenASequenceIsPreempted() {
        EngineRun run = run(7, 3);
        for (int i = 0; i < 3; i++) {
            run.submit(i, prompt(8, i), SamplingParameters.greedy(24).ignoringEos());
        }
        finish(run, 100);
        assertEquals(3, ended.size());
        assertEquals(run.loop.stats().preemptions(), ended.stream().mapToInt(SequenceTimes::preemptions).sum());
        assertTrue(run.loop.stats().preemptions() > 0, "nothing was preempted");
        for (SequenceTimes times : ended) {
            assertEquals(100, times.scheduledNanos());
        }
        assertEquals(run.loop.stats().completionTokens() - 3, gaps.size());
    }
}
