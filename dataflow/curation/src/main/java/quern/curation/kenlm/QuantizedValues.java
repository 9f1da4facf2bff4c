package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The tables of a quantized trie: for each length from two its probabilities and back-offs; the last has no latter. */
final class QuantizedValues {

    private static final int VERSION = 2;
    private static final int HEAD_BYTES = 8;
    private static final int BITS_MAX = 25;

    private final int probabilityBits;
    private final int backoffBits;
    private final MemorySegment[] probabilities;
    private final MemorySegment[] backoffs;

    QuantizedValues(FileRegions regions, int order) {
        MemorySegment head = regions.take(HEAD_BYTES, "the head of the tables of values");
        int version = head.get(ValueLayout.JAVA_BYTE, 0);
        probabilityBits = head.get(ValueLayout.JAVA_BYTE, 1) & 0xFF;
        backoffBits = head.get(ValueLayout.JAVA_BYTE, 2) & 0xFF;
        if (version != VERSION || probabilityBits < 1 || probabilityBits > BITS_MAX || backoffBits < 1
                || backoffBits > BITS_MAX) {
            throw regions.damaged("quantization of version " + version + " to " + probabilityBits + " and "
                    + backoffBits + " bits, expected version " + VERSION + " and 1 to " + BITS_MAX + " bits");
        }
        probabilities = new MemorySegment[order - 1];
        backoffs = new MemorySegment[order - 2];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = regions.take((long) Float.BYTES << probabilityBits, "a table of probabilities");
            if (i < backoffs.length) {
                backoffs[i] = regions.take((long) Float.BYTES << backoffBits, "a table of back-offs");
            }
        }
    }

    int middleBits() {
        return probabilityBits + backoffBits;
    }

    int lastBits() {
        return probabilityBits;
    }

    /** @param level 0 for n-grams of two words */
    void readMiddle(int level, BitPackedGrams grams, long bit, GramNode node) {
        node.backoff = backoffs[level].get(FLOAT,
                Float.BYTES * grams.number(bit, BitPackedGrams.mask(backoffBits)));
        node.probability = probabilities[level].get(FLOAT,
                Float.BYTES * grams.number(bit + backoffBits, BitPackedGrams.mask(probabilityBits)));
    }

    float last(BitPackedGrams grams, long bit) {
        return probabilities[probabilities.length - 1].get(FLOAT,
                Float.BYTES * grams.number(bit, BitPackedGrams.mask(probabilityBits)));
    }
}
