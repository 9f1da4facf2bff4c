package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.LONG;

import java.lang.foreign.MemorySegment;

/**
 * One level of a trie: entries of equal bits, without gaps between them. An entry is a word's number, the values, and,
 * below the last level, where the entries of the next one begin that are longer by a word to the left; they end where
 * those of the following entry begin. Entries of one parent are sorted by word.
 */
final class BitPackedGrams {

    /** Guesses of a place by value before a search goes on by halves: sorted files need a few, damaged ones all. */
    static final int GUESSES_MAX = 24;

    private static final int TAIL_BYTES = 8;

    private final FileRegions regions;
    private final String what;
    private final MemorySegment entries;
    private final long count;
    private final double words;
    private final int wordBits;
    private final int entryBits;
    private final long wordMask;

    /** @param otherBits of an entry, those of its word's number not counted */
    BitPackedGrams(FileRegions regions, String what, long count, long words, int otherBits) {
        this.regions = regions;
        this.what = what;
        this.count = count;
        this.words = words;
        this.wordBits = bits(words);
        this.entryBits = wordBits + otherBits;
        this.wordMask = mask(wordBits);
        // One entry more, for where the last one's end; and bytes behind, so that a whole number can be read anywhere.
        this.entries = regions.take(Math.multiplyExact(count + 1, (long) entryBits) / 8
                + ((count + 1) * entryBits % 8 == 0 ? 0 : 1) + TAIL_BYTES, what);
    }

    /** Bits that hold numbers up to a greatest one. */
    static int bits(long max) {
        return Long.SIZE - Long.numberOfLeadingZeros(max);
    }

    static long mask(int bits) {
        return (1L << bits) - 1;
    }

    /**
     * Place of a word among the entries of a node; -1 if it is not there.
     *
     * @throws quern.config.QuernException if the node points elsewhere than into this level
     */
    long find(int word, GramNode node) {
        long from = node.from;
        long to = node.to;
        if (from < 0 || from > to || to > count) {
            throw regions.damaged("a part of " + what + " from " + from + " to " + to + ", expected up to " + count);
        }
        long sought = Integer.toUnsignedLong(word);
        double below = 0;
        double above = words + 1;
        for (int guesses = 0; from < to; guesses++) {
            double share = guesses < GUESSES_MAX ? (sought - below) / (above - below) : 0.5;
            long at = Math.clamp(from + (long) (share * (to - from)), from, to - 1);
            long found = number(at * entryBits, wordMask);
            if (found == sought) {
                return at;
            }
            if (found < sought) {
                from = at + 1;
                below = found + 1;
            } else {
                to = at;
                above = found;
            }
        }
        return -1;
    }

    /** First bit of an entry's values. */
    long values(long place) {
        return place * entryBits + wordBits;
    }

    int entryBits() {
        return entryBits;
    }

    /** A number of up to 57 bits. */
    long number(long bit, long mask) {
        return entries.get(LONG, bit >>> 3) >>> (bit & 7) & mask;
    }

    /** 32 bits from a place on, of which the caller may want fewer. */
    int word(long bit) {
        return (int) (entries.get(LONG, bit >>> 3) >>> (bit & 7));
    }
}
