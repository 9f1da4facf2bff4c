package quern.inference.engine;

import java.util.Arrays;

/**
 * Where the latest few tokens of a text stood before: for runs of some lengths the place behind their latest
 * occurrence. Grows with the text, in open addressing over primitive arrays.
 */
final class NgramIndex {

    /** Tokens of the runs, those that are tried first in front. */
    static final int[] LENGTHS = {4, 2, 1};

    private final Table[] tables = new Table[LENGTHS.length];
    private int indexed;

    NgramIndex() {
        Arrays.setAll(tables, i -> new Table());
    }

    /**
     * Takes the tokens since the last call into the index.
     *
     * @param tokens all of them, of which the first {@code count} count; those of earlier calls unchanged
     */
    void take(int[] tokens, int count) {
        /* The run that ends the text is looked up, not stored: it would find itself. */
        for (; indexed < count - 1; indexed++) {
            for (int i = 0; i < LENGTHS.length; i++) {
                tables[i].put(tokens, indexed + 1, LENGTHS[i]);
            }
        }
    }

    /**
     * @param kind index of the run's length
     * @return place behind an earlier occurrence of the run that ends the first {@code count} tokens, or -1
     */
    int find(int[] tokens, int count, int kind) {
        return tables[kind].find(tokens, count, LENGTHS[kind]);
    }

    /** Ends of runs; a run's tokens are compared where it was found, so that equal hashes do no harm. */
    private static final class Table {

        private int[] ends = new int[64];
        private int size;

        void put(int[] tokens, int end, int length) {
            if (end < length) {
                return;
            }
            if (2 * size >= ends.length) {
                grow(tokens, length);
            }
            int slot = slot(tokens, end, length);
            size += ends[slot] == 0 ? 1 : 0;
            ends[slot] = end;
        }

        int find(int[] tokens, int end, int length) {
            int found = end < length ? 0 : ends[slot(tokens, end, length)];
            return found == 0 ? -1 : found;
        }

        private int slot(int[] tokens, int end, int length) {
            int hash = 0;
            for (int i = end - length; i < end; i++) {
                hash = (hash + tokens[i] + 1) * 0x9E3779B1;
            }
            int slot = (hash ^ hash >>> 15) & ends.length - 1;
            while (ends[slot] != 0 && !Arrays.equals(
                    tokens, ends[slot] - length, ends[slot], tokens, end - length, end)) {
                slot = slot + 1 & ends.length - 1;
            }
            return slot;
        }

        private void grow(int[] tokens, int length) {
            int[] before = ends;
            ends = new int[2 * before.length];
            for (int end : before) {
                if (end != 0) {
                    ends[slot(tokens, end, length)] = end;
                }
            }
        }
    }
}
