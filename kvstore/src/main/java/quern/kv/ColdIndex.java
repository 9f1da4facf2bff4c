package quern.kv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which blocks the cold tier has, with their stored bytes and worth, in memory. Thread-safe; touches no file. */
final class ColdIndex {

    private final RecomputeCosts costs;
    private final ChainIndex chains;
    /** Numbers of last uses that the files do not know. */
    private final Map<BlockKey, Long> used = new HashMap<>();
    private long bytes;
    private long oldBytes;
    private long lastUse;

    /** @param oldBytes of blocks of an older version, which are only counted */
    ColdIndex(RecomputeCosts costs, long oldBytes) {
        this.costs = costs;
        chains = new ChainIndex(depth -> 1);
        this.oldBytes = oldBytes;
    }

    /** Enters a stored block; in the order of their use. */
    synchronized void fill(BlockRocks.Row row) {
        if (chains.find(row.key()) == ChainIndex.ABSENT) {
            lastUse = Math.max(lastUse, row.use());
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
            used.put(key, ++lastUse);
        }
    }

    /** Number for a block that is used for the first time. */
    synchronized long nextUse() {
        return ++lastUse;
    }

    /** Blocks whose use the files do not know yet. */
    synchronized int changedUses() {
        return used.size();
    }

    /** The same, to be written. */
    synchronized List<BlockRocks.Use> takeUses() {
        List<BlockRocks.Use> rows = new ArrayList<>(used.size());
        used.forEach((key, use) -> {
            int entry = chains.find(key);
            if (entry != ChainIndex.ABSENT) {
                rows.add(new BlockRocks.Use(key, use, chains.place(entry)));
            }
        });
        used.clear();
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
        used.remove(key);
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
        used.remove(key);
        return Optional.of(key);
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
