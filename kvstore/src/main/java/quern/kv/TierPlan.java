package quern.kv;

import java.util.function.LongSupplier;
import quern.config.KvConfig;

/**
 * What the lower tiers are opened with.
 *
 * @param nanoClock never goes back
 */
record TierPlan(KvConfig config, BlockImage image, RecomputeCost cost, LongSupplier nanoClock) {

    /** Blocks that one tier may have, whatever their size: their index is in memory, about 90 bytes each. */
    static final int ENTRIES_MAX = 1 << 21;
}
