package quern.inference.cache;

import java.util.List;
import java.util.function.IntToLongFunction;
import quern.kv.BlockPool.Tier;

/**
 * Decides how much of a known prefix is taken and how much is computed anew: on a slow processor every stored block is
 * a gain, on a fast one a slow disk is a loss. Blocks are taken from the front, for what is computed needs all before
 * it; so it looks for the length at which loading what is taken and computing the rest take the least time together.
 * Whatever is not measured yet counts in favour of loading. One thread.
 */
final class LoadChoice {

    /** Computing keeps everybody waiting and a load only its own sequence, so its time counts for more. */
    private static final double COMPUTE_WEIGHT = 1.25;

    private final int blockTokens;
    private TierRates rates = new TierRates();
    private IntToLongFunction computeNanos = tokens -> 0;

    LoadChoice(int blockTokens) {
        this.blockTokens = blockTokens;
    }

    void measureBy(TierRates measured) {
        rates = measured;
    }

    /** @param nanos of computing so many tokens; 0 if that is unknown */
    void computeIn(IntToLongFunction nanos) {
        computeNanos = nanos;
    }

    /**
     * Of the leading blocks that are known, how many to take.
     *
     * @param count tokens of the whole prompt
     */
    int worth(List<Tier> known, int count) {
        if (computeNanos.applyAsLong(count) == 0) {
            return known.size();
        }
        int best = 0;
        double least = computing(count);
        long loading = 0;
        for (int taken = 1; taken <= known.size(); taken++) {
            loading += rates.loadNanos(known.get(taken - 1));
            double all = loading + computing(count - taken * blockTokens);
            if (all <= least) {
                least = all;
                best = taken;
            }
        }
        return best;
    }

    /** Whether to load a block for just these of its tokens, with nothing else to compute less for. */
    boolean worthAlone(Tier tier, int tokens) {
        return computeNanos.applyAsLong(tokens) == 0 || rates.loadNanos(tier) <= computing(tokens);
    }

    private double computing(int tokens) {
        return COMPUTE_WEIGHT * computeNanos.applyAsLong(tokens);
    }

    /** The first {@code taken} of these are taken, the others are not. */
    void made(List<Tier> known, int taken) {
        for (int i = 0; i < known.size(); i++) {
            if (known.get(i) != Tier.HOT) {
                rates.chose(known.get(i), i < taken);
            }
        }
    }
}
