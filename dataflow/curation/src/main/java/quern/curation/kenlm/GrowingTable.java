package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A {@link ProbingTable} in memory that takes entries. Not for several threads until it is done. */
final class GrowingTable {

    private static final int BUCKETS_MIN = 16;

    private final int entryBytes;
    private MemorySegment entries;
    private long buckets;
    private long count;
    private ProbingTable table;

    GrowingTable(long expected, int entryBytes) {
        this.entryBytes = entryBytes;
        allocate(Math.max(BUCKETS_MIN, expected + expected / 2));
    }

    private void allocate(long size) {
        buckets = size;
        entries = Arena.ofAuto().allocate(Math.multiplyExact(size, (long) entryBytes), Long.BYTES);
        table = new ProbingTable(entries, entryBytes);
    }

    /** Offset of the value behind a key in {@link #entries}; -1 where the key is not there. */
    long find(long key) {
        return table.find(key);
    }

    /** Offset of the value of a key that is not there yet; it holds until the next call. */
    long add(long key) {
        if (++count * 4 > buckets * 3) {
            grow();
        }
        return place(key);
    }

    private long place(long key) {
        long bucket = table.bucket(key);
        while (entries.get(LONG, bucket * entryBytes) != 0) {
            bucket = bucket + 1 == buckets ? 0 : bucket + 1;
        }
        entries.set(LONG, bucket * entryBytes, key);
        return bucket * entryBytes + Long.BYTES;
    }

    private void grow() {
        MemorySegment old = entries;
        allocate(buckets * 2);
        int valueBytes = entryBytes - Long.BYTES;
        for (long at = 0; at < old.byteSize(); at += entryBytes) {
            long key = old.get(LONG, at);
            if (key != 0) {
                MemorySegment.copy(old, at + Long.BYTES, entries, place(key), valueBytes);
            }
        }
    }

    MemorySegment entries() {
        return entries;
    }

    ProbingTable table() {
        return table;
    }
}
