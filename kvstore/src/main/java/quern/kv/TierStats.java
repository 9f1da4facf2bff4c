package quern.kv;

/**
 * What a tier did since it was opened, and what it holds.
 *
 * @param hits look-ups that returned a block
 * @param misses look-ups that did not, for whatever reason
 * @param bytes of the blocks held now
 * @param entries blocks held now
 * @param capacityBytes most bytes of blocks it may hold
 * @param evictions blocks dropped, or handed to the next tier, for want of room
 * @param corruptions blocks whose stored bytes or tokens were not what they should be; on disk each was dropped
 * @param skipped blocks that were to be written and were not: queue full, disk full, or evicted before
 * @param pinned blocks held that are not evicted because they were pinned
 * @param foreignBytes of files of other layouts or of older versions, kept aside until room is needed
 * @param promotions blocks that came back from the tier below
 */
public record TierStats(
        long hits,
        long misses,
        long bytes,
        long entries,
        long capacityBytes,
        long evictions,
        long corruptions,
        long skipped,
        long pinned,
        long foreignBytes,
        long promotions) {

    /** A tier that did nothing and holds nothing. */
    static TierStats of(long capacityBytes) {
        return new TierStats(0, 0, 0, 0, capacityBytes, 0, 0, 0, 0, 0, 0);
    }

    /** Of two sets of files that share their capacity. @param foreign {@link #foreignBytes} of both together */
    TierStats plus(TierStats other, long foreign) {
        return new TierStats(hits + other.hits, misses + other.misses, bytes + other.bytes, entries + other.entries,
                capacityBytes, evictions + other.evictions, corruptions + other.corruptions, skipped + other.skipped,
                pinned + other.pinned, foreign, promotions + other.promotions);
    }

    /** What was done, without what is held. */
    TierStats past() {
        return new TierStats(hits, misses, 0, 0, capacityBytes, evictions, corruptions, skipped, 0, 0,
                promotions);
    }
}
