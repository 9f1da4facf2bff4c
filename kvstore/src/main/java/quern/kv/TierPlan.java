package quern.kv;

import java.util.function.LongSupplier;
import quern.config.KvConfig;

/**
 * What the lower tiers are opened with.
 *
 * @param nanoClock never goes back
 */
record TierPlan(KvConfig config, BlockImage image, RecomputeCosts costs, LongSupplier nanoClock) {

    /** Blocks that one tier may have, whatever their size: their index is in memory, about 90 bytes each. */
    static final int ENTRIES_MAX = 1 << 21;

    /** Of blocks of this layout. */
    RecomputeCost cost() {
        return costs.of(image.layout());
    }
}
