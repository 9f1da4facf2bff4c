package quern.kv;

/**
 * Hears how long blocks stay in the arena, for metrics; times in nanoseconds of one monotonic clock. Called by the
 * engine's thread under the arena's lock; must not block.
 */
public interface BlockObserver {

    /** Hears nothing. */
    BlockObserver NONE = new BlockObserver() {
        @Override
        public void reused(long gapNanos) {}

        @Override
        public void evicted(long lifetimeNanos, long idleNanos) {}
    };

    /** A sealed block was found again. @param gapNanos since it was last claimed, sealed, found or let go */
    void reused(long gapNanos);

    /**
     * A sealed block made room for another.
     *
     * @param lifetimeNanos since its slot was claimed
     * @param idleNanos since it was last claimed, sealed, found or let go
     */
    void evicted(long lifetimeNanos, long idleNanos);
}
