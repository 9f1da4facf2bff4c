package quern.kv;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which block each slot of the warm file holds, in memory, and beside it the {@link SlotIndex} that survives a clean
 * close. A slot is free, or of a block that is here, or of one that was removed while it was read: that one becomes
 * free when its last reader lets go. Thread-safe; no call touches a file.
 */
final class SlotMap {

    private final SlotIndex index;
    private final ChainIndex chains;
    private final BitSet occupied = new BitSet();

    /** A block that somebody reads: it stays where it is until {@link #letGo}. */
    record Held(int entry, int slot) {}

    /** A slot to be filled. @param evicted the block it still holds, which nobody finds any more */
    record Room(int slot, Optional<BlockKey> evicted) {}

    SlotMap(SlotIndex index, TierPlan plan) {
        this.index = index;
        chains = new ChainIndex(plan.cost());
    }

    /** Enters every block that the index names. @param present slots that the file has */
    synchronized void fill(int present) {
        index.forEach((key, slot) -> {
            if (slot < 0 || slot >= present || occupied.get(slot)) {
                throw new IllegalStateException("the index names slot " + slot + ", the file has " + present);
            }
            occupied.set(slot);
            chains.add(key, slot);
        });
    }

    /** Enters a block; refused if it is here already. */
    synchronized boolean enter(BlockKey key, int slot) {
        if (chains.find(key) != ChainIndex.ABSENT) {
            return false;
        }
        occupied.set(slot);
        chains.add(key, slot);
        index.put(key, slot);
        return true;
    }

    synchronized boolean contains(BlockKey key) {
        return chains.find(key) != ChainIndex.ABSENT;
    }

    synchronized Optional<Held> hold(BlockKey key) {
        int entry = chains.find(key);
        if (entry == ChainIndex.ABSENT) {
            return Optional.empty();
        }
        chains.hold(entry);
        return Optional.of(new Held(entry, (int) chains.place(entry)));
    }

    /** @return whether the slot is to be emptied now and given back by {@link #free} */
    synchronized boolean letGo(Held held) {
        return chains.letGo(held.entry());
    }

    synchronized void used(Held held) {
        if (chains.here(held.entry())) {
            chains.use(held.entry());
        }
    }

    /** What became of a block that was to be removed. */
    enum Removal {
        ABSENT,
        /** Its slot is to be emptied now and given back by {@link #free}. */
        DONE,
        /** Whoever reads it last is told by {@link #letGo}. */
        HELD
    }

    /** @param slot gets where the block is */
    synchronized Removal remove(BlockKey key, int[] slot) {
        int entry = chains.find(key);
        if (entry == ChainIndex.ABSENT) {
            return Removal.ABSENT;
        }
        slot[0] = (int) chains.place(entry);
        index.remove(key);
        return chains.remove(entry) ? Removal.DONE : Removal.HELD;
    }

    /** A slot that was taken or removed holds nothing any more. */
    synchronized void free(int slot) {
        occupied.clear(slot);
    }

    synchronized boolean isFree(int slot) {
        return !occupied.get(slot);
    }

    /** A slot below this for one more block, the least worthy one's if none is free; empty if all are held. */
    synchronized Optional<Room> take(int slots) {
        int slot = occupied.nextClearBit(0);
        if (slot < slots) {
            return Optional.of(new Room(slot, Optional.empty()));
        }
        int entry = chains.first();
        if (entry == ChainIndex.ABSENT) {
            return Optional.empty();
        }
        BlockKey key = chains.key(entry);
        Room room = new Room((int) chains.place(entry), Optional.of(key));
        chains.evict(entry);
        index.remove(key);
        return Optional.of(room);
    }

    /** The same, but no block goes that is worth more than this one would be. */
    synchronized Optional<Room> takeFor(BlockKey key, int slots) {
        int least = chains.first();
        return occupied.nextClearBit(0) < slots || least != ChainIndex.ABSENT && chains.reaches(key, least)
                ? take(slots) : Optional.empty();
    }

    synchronized boolean pin(BlockKey key, boolean on) {
        int entry = chains.find(key);
        if (entry != ChainIndex.ABSENT) {
            chains.pin(entry, on);
        }
        return entry != ChainIndex.ABSENT;
    }

    synchronized List<BlockKey> keys() {
        List<BlockKey> keys = new ArrayList<>(chains.size());
        chains.forEach(entry -> keys.add(chains.key(entry)));
        return keys;
    }

    synchronized int size() {
        return chains.size();
    }

    synchronized int pinned() {
        return chains.pinned();
    }
}
