package quern.curation.dedup;

import java.util.Arrays;
import java.util.List;
import quern.curation.StreamDeduplicator;

/**
 * The keys of a text.
 *
 * @param halves two longs each
 * @param pieces the pieces they are of; empty where the whole text is one
 * @param firsts for each key its first piece
 * @param lasts for each key its last piece
 */
record TextKeys(long[] halves, List<Pieces.Piece> pieces, int[] firsts, int[] lasts)
        implements StreamDeduplicator.Keys {

    static TextKeys of(long[] key) {
        return new TextKeys(key, List.of(), new int[1], new int[1]);
    }

    @Override
    public int count() {
        return halves.length / 2;
    }

    @Override
    public long high(int key) {
        return halves[2 * key];
    }

    @Override
    public long low(int key) {
        return halves[2 * key + 1];
    }

    /** Gathers keys. */
    static final class Builder {

        private long[] halves = new long[32];
        private int[] firsts = new int[16];
        private int[] lasts = new int[16];
        private int count;

        void add(long[] key, int first, int last) {
            if (count == firsts.length) {
                halves = Arrays.copyOf(halves, 4 * count);
                firsts = Arrays.copyOf(firsts, 2 * count);
                lasts = Arrays.copyOf(lasts, 2 * count);
            }
            halves[2 * count] = key[0];
            halves[2 * count + 1] = key[1];
            firsts[count] = first;
            lasts[count++] = last;
        }

        TextKeys of(List<Pieces.Piece> pieces) {
            return new TextKeys(Arrays.copyOf(halves, 2 * count), pieces, Arrays.copyOf(firsts, count),
                    Arrays.copyOf(lasts, count));
        }
    }
}
