package quern.kv;

import java.util.concurrent.atomic.LongAdder;

/** The counting half of {@link TierStats}; thread-safe. */
final class TierCounters {

    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder evictions = new LongAdder();
    final LongAdder corruptions = new LongAdder();
    final LongAdder skipped = new LongAdder();

    TierStats stats(long entries, long bytes, long capacityBytes) {
        return new TierStats(
                hits.sum(), misses.sum(), bytes, entries, capacityBytes, evictions.sum(), corruptions.sum(),
                skipped.sum());
    }
}
