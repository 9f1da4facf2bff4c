package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.config.DataSize;
import quern.config.EngineConfig.Product;
import quern.config.SchedulingConfig;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.FaultyKernels;
import quern.inference.TinyModel;
import quern.inference.cache.BlockLoad;
import quern.inference.engine.EngineRun.Answer;
import quern.inference.sampling.SamplingParameters;

/**
 * Random requests of every service tier, several of them equal, some with deadlines, cancels, tier faults, slow loads,
 * broken steps, too few blocks and too little memory for preempted ones; then: every sequence has one end, in time if
 * it had a deadline, no block is held, what was answered is what the request gets alone.
 */
class EngineSimulationTest {

    private static final int BLOCK = 8;
    private static final int REQUESTS = 30;
    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");

    private final TinyModel model = TinyModel.llama(7);
    private final Map<List<Object>, Answer> alone = new HashMap<>();

    @Test
    void shouldEndEveryRequestOnceWithItsOwnAnswerWhateverHappens() {
        int preemptions = 0;
        long hits = 0;
        int failed = 0;
        int expired = 0;
        long forked = 0;
        long restored = 0;
        long recomputed = 0;
        for (long seed = 1; seed <= (CAMPAIGN ? 400 : 12); seed++) {
            Simulation simulation = new Simulation(seed);
            simulation.play();
            preemptions += (int) simulation.run.loop.stats().preemptions();
            hits += simulation.run.loop.stats().prefixHitTokens();
            failed += simulation.failed;
            expired += simulation.expired;
            forked += simulation.run.loop.stats().forkedTokens();
            restored += simulation.run.loop.stats().restoredTokens();
            recomputed += simulation.run.loop.stats().recomputedTokens();
        }
        assertTrue(preemptions > 10, preemptions + " preemptions, expected more");
        assertTrue(hits > 100, hits + " tokens found, expected more");
        assertTrue(failed > 0, "no step broke");
        assertTrue(expired > 3, expired + " deadlines passed, expected more");
        assertTrue(forked > 50, forked + " tokens forked, expected more");
        assertTrue(restored > 50, restored + " tokens restored, expected more");
        assertTrue(recomputed > 10, recomputed + " tokens recomputed, expected more");
    }

    private final class Simulation {

        private final long seed;
        private final Random random;
        private final EngineRun run;
        private final List<BlockLoad> loads = new ArrayList<>();
        private final Map<Long, SequenceRequest> requests = new HashMap<>();
        private boolean broken;
        private int failed;
        private int expired;

        Simulation(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            int budget = new int[] {3, 8, 20, 64}[random.nextInt(4)];
            this.run = new EngineRun(model, FaultyKernels.of(new ScalarKernels(), () -> broken), Product.F32,
                    9 + random.nextInt(14), BLOCK,
                    EngineRun.config(budget, 1 + random.nextInt(Math.min(6, budget)), new SchedulingConfig(
                            Duration.ofMillis(1 + random.nextInt(300)), DataSize.parse(random.nextInt(20) + "KiB"),
                            random.nextInt(2) * random.nextInt(20), 0.1, Duration.ZERO)));
        }

        void play() {
            int requestsLeft = REQUESTS;
            for (int steps = 0; requestsLeft > 0 || run.loop.hasWork() || !loads.isEmpty(); steps++) {
                assertTrue(steps < 20_000, "seed " + seed + " does not end");
                for (int equal = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0; equal > 0; equal--) {
                    if (requestsLeft > 0) {
                        submit(REQUESTS - requestsLeft);
                        requestsLeft--;
                    }
                }
                disturb();
                run.nanos[0] += random.nextInt(4_000_000);
                if (run.loop.hasWork()) {
                    run.step();
                }
                assertTrue(run.loop.nextDeadlineNanos().orElse(1) > 0, "seed " + seed + ": a deadline was let pass");
                loads.addAll(run.loop.takeLoads());
                answerSomeLoads();
                broken = false;
            }
            assertEquals(run.poolBlocks, run.pool.availableBlocks(), "seed " + seed + ": blocks free at the end");
            assertEquals(0, run.loop.stats().keptBytes(), "seed " + seed + ": bytes kept at the end");
            assertEquals(0, run.loop.stats().running() + run.loop.stats().loading() + run.loop.stats().waiting());
            requests.forEach(this::check);
        }

