package quern.kv;

import java.util.function.LongSupplier;

/** When each slot was filled and last used. */
final class SlotTimes {

    private final long[] claimed;
    private final long[] used;
    private LongSupplier nanoClock = System::nanoTime;
    private BlockObserver observer = BlockObserver.NONE;

    SlotTimes(int slots) {
        claimed = new long[slots];
        used = new long[slots];
    }

    void observe(BlockObserver newObserver, LongSupplier newNanoClock) {
        observer = newObserver;
        nanoClock = newNanoClock;
    }

    void claimed(int slot) {
        claimed[slot] = nanoClock.getAsLong();
        used[slot] = claimed[slot];
    }

    void used(int slot) {
        used[slot] = nanoClock.getAsLong();
    }

    void reused(int slot) {
        long now = nanoClock.getAsLong();
        observer.reused(now - used[slot]);
        used[slot] = now;
    }

    void evicted(int slot) {
        long now = nanoClock.getAsLong();
        observer.evicted(now - claimed[slot], now - used[slot]);
    }
}
