package quern.inference.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import quern.kv.BlockPool.Tier;

class LoadChoiceTest {

    private static final int BLOCK = 32;

    private final TierRates rates = new TierRates();
    private final LoadChoice choice = new LoadChoice(BLOCK);

    LoadChoiceTest() {
        choice.measureBy(rates);
        choice.computeIn(tokens -> 1000L * tokens);
    }

    private void measured(Tier tier, long nanos) {
        for (int i = 0; i < 20; i++) {
            rates.loaded(tier, nanos);
        }
    }

    private static List<Tier> known(int hot, int warm, int cold) {
        var known = new ArrayList<Tier>(Collections.nCopies(hot, Tier.HOT));
        known.addAll(Collections.nCopies(warm, Tier.WARM));
        known.addAll(Collections.nCopies(cold, Tier.COLD));
        return known;
    }

    @Test
    void shouldTakeAllWhenLoadingIsFaster() {
        measured(Tier.WARM, 1000);
        measured(Tier.COLD, 20_000);
        assertEquals(9, choice.worth(known(2, 3, 4), 300));
    }

    @Test
    void shouldComputeWhatASlowTierHoldsAndTakeTheRest() {
        measured(Tier.WARM, 1000);
        measured(Tier.COLD, 50_000);
        assertEquals(5, choice.worth(known(2, 3, 4), 300));
        assertEquals(0, choice.worth(known(0, 0, 4), 300));
    }

    @Test
    void shouldLoadASlowBlockWhenMuchBehindItIsAtHand() {
        measured(Tier.COLD, 50_000);
        assertEquals(6, choice.worth(List.of(
                Tier.COLD, Tier.HOT, Tier.HOT, Tier.HOT, Tier.HOT, Tier.HOT), 300));
    }

    @Test
    void shouldTakeAllWhenNothingIsMeasured() {
        assertEquals(4, choice.worth(known(0, 2, 2), 300));
        measured(Tier.COLD, Long.MAX_VALUE / 1000);
        choice.computeIn(tokens -> 0);
        assertEquals(4, choice.worth(known(0, 0, 4), 300));
    }

    @Test
    void shouldAlwaysTakeWhatIsInTheArena() {
        choice.computeIn(tokens -> 1);
        assertEquals(4, choice.worth(known(4, 0, 0), 300));
    }

    @Test
    void shouldTryASlowTierAgainOnceItWasLeftAloneForLong() {
        measured(Tier.COLD, 400_000);
        int tries = 0;
        while (choice.worth(known(0, 0, 4), 300) == 0) {
            choice.made(known(0, 0, 4), 0);
            tries++;
        }
        assertTrue(tries > 5 && tries < 1000, tries + " tries");
        assertEquals(4L * tries, rates.rate(Tier.COLD).chosenToCompute());
    }

    @Test
    void shouldNotBelieveOneSlowLoad() {
        rates.loaded(Tier.WARM, 100_000_000);
        rates.loaded(Tier.WARM, 1000);
        assertEquals(1000, rates.rate(Tier.WARM).loadNanos().orElseThrow());
        measured(Tier.WARM, 1000);
        rates.loaded(Tier.WARM, 100_000_000);
        assertTrue(rates.rate(Tier.WARM).loadNanos().orElseThrow() < 2000, rates.rate(Tier.WARM).toString());
    }
}
