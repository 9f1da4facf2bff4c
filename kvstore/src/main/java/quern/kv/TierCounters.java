package quern.kv;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The counting half of {@link TierStats}; thread-safe. */
final class TierCounters {

    private static final Logger LOG = LoggerFactory.getLogger(TierCounters.class);

    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder evictions = new LongAdder();
    final LongAdder corruptions = new LongAdder();
    final LongAdder skipped = new LongAdder();
    final LongAdder promotions = new LongAdder();

    private final String tier;
    private final AtomicBoolean said = new AtomicBoolean();

    TierCounters(String tier) {
        this.tier = tier;
    }

    /** Counts a damaged block, and says so if it is the first. */
    void corrupted(String what) {
        corruptions.increment();
        if (said.compareAndSet(false, true)) {
            LOG.warn("{} tier: {}; it is dropped, and further ones are only counted", tier, what);
        }
    }

    /** Counts a block that stays, and is another than its key was asked for; says so if it is the first. */
    void collided() {
        corruptions.increment();
        if (said.compareAndSet(false, true)) {
            LOG.warn("{} tier: a block has other tokens; it is not used, and further ones are only counted", tier);
        }
    }

    TierStats stats(long entries, long bytes, long capacityBytes, long pinned, long foreignBytes) {
        return new TierStats(
                hits.sum(), misses.sum(), bytes, entries, capacityBytes, evictions.sum(), corruptions.sum(),
                skipped.sum(), pinned, foreignBytes, promotions.sum());
    }
}
