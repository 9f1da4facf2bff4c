package quern.curation.kenlm;

import static quern.curation.kenlm.FileRegions.FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * N-grams in hash tables, one for each length from two; an n-gram's key is a hash of its words' numbers from the last
 * on. The sign of a probability says whether there are longer n-grams to the left (positive: yes).
 *
 * @param unigrams for each word's number its probability, back-off and, in models with rest costs, one of those
 * @param unigramBytes 8, or 12 with rest costs
 */
record HashedGrams(MemorySegment unigrams, int unigramBytes, ProbingTable[] middles, ProbingTable last)
        implements Grams {

    private static final long HASH_FACTOR = 8978948897894561157L;
    private static final long WORD_FACTOR = Long.parseUnsignedLong("17894857484156487943");
    private static final int LAST_BYTES = Long.BYTES + Float.BYTES;

    static HashedGrams of(FileRegions regions, ModelHeader header) {
        long[] counts = header.counts();
        int valueBytes = header.kind() == ModelKind.REST_PROBING ? 3 * Float.BYTES : 2 * Float.BYTES;
        MemorySegment unigrams = regions.take(valueBytes * (counts[0] + 1), "the 1-grams");
        ProbingTable[] middles = new ProbingTable[header.order() - 2];
        for (int i = 0; i < middles.length; i++) {
            middles[i] = ProbingTable.of(regions, "the " + (i + 2) + "-grams", counts[i + 1], header.multiplier(),
                    Long.BYTES + valueBytes);
        }
        return new HashedGrams(unigrams, valueBytes, middles, ProbingTable.of(regions, "the " + header.order()
                + "-grams", counts[header.order() - 1], header.multiplier(), LAST_BYTES));
    }

    static long key(long shorter, int word) {
        return shorter * HASH_FACTOR ^ (1L + Integer.toUnsignedLong(word)) * WORD_FACTOR;
    }

    @Override
    public void first(int word, GramNode node) {
        node.from = Integer.toUnsignedLong(word);
        read(unigrams, unigramBytes * node.from, node);
    }

    @Override
    public boolean longer(int length, int word, GramNode node) {
        node.from = key(node.from, word);
        ProbingTable table = middles[length - 1];
        long at = table.find(node.from);
        if (at < 0) {
            return false;
        }
        read(table.entries(), at, node);
        return true;
    }

    @Override
    public boolean longest(int word, GramNode node) {
        long at = last.find(key(node.from, word));
        if (at < 0) {
            return false;
        }
        node.probability = last.entries().get(FLOAT, at);
        return true;
    }

    private static void read(MemorySegment values, long at, GramNode node) {
        float probability = values.get(FLOAT, at);
        node.isLeftmost = Float.floatToRawIntBits(probability) < 0;
        node.probability = node.isLeftmost ? probability : -probability;
        node.backoff = values.get(FLOAT, at + Float.BYTES);
    }
}
