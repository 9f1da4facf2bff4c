package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.AdapterBudget;
import quern.inference.AdapterRegistry;
import quern.inference.TinyAdapter;
import quern.inference.TinyModel;
import quern.inference.sampling.SamplingParameters;
import quern.inference.transformer.LoraWeights;

/** Hundreds of adapters in memory for a few: who leaves, who comes back, and that nobody gets another's answer. */
class ResidentAdaptersTest {

    private static final long SEED = Long.getLong("seed", 31);
    private static final int ADAPTERS = 300;

    private final EngineRun run =
            new EngineRun(TinyModel.llama(7), Product.F32, 64, 8, EngineRun.config(64, 4));
    private final AdapterRegistry adapters = run.model.adapters();
    private int reads;

    private LoraWeights weights(long seed) {
        return TinyAdapter.of(run.model, 2, 0.5f, seed);
    }

    private static long bytes(LoraWeights weights) {
        return weights.targets().values().stream()
                .mapToLong(pair -> 4L * (pair.a().values().length + pair.b().values().length)).sum();
    }

    private void offer(int number) {
        adapters.offer("a" + number, weights(number).fingerprint(), () -> {
            reads++;
            return weights(number);
        });
    }

    private static SequenceRequest asking(long id, String adapter) {
        return new SequenceRequest(id, new int[] {3, 1, 4, 1, 5}, SamplingParameters.greedy(3), "",
                Optional.of(adapter), true, 0, Optional.empty());
    }

    private String answer(long id, String adapter) {
        run.submit(asking(id, adapter));
        run.finish();
        return run.answer(id).tokens + " " + run.answer(id).text;
    }

    @Test
    void shouldAnswerTheSameWithHundredsOfAdaptersInMemoryForAFew() {
        long each = bytes(weights(0));
        long pinned = adapters.stats().residentBytes();
        for (int number = 0; number < ADAPTERS; number++) {
            offer(number);
        }
        assertEquals(0, reads);
        adapters.limit(pinned + 20 * each);
        System.out.println("seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 120; i++) {
            int number = random.nextInt(ADAPTERS);
            String found;
            try (var _ = adapters.hold("a" + number)) {
                found = answer(2L * i, "a" + number);
            }
            assertTrue(adapters.stats().residentBytes() <= pinned + 20 * each, adapters.stats().toString());
            adapters.limit(Long.MAX_VALUE);
            adapters.publish("plain", weights(number));
            assertEquals(answer(2L * i + 1, "plain"), found, "adapter " + number);
            adapters.remove("plain");
            adapters.limit(pinned + 20 * each);
        }
        AdapterRegistry.Stats stats = adapters.stats();
        assertEquals(ADAPTERS + 2, stats.known());
        assertEquals(20 + 2, stats.resident());
        assertEquals(stats.loads(), reads);
        assertEquals(reads - 20, stats.evictions());
    }

    @Test
    void shouldEvictTheOneUsedLongestAgoAndReadItAgainWhenAskedFor() {
        adapters.limit(adapters.stats().residentBytes() + 2 * bytes(weights(0)));
        for (int number : new int[] {0, 1, 2}) {
            offer(number);
        }
        for (int number : new int[] {0, 1, 0, 2}) {
            adapters.hold("a" + number).close();
        }
        assertEquals(3, reads);
        assertTrue(adapters.find("a0").orElseThrow().resident());
        assertFalse(adapters.find("a1").orElseThrow().resident());
        assertEquals(0, adapters.residentBytes("a1"));
        adapters.hold("a0").close();
        assertEquals(3, reads);
        adapters.hold("a1").close();
        assertEquals(4, reads);
        assertTrue(adapters.find("a1").orElseThrow().resident());
    }

    @Test
    void shouldKeepWithinOneBudgetWhenSeveralModelsShareIt() {
        EngineRun other = new EngineRun(TinyModel.llama(8), Product.F32, 64, 8, EngineRun.config(64, 4));
        AdapterRegistry others = other.model.adapters();
        long each = bytes(weights(0));
        AdapterBudget budget = new AdapterBudget(
                adapters.stats().residentBytes() + others.stats().residentBytes() + 2 * each);
        adapters.share(budget);
        others.share(budget);
        offer(0);
        offer(1);
        others.offer("b0", weights(0).fingerprint(), () -> weights(0));
        adapters.hold("a0").close();
        adapters.hold("a1").close();
        var held = others.hold("b0");
        assertFalse(adapters.find("a0").orElseThrow().resident(), "the other model's took its room");
        assertTrue(adapters.find("a1").orElseThrow().resident());
        var second = adapters.hold("a0");
        assertFalse(adapters.find("a1").orElseThrow().resident(), "the other model's is held");
        assertSame(Category.RETRYABLE,
                assertThrows(QuernException.class, () -> adapters.hold("a1")).category());
        held.close();
        other.model.close();
        assertEquals(0, others.stats().residentBytes());
        adapters.hold("a1").close();
        assertTrue(adapters.find("a0").orElseThrow().resident(), "a model that went left its room");
        second.close();
    }

    @Test
    void shouldRefuseWithBothSizesWhenAllIsHeldOrOneIsLargerThanTheBudget() {
        long pinned = adapters.stats().residentBytes();
        adapters.limit(pinned + 2 * bytes(weights(0)));
        List<AdapterRegistry.Hold> holds = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            offer(number);
        }
        holds.add(adapters.hold("a0"));
        holds.add(adapters.hold("a1"));
        QuernException full = assertThrows(QuernException.class, () -> adapters.hold("a2"));
        assertSame(Category.RETRYABLE, full.category());
        assertTrue(full.getMessage().contains("adapters.memory, " + (pinned + 2 * bytes(weights(0)))), full.toString());
        holds.getFirst().close();
        holds.getFirst().close();
        adapters.hold("a2").close();
        assertTrue(adapters.find("a1").orElseThrow().resident());
        adapters.limit(10);
        assertSame(Category.ERROR, assertThrows(QuernException.class, () -> adapters.hold("a0")).category());
    }

    @Test
    void shouldKeepNothingWhenNumbersAreOthersThanWerePublished() {
        adapters.offer("other", "0".repeat(64), () -> weights(7));
        long before = adapters.stats().residentBytes();
        for (int i = 0; i < 2; i++) {
            QuernException refused = assertThrows(QuernException.class, () -> adapters.hold("other"));
            assertTrue(refused.getMessage().contains("other") && refused.getMessage().contains("0".repeat(64)),
                    refused.getMessage());
        }
        assertEquals(before, adapters.stats().residentBytes());
        assertSame(AdapterRegistry.Hold.NONE, adapters.hold("nobody"));
    }

    @Test
    void shouldCountNothingTwiceWhenAHeldOneIsReplacedOrRemoved() {
        long before = adapters.stats().residentBytes();
        offer(0);
        var first = adapters.hold("a0");
        offer(0);
        var second = adapters.hold("a0");
        assertEquals(before + 2 * bytes(weights(0)), adapters.stats().residentBytes());
        first.close();
        assertEquals(before + bytes(weights(0)), adapters.stats().residentBytes());
        assertTrue(adapters.remove("a0"));
        assertEquals(before + bytes(weights(0)), adapters.stats().residentBytes());
        second.close();
        assertEquals(before, adapters.stats().residentBytes());
    }
}