        private void submit(long id) {
            int[] prompt = prompt(id);
            SamplingParameters sampling =
                    SamplingParameters.plain(random.nextInt(3), 1 + random.nextInt(12)).withLogprobs(2);
            List<Optional<String>> adapters = List.of(Optional.empty(), Optional.of("one"), Optional.of("two"));
            SequenceRequest request = new SequenceRequest(id, prompt,
                    random.nextInt(3) == 0 ? sampling.withStop(List.of("A", "bc")) : sampling,
                    random.nextBoolean() ? "" : "salt", adapters.get(random.nextInt(6) % 3 * random.nextInt(2)),
                    random.nextInt(4) > 0, random.nextInt(2), Optional.empty()).with(new Terms(
                            ServiceTier.values()[random.nextInt(3)], random.nextInt(4) > 0 ? OptionalLong.empty()
                                    : OptionalLong.of(run.nanos[0] + random.nextInt(100_000_000))));
            run.submit(request);
            requests.put(id, request);
        }

        /** Often the one of the request before, or one that begins like another. */
        private int[] prompt(long id) {
            if (id > 0 && random.nextInt(3) == 0) {
                return requests.get(id - 1).prompt();
            }
            int[] prompt = new Random(random.nextInt(3)).ints(1 + random.nextInt(60), 0, 60).toArray();
            if (random.nextBoolean()) {
                prompt[prompt.length - 1] = random.nextInt(60);
            }
            return prompt;
        }

        private void disturb() {
            switch (random.nextInt(40)) {
                case 0, 1, 2 -> run.loop.cancel(random.nextInt(REQUESTS));
                case 3, 4, 5 -> run.pool.evictAll();
                case 6 -> run.pool.loseLowerTier();
                case 7 -> broken = true;
                default -> { }
            }
        }

        private void answerSomeLoads() {
            while (!loads.isEmpty() && random.nextInt(3) > 0) {
                BlockLoad load = loads.remove(random.nextInt(loads.size()));
                boolean found = random.nextInt(8) > 0
                        && run.pool.load(load.key(), load.tokens(), load.target());
                run.loop.loaded(load, found);
            }
        }

        private void check(long id, SequenceRequest request) {
            Answer expected = alone.computeIfAbsent(
                    List.of(Arrays.toString(request.prompt()), request.sampling(), request.adapter(),
                            request.choice()),
                    key -> EngineRun.alone(model, Product.F32, request));
            Answer actual = run.answer(id);
            String where = "seed " + seed + " sequence " + id;
            switch (actual.terminal) {
                case EngineEvent.Finished finished when finished.reason() != FinishReason.CANCELLED -> {
                    assertEquals(expected.tokens, actual.tokens, where);
                    assertEquals(expected.logprobs, actual.logprobs, where);
                    assertEquals(expected.text.toString(), actual.text.toString(), where);
                    assertEquals(expected.finished().reason(), finished.reason(), where);
                    assertEquals(expected.finished().stop(), finished.stop(), where);
                }
                case EngineEvent.Finished finished -> checkBeginning(expected, actual, where);
                case EngineEvent.Failed failure when failure.cause() instanceof DeadlineExceeded -> {
                    expired++;
                    assertTrue(request.terms().deadlineNanos().isPresent(), where);
                    checkBeginning(expected, actual, where);
                }
                case EngineEvent.Failed failure -> {
                    failed++;
                    assertTrue(failure.cause().getMessage().contains("device lost"), where);
                    checkBeginning(expected, actual, where);
                }
                default -> throw new AssertionError(where + " ended with " + actual.terminal);
            }
        }

        private void checkBeginning(Answer expected, Answer actual, String where) {
            assertEquals(expected.tokens.subList(0, actual.tokens.size()), actual.tokens, where);
            assertEquals(expected.logprobs.subList(0, actual.logprobs.size()), actual.logprobs, where);
        }
    }
}
