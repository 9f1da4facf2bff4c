package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.LONG;

import java.lang.foreign.MemorySegment;

/** A hash table of KenLM: entries of fixed size that begin with a 64-bit key, probed one after the other. */
final class ProbingTable {

    private final MemorySegment entries;
    private final int entryBytes;
    private final long buckets;
    /** By which a remainder takes a multiplication in place of a division. */
    private final long reciprocal;

    ProbingTable(MemorySegment entries, int entryBytes) {
        this.entries = entries;
        this.entryBytes = entryBytes;
        this.buckets = entries.byteSize() / entryBytes;
        this.reciprocal = Long.divideUnsigned(-1, buckets);
    }

    static ProbingTable of(FileRegions regions, String what, long count, float multiplier, int entryBytes) {
        return new ProbingTable(regions.take(bytes(count, multiplier, entryBytes), what), entryBytes);
    }

    /** Bytes of a table for a number of entries. */
    static long bytes(long count, float multiplier, int entryBytes) {
        return Math.multiplyExact(Math.max(count + 1, (long) (multiplier * (float) count)), entryBytes);
    }

    /** Offset of the value behind a key; -1 where the key is not there. */
    long find(long key) {
        long bucket = bucket(key);
        for (long tried = 0; tried < buckets; tried++) {
            long at = bucket * entryBytes;
            long found = entries.get(LONG, at);
            if (found == key) {
                return at + Long.BYTES;
            }
            if (found == 0) {
                return -1;
            }
            bucket = bucket + 1 == buckets ? 0 : bucket + 1;
        }
        return -1;
    }

    /** Where a key is looked for first: its remainder, unsigned, by the number of buckets. */
    long bucket(long key) {
        // The quotient is at most one too small.
        long remainder = key - Math.unsignedMultiplyHigh(key, reciprocal) * buckets;
        return Long.compareUnsigned(remainder, buckets) < 0 ? remainder : remainder - buckets;
    }

    MemorySegment entries() {
        return entries;
    }
}
