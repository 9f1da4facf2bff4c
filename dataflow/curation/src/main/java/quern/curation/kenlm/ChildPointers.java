package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where the children of a trie level's entries begin. The pointers only rise, so their high bits may be kept in a list
 * of the entries at which they change (Bhiksha Raj and Ed Whittaker, Lossless Compression of Language Model Structure
 * and Word Identifiers, 2003), and only the low ones in each entry.
 *
 * @param changes number of the entry from which on the high bits are at least their place in this list; null: none
 * @param bits of a pointer that are in the entry
 */
record ChildPointers(MemorySegment changes, int bits, long mask) {

    private static final int VERSION = 0;
    private static final int HEAD_BYTES = 8;
    private static final int ALIGN_BYTES = 7;
    private static final int NUMBER_BITS_MAX = 57;

    /**
     * @param count of the level's entries
     * @param children of them all, so the greatest pointer
     * @param highBitsMax how many bits the writer was allowed to take out of the entries; -1: all are in them
     */
    static ChildPointers of(FileRegions regions, long count, long children, int highBitsMax) {
        int all = BitPackedGrams.bits(children);
        if (all > NUMBER_BITS_MAX) {
            throw regions.damaged(children + " n-grams of a length, expected pointers of up to " + NUMBER_BITS_MAX
                    + " bits");
        }
        if (highBitsMax < 0) {
            return new ChildPointers(null, all, BitPackedGrams.mask(all));
        }
        int taken = highBits(count + 1, children, all, highBitsMax);
        long length = (children >>> (all - taken)) + 1;
        long skipped = -regions.at() & ALIGN_BYTES;
        MemorySegment region = regions.take(HEAD_BYTES + Long.BYTES * length + ALIGN_BYTES, "a list of pointers");
        return new ChildPointers(region.asSlice(skipped + HEAD_BYTES, Long.BYTES * length), all - taken,
                BitPackedGrams.mask(all - taken));
    }

    /** How many high bits the writer takes out, which is not written: as many as make the file smallest. */
    private static int highBits(long entries, long children, int all, int max) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int taken = 0; taken <= Math.min(all, max); taken++) {
            long change = (children >>> (all - taken)) * Long.SIZE - entries * taken;
            if (change < least) {
                least = change;
                best = taken;
            }
        }
        return best;
    }

    /** The writer's allowance, from the first of the lists of a file. */
    static int highBitsMax(FileRegions regions) {
        MemorySegment rest = regions.rest();
        if (rest.byteSize() < Short.BYTES || rest.get(ValueLayout.JAVA_BYTE, 0) != VERSION) {
            throw regions.damaged("array-compressed pointers at byte " + regions.at() + " of another version than "
                    + VERSION);
        }
        return rest.get(ValueLayout.JAVA_BYTE, 1) & 0xFF;
    }

    /** Reads where an entry's children begin and end. */
    void read(BitPackedGrams grams, long place, long bit, GramNode node) {
        long from = grams.number(bit, mask);
        long to = grams.number(bit + grams.entryBits(), mask);
        if (changes != null) {
            long high = lastNotAfter(place, 0);
            from |= high << bits;
            to |= lastNotAfter(place + 1, high) << bits;
        }
        node.from = from;
        node.to = to;
    }

    private long lastNotAfter(long place, long known) {
        long from = known + 1;
        long to = changes.byteSize() / Long.BYTES;
        while (from < to) {
            long middle = (from + to) >>> 1;
            if (changes.get(LONG, Long.BYTES * middle) <= place) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from - 1;
    }
}
