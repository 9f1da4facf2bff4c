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

    /** The same for the warm tier, whose blocks are as they are where that is memory. */
    TierPlan at(WarmPlace place) {
        return place.sealed() ? this : new TierPlan(config, image.with(BlockSeal.PLAIN), costs, nanoClock);
    }

    /** Of blocks of this layout. */
    RecomputeCost cost() {
        return costs.of(image.layout());
    }
}
