package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.FLOAT;
import static quern.curation.kenlm.FileRegions.LONG;

import java.lang.foreign.MemorySegment;

/**
 * N-grams in a trie by their words from the last on: 1-grams in an array, then bit-packed levels. Probabilities have no
 * sign bit, being negative; back-offs are whole floats; or both are places in tables of the file.
 */
final class TrieGrams implements Grams {

    private static final int UNIGRAM_BYTES = 16;
    private static final int NEXT_AT = 8;
    private static final int PROBABILITY_BITS = 31;

    private final MemorySegment unigrams;
    private final BitPackedGrams[] middles;
    private final ChildPointers[] pointers;
    private final BitPackedGrams last;
    /** Null where values are not quantized. */
    private final QuantizedValues values;
    private final int middleBits;

    TrieGrams(FileRegions regions, ModelHeader header) {
        long[] counts = header.counts();
        int order = header.order();
        values = header.kind().isQuantized() ? new QuantizedValues(regions, order) : null;
        middleBits = values == null ? PROBABILITY_BITS + Float.SIZE : values.middleBits();
        int lastBits = values == null ? PROBABILITY_BITS : values.lastBits();
        unigrams = regions.take(UNIGRAM_BYTES * (counts[0] + 2), "the 1-grams");
        int highBitsMax = header.kind().isArrayCompressed() && order > 2 ? ChildPointers.highBitsMax(regions) : -1;
        middles = new BitPackedGrams[order - 2];
        pointers = new ChildPointers[order - 2];
        for (int i = 0; i < middles.length; i++) {
            pointers[i] = ChildPointers.of(regions, counts[i + 1], counts[i + 2], highBitsMax);
            middles[i] = new BitPackedGrams(regions, "the " + (i + 2) + "-grams", counts[i + 1], counts[0],
                    middleBits + pointers[i].bits());
        }
        last = new BitPackedGrams(regions, "the " + order + "-grams", counts[order - 1], counts[0], lastBits);
    }

    @Override
    public void first(int word, GramNode node) {
        long at = UNIGRAM_BYTES * Integer.toUnsignedLong(word);
        node.probability = unigrams.get(FLOAT, at);
        node.backoff = unigrams.get(FLOAT, at + Float.BYTES);
        node.from = unigrams.get(LONG, at + NEXT_AT);
        node.to = unigrams.get(LONG, at + UNIGRAM_BYTES + NEXT_AT);
        node.isLeftmost = node.from == node.to;
    }

    @Override
    public boolean longer(int length, int word, GramNode node) {
        BitPackedGrams grams = middles[length - 1];
        long place = grams.find(word, node);
        if (place < 0) {
            return false;
        }
        long bit = grams.values(place);
        if (values == null) {
            node.probability = negative(grams.word(bit));
            node.backoff = Float.intBitsToFloat(grams.word(bit + PROBABILITY_BITS));
        } else {
            values.readMiddle(length - 1, grams, bit, node);
        }
        pointers[length - 1].read(grams, place, bit + middleBits, node);
        node.isLeftmost = node.from == node.to;
        return true;
    }

    @Override
    public boolean longest(int word, GramNode node) {
        long place = last.find(word, node);
        if (place < 0) {
            return false;
        }
        long bit = last.values(place);
        node.probability = values == null ? negative(last.word(bit)) : values.last(last, bit);
        return true;
    }

    private static float negative(int bits) {
        return Float.intBitsToFloat(bits | Integer.MIN_VALUE);
    }
}
