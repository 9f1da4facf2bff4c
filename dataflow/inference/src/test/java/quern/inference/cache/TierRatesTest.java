package quern.inference.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import quern.kv.BlockPool.Tier;

class TierRatesTest {

    private final TierRates rates = new TierRates();

    private void load(Tier tier, int count, long nanos) {
        for (int i = 0; i < count; i++) {
            rates.loaded(tier, nanos);
        }
    }

    @Test
    void shouldBeginWithWhatWasKeptAndNotLearnFromFirstLoadsThatAreSlower() {
        rates.recall(Map.of(Tier.WARM, 1_000L));
        assertEquals(1_000, rates.loadNanos(Tier.WARM));
        assertEquals(OptionalLong.of(1_000), rates.rate(Tier.WARM).loadNanos());
        assertEquals(OptionalLong.empty(), rates.rate(Tier.COLD).loadNanos());
        rates.loaded(Tier.WARM, 900_000);
        assertEquals(1_000, rates.loadNanos(Tier.WARM), "the first load of a process waits for the compiler");
        rates.loaded(Tier.WARM, 800);
        assertEquals(800, rates.loadNanos(Tier.WARM));
    }

    @Test
    void shouldFollowTheMachineWhenItBecameSlowerThanWhatWasKept() {
        rates.recall(Map.of(Tier.COLD, 1_000L));
        load(Tier.COLD, 100, 50_000);
        assertTrue(rates.loadNanos(Tier.COLD) > 40_000, rates.loadNanos(Tier.COLD) + " ns");
    }

    @Test
    void shouldKeepOnlyRatesOfTiersThatWereReadMoreThanAFewTimes() {
        rates.recall(Map.of(Tier.COLD, 3_000L));
        load(Tier.WARM, 7, 1_000);
        assertEquals(Map.of(), rates.settled());
        load(Tier.WARM, 1, 1_000);
        assertEquals(Map.of(Tier.WARM, 1_000L), rates.settled());
    }

    @Test
    void shouldTellAfterEachLoad() {
        int[] told = {0};
        rates.tell(() -> told[0]++);
        load(Tier.WARM, 3, 1_000);
        assertEquals(3, told[0]);
    }
}
