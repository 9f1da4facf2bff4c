package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig.Product;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.FaultyKernels;
import quern.inference.TinyModel;
import quern.inference.cache.BlockLoad;
import quern.inference.engine.EngineRun.Answer;
import quern.inference.sampling.SamplingParameters;

/**
 * Random requests, cancels, tier faults, slow loads, broken steps and too few blocks; then: every sequence has one end,
 * no block is held, what was answered is what the request gets alone.
 */
class EngineSimulationTest {

    private static final int BLOCK = 8;
    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");

    private final TinyModel model = TinyModel.llama(7);
    private final Map<List<Object>, Answer> alone = new HashMap<>();

    @Test
    void shouldEndEveryRequestOnceWithItsOwnAnswerWhateverHappens() {
        int preemptions = 0;
        long hits = 0;
        int failed = 0;
        for (long seed = 1; seed <= (CAMPAIGN ? 400 : 12); seed++) {
            Simulation simulation = new Simulation(seed);
            simulation.play();
            preemptions += (int) simulation.run.loop.stats().preemptions();
            hits += simulation.run.loop.stats().prefixHitTokens();
            failed += simulation.failed;
        }
        assertTrue(preemptions > 10, preemptions + " preemptions, expected more");
        assertTrue(hits > 100, hits + " tokens found, expected more");
        assertTrue(failed > 0, "no step broke");
    }

    private final class Simulation {

        private final long seed;
        private final Random random;
        private final EngineRun run;
        private final List<BlockLoad> loads = new ArrayList<>();
        private final Map<Long, SequenceRequest> requests = new HashMap<>();
        private boolean broken;
        private int failed;

        Simulation(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            int budget = new int[] {3, 8, 20, 64}[random.nextInt(4)];
            this.run = new EngineRun(model, FaultyKernels.of(new ScalarKernels(), () -> broken), Product.F32,
                    9 + random.nextInt(14), BLOCK,
                    EngineRun.config(budget, 1 + random.nextInt(Math.min(6, budget))));
        }

        void play() {
            int requestsLeft = 25;
            for (int steps = 0; requestsLeft > 0 || run.loop.hasWork() || !loads.isEmpty(); steps++) {
                assertTrue(steps < 20_000, "seed " + seed + " does not end");
                if (requestsLeft > 0 && random.nextInt(3) == 0) {
                    submit(25 - requestsLeft);
                    requestsLeft--;
                }
                disturb();
                if (run.loop.hasWork()) {
                    run.step();
                }
                loads.addAll(run.loop.takeLoads());
                answerSomeLoads();
                broken = false;
            }
            assertEquals(run.poolBlocks, run.pool.availableBlocks(), "seed " + seed + ": blocks free at the end");
            assertEquals(0, run.loop.stats().running() + run.loop.stats().loading() + run.loop.stats().waiting());
            requests.forEach(this::check);
        }

        private void submit(long id) {
            int[] prompt = new Random(random.nextInt(3)).ints(1 + random.nextInt(60), 0, 60).toArray();
            if (random.nextBoolean()) {
                prompt[prompt.length - 1] = random.nextInt(60);
            }
            SamplingParameters sampling =
                    SamplingParameters.plain(random.nextInt(3), 1 + random.nextInt(12)).withLogprobs(2);
            List<Optional<String>> adapters = List.of(Optional.empty(), Optional.of("one"), Optional.of("two"));
            SequenceRequest request = new SequenceRequest(id, prompt,
                    random.nextInt(3) == 0 ? sampling.withStop(List.of("A", "bc")) : sampling,
                    random.nextBoolean() ? "" : "salt", adapters.get(random.nextInt(6) % 3 * random.nextInt(2)),
                    random.nextInt(4) > 0, random.nextInt(2), Optional.empty());
            run.submit(request);
            requests.put(id, request);
        }

        private void disturb() {
            switch (random.nextInt(40)) {
                case 0, 1, 2 -> run.loop.cancel(random.nextInt(25));
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
