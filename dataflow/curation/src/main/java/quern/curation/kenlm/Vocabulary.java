package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.INT;
import static quern.curation.kenlm.FileRegions.LONG;

import java.lang.foreign.MemorySegment;

/** Numbers of words by their hashes. The words themselves are not looked at. */
sealed interface Vocabulary {

    /** Number of the words that are not known. */
    int UNKNOWN = 0;

    /** {@link #UNKNOWN} for a hash that is not there. */
    int index(long hash);

    /** A hash table from a word's hash to its number. */
    record Hashed(ProbingTable table, long words) implements Vocabulary {

        private static final int VERSION = 0;
        private static final int HEADER_BYTES = 8;
        static final int ENTRY_BYTES = 12;

        /** @param words with the unknown one, numbers below which are right */
        static Hashed of(FileRegions regions, ModelHeader header, long words) {
            MemorySegment start = regions.take(HEADER_BYTES, "the head of the vocabulary");
            int version = start.get(INT, 0);
            long bound = Integer.toUnsignedLong(start.get(INT, Integer.BYTES));
            if (version != VERSION || bound > words) {
                throw regions.damaged("a vocabulary of version " + version + " and " + bound + " words, expected "
                        + VERSION + " and at most " + words);
            }
            return new Hashed(ProbingTable.of(regions, "the vocabulary", header.counts()[0], header.multiplier(),
                    ENTRY_BYTES), words);
        }

        @Override
        public int index(long hash) {
            long at = table.find(hash);
            int index = at < 0 ? UNKNOWN : table.entries().get(INT, at);
            return Integer.toUnsignedLong(index) < words ? index : UNKNOWN;
        }
    }

    /** Hashes in rising order; the number of a word is its place, counted from one. */
    record Sorted(MemorySegment hashes, long count) implements Vocabulary {

        static Sorted of(FileRegions regions, ModelHeader header) {
            MemorySegment all = regions.take(Long.BYTES * (header.counts()[0] + 1), "the vocabulary");
            long count = all.get(LONG, 0);
            if (count < 0 || count > header.counts()[0]) {
                throw regions.damaged("a vocabulary of " + count + " words, expected at most " + header.counts()[0]);
            }
            return new Sorted(all.asSlice(Long.BYTES), count);
        }

        @Override
        public int index(long hash) {
            long from = 0;
            long to = count;
            long below = 0;
            long above = -1;
            // Hashes are even, so the place is guessed from the value; halves, where guesses do not get there.
            for (int guesses = 0; from < to; guesses++) {
                double share = guesses < BitPackedGrams.GUESSES_MAX ? toDouble(hash - below) / toDouble(above - below)
                        : 0.5;
                long at = Math.min(to - 1, from + (long) (share * (to - from)));
                long found = hashes.get(LONG, Long.BYTES * at);
                int order = Long.compareUnsigned(found, hash);
                if (order == 0) {
                    return (int) (at + 1);
                }
                if (order < 0) {
                    from = at + 1;
                    below = found;
                } else {
                    to = at;
                    above = found;
                }
            }
            return UNKNOWN;
        }

        private static double toDouble(long unsigned) {
            return (unsigned >>> 11) * 0x1p11;
        }
    }
}
