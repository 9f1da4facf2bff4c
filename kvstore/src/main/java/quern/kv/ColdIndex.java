package quern.kv;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which blocks the cold tier has, with their stored bytes and worth, in memory. A use is numbered by where the files'
 * numbers ended plus the index's own, so that what has yet to be written takes a bit a block. Thread-safe; touches no
 * file.
 */
final class ColdIndex {

    private final RecomputeCosts costs;
    private final ChainIndex chains;
    /** Entries whose last use the files do not know. */
    private final BitSet changed = new BitSet();
    private int changedUses;
    private long bytes;
    private long oldBytes;
    /** The largest number of a use that the files knew when the index was filled. */
    private long lastStoredUse;

    /** @param oldBytes of blocks of an older version, which are only counted */
    ColdIndex(RecomputeCosts costs, long oldBytes) {
        this.costs = costs;
        chains = new ChainIndex(depth -> 1);
        this.oldBytes = oldBytes;
    }

    /** Enters a stored block; in the order of their use. */
    synchronized void fill(BlockRocks.Row row) {
        if (chains.find(row.key()) == ChainIndex.ABSENT) {
            lastStoredUse = Math.max(lastStoredUse, row.use());
            add(row.key(), row.layout(), row.bytes());
        }
    }

    /** @param layout fingerprint of what the bytes mean */
    synchronized void add(BlockKey key, long layout, long storedBytes) {
        chains.add(key, storedBytes, costs.of(layout));
        bytes += storedBytes;
    }

    synchronized boolean contains(BlockKey key) {
        return chains.find(key) != ChainIndex.ABSENT;
    }

    /** Notes that a block was used just now. */
    synchronized void use(BlockKey key) {
        int entry = chains.find(key);
        if (entry != ChainIndex.ABSENT) {
            chains.use(entry);
            changedUses += changed.get(entry) ? 0 : 1;
            changed.set(entry);
        }
    }

    /** Number for a block that is used for the first time, to be added next. */
    synchronized long nextUse() {
        return lastStoredUse + chains.uses() + 1;
    }

    /** Blocks whose use the files do not know yet. */
    synchronized int changedUses() {
        return changedUses;
    }

    /** The same, to be written. */
    synchronized List<BlockRocks.Use> takeUses() {
        List<BlockRocks.Use> rows = new ArrayList<>(changedUses);
        changed.stream().forEach(entry -> rows.add(new BlockRocks.Use(
                chains.key(entry), lastStoredUse + chains.lastUse(entry), chains.place(entry))));
        changed.clear();
        changedUses = 0;
        return rows;
    }

    /** @return whether it was here */
    synchronized boolean remove(BlockKey key) {
        int entry = chains.find(key);
        if (entry == ChainIndex.ABSENT) {
            return false;
        }
        bytes -= chains.place(entry);
        chains.remove(entry);
        forgetUse(entry);
        return true;
    }

    /** Takes the least worthy block out; empty if all are pinned. */
    synchronized Optional<BlockKey> evict() {
        int entry = chains.first();
        if (entry == ChainIndex.ABSENT) {
            return Optional.empty();
        }
        BlockKey key = chains.key(entry);
        bytes -= chains.place(entry);
        chains.evict(entry);
        forgetUse(entry);
        return Optional.of(key);
    }

    private void forgetUse(int entry) {
        changedUses -= changed.get(entry) ? 1 : 0;
        changed.clear(entry);
    }

    synchronized boolean pin(BlockKey key, boolean on) {
        int entry = chains.find(key);
        if (entry != ChainIndex.ABSENT) {
            chains.pin(entry, on);
        }
        return entry != ChainIndex.ABSENT;
    }

    synchronized List<BlockKey> pinned() {
        List<BlockKey> keys = new ArrayList<>();
        chains.forEach(entry -> {
            if (chains.isPinned(entry)) {
                keys.add(chains.key(entry));
            }
        });
        return keys;
    }

    /** Pins those that are here. */
    synchronized void pinned(List<BlockKey> keys) {
        keys.forEach(key -> pin(key, true));
    }

    synchronized List<BlockKey> keys() {
        List<BlockKey> keys = new ArrayList<>(chains.size());
        chains.forEach(entry -> keys.add(chains.key(entry)));
        return keys;
    }

    synchronized long oldBytes() {
        return oldBytes;
    }

    /** @return bytes of older versions that were counted until now */
    synchronized long forgetOld() {
        long forgotten = oldBytes;
        oldBytes = 0;
        return forgotten;
    }

    synchronized int size() {
        return chains.size();
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized TierStats stats(TierCounters counters, long capacityBytes) {
        return counters.stats(chains.size(), bytes, capacityBytes, chains.pinned(), oldBytes);
    }
}
