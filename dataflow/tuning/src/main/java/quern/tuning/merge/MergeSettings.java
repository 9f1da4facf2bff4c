package quern.tuning.merge;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import quern.tuning.GateLimits;

/**
 * What a merge depends on besides base, adapters and samples.
 *
 * @param drop share of the entries of every A that are dropped (DARE); empty: none
 * @param seed of what is dropped
 * @param rank of the result, at most; empty: the sum of all
 * @param gate what the result must reach
 */
public record MergeSettings(OptionalDouble drop, long seed, OptionalInt rank, GateLimits gate) {

    /** Most ranks together, as of one adapter that is tuned here. */
    public static final int RANK_MAX = 512;

    public MergeSettings {
        if (drop.isPresent() && !(drop.getAsDouble() > 0 && drop.getAsDouble() < 1)
                || rank.isPresent() && rank.getAsInt() < 1) {
            throw new IllegalArgumentException("drop " + drop + ", rank " + rank
                    + ", expected between 0 and 1, above 0");
        }
    }
}
