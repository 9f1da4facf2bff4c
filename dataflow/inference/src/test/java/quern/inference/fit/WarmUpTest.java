package quern.inference.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quern.config.DataSize;
import quern.config.EngineConfig;
import quern.config.EngineConfig.LoadType;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.config.SchedulingConfig;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.WatchedKernels;

class WarmUpTest {

    private static final long SECOND = 1_000_000_000L;

    private final KvConfig kv = ForwardRun.kv(8, KvConfig.ElementType.F16);
    private final Set<Integer> counts = new HashSet<>();
    private final long[] clock = new long[1];
    private long productNanos = 1000;

    private LoadedModel loaded(TinyModel model) {
        return LoadedModel.load(model, WatchedKernels.of(new ScalarKernels(), rows -> {
            counts.add(rows);
            clock[0] += productNanos;
            // Everything gets faster, until it is twenty times as fast.
            productNanos = Math.max(50, productNanos - 10);
        }), Product.Q8);
    }

    private static EngineConfig engine() {
        return new EngineConfig(Optional.empty(), LoadType.AS_STORED, 0, 256, 16, 100, 8, 16, 4, Product.Q8,
                Duration.ofMillis(50), Optional.empty(), Optional.empty(), 16, new SchedulingConfig(
                        Duration.ofSeconds(10), DataSize.parse("1MiB"), 0, 0.1, Duration.ZERO));
    }

    @Test
    void shouldAnswerWithoutFailureWhateverTheFamilyAndType() {
        List<TinyModel> models = new ArrayList<>(List.of(TinyModel.llama(1), TinyModel.qwen2(2), TinyModel.capped(3),
                TinyModel.scaled(4), TinyModel.sparse(5, true)));
        for (ElementType type : List.of(ElementType.Q4_K, ElementType.Q4_0, ElementType.Q6_K, ElementType.BF16)) {
            models.add(TinyModel.stored(type, 6));
        }
        for (TinyModel model : models) {
            long from = clock[0];
            // The clock stands still until the last batch of the first round has begun.
            int[] looks = new int[1];
            WarmUp done = WarmUp.run(loaded(model), engine(), kv, Duration.ofNanos(1),
                    () -> looks[0]++ < 2 * WarmUpRounds.BATCHES.length - 1 ? from : clock[0]);
            assertEquals(1, done.rounds(), model.name());
            assertEquals(0, done.failures(), model.name());
        }
        assertTrue(counts.containsAll(Set.of(1, 2, 5, 33)), counts.toString());
    }

    @Test
    void shouldEndWhenRoundsGetNoFaster() {
        WarmUp done = WarmUp.run(loaded(TinyModel.llama(1)), engine(), kv, Duration.ofDays(1), () -> clock[0]);
        assertTrue(done.gain() > 2, done.toString());
        assertTrue(done.rounds() >= 4 && clock[0] < SECOND, done.toString());
    }

    @Test
    void shouldEndAtTheLimit() {
        productNanos = SECOND;
        WarmUp done = WarmUp.run(loaded(TinyModel.llama(1)), engine(), kv, Duration.ofSeconds(1), () -> clock[0]);
        assertEquals(1, done.rounds());
        assertFalse(counts.contains(5), "one batch is past the limit: " + counts);
    }

    @Test
    void shouldTouchNothingWhenTheLimitIsZero() {
        assertEquals(WarmUp.NONE, WarmUp.run(loaded(TinyModel.llama(1)), engine(), kv, Duration.ZERO));
        assertTrue(Collections.disjoint(counts, Set.of(2, 5, 33)), counts.toString());
    }
}
