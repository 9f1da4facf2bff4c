package quern.curation.text;

import java.util.Arrays;

/**
 * Counts n-grams by a 64-bit hash of each, in an open-addressing table. Two different n-grams are taken for one with a
 * chance of about 2<sup>-64</sup> per pair. Above a million n-grams the hashes are counted in several passes, a share
 * of them each, so that the table stays below 32 MiB however long the text is.
 */
final class GramCounter {

    private static final long POLYNOMIAL = 0x9E3779B97F4A7C15L;
    private static final long MIX = 0xFF51AFD7ED558CCDL;
    private static final int TABLE_GRAMS_MAX = 1 << 20;
    private static final ThreadLocal<Tables> TABLES = ThreadLocal.withInitial(() -> new Tables(Tables.SLOTS));

    private final long[] keys;
    private final int[] counts;
    /** Slots of the n-grams that came several times in this pass. */
    private final int[] again;
    private final int mask;
    private int againCount;
    private int distinct;
    private int total;
    /** Counts of the n-grams that came several times in the passes before. */
    private int[] repeated = new int[0];

    private GramCounter(Tables tables, int slots) {
        keys = tables.keys;
        counts = tables.counts;
        again = tables.again;
        mask = slots - 1;
    }

    /** Counts every window of {@code length} values, hashed by a rolling polynomial. */
    static GramCounter count(int[] values, int count, int length) {
        return count(new IntWindows(values, count, length), count - length + 1);
    }

    /** The same over 64-bit values. */
    static GramCounter count(long[] values, int count, int length) {
        return count(new LongWindows(values, count, length), count - length + 1);
    }

    private static GramCounter count(Windows windows, int grams) {
        int passes = (grams + TABLE_GRAMS_MAX - 1) / TABLE_GRAMS_MAX;
        int slots = slots(passes > 1 ? TABLE_GRAMS_MAX * 5 / 4 : grams);
        Tables tables = slots > Tables.SLOTS ? new Tables(slots) : TABLES.get();
        Arrays.fill(tables.counts, 0, slots, 0);
        GramCounter counter = new GramCounter(tables, slots);
        for (int pass = 0; pass < passes; pass++) {
            windows.rewind();
            for (int n = windows.next(tables.hashes); n > 0; n = windows.next(tables.hashes)) {
                counter.add(tables.hashes, passes == 1 ? n : share(tables.hashes, n, passes, pass));
            }
            counter.endPass();
            if (pass + 1 < passes) {
                Arrays.fill(tables.counts, 0, slots, 0);
            }
        }
        return counter;
    }

    private static int slots(int grams) {
        return Integer.highestOneBit(Math.max(8, grams) * 2 - 1) << 1;
    }

    private static long mixed(long hash) {
        long key = hash * MIX;
        return key ^ key >>> 32;
    }

    /** Moves the hashes that a pass counts to the front. @return how many */
    private static int share(long[] hashes, int n, int passes, int pass) {
        int kept = 0;
        for (int i = 0; i < n; i++) {
            if ((mixed(hashes[i]) >>> 33) % passes == pass) {
                hashes[kept++] = hashes[i];
            }
        }
        return kept;
    }

    /** Without branches but for collisions: which n-grams come again is beyond prediction. */
    private void add(long[] hashes, int n) {
        int firsts = 0;
        int seconds = againCount;
        for (int i = 0; i < n; i++) {
            long hash = hashes[i];
            int slot = (int) mixed(hash) & mask;
            int before = counts[slot];
            while (before != 0 && keys[slot] != hash) {
                slot = slot + 1 & mask;
                before = counts[slot];
            }
            keys[slot] = hash;
            counts[slot] = before + 1;
            firsts += before == 0 ? 1 : 0;
            again[seconds] = slot;
            seconds += before == 1 ? 1 : 0;
        }
        distinct += firsts;
        againCount = seconds;
        total += n;
    }

    private void endPass() {
        int from = repeated.length;
        repeated = Arrays.copyOf(repeated, from + againCount);
        for (int i = 0; i < againCount; i++) {
            repeated[from + i] = counts[again[i]];
        }
        againCount = 0;
    }

    int distinct() {
        return distinct;
    }

    /** Distinct n-grams that occur once. */
    int once() {
        return distinct - repeated.length;
    }

    /** All n-grams. */
    int total() {
        return total;
    }

    /** Sum of the {@code n} largest counts; there must be as many above one. */
    long sumOfLargest(int n) {
        if (n < repeated.length) {
            Arrays.sort(repeated);
        }
        long sum = 0;
        for (int i = repeated.length - n; i < repeated.length; i++) {
            sum += repeated[i];
        }
        return sum;
    }

    /** Memory of one thread, used for one text after another. */
    private static final class Tables {

        /** Above it a text has tables of its own. */
        static final int SLOTS = 1 << 16;
        private static final int HASHES = 1 << 10;

        final long[] keys;
        final int[] counts;
        /** The last place is written to by n-grams that do not come again. */
        final int[] again;
        final long[] hashes = new long[HASHES];

        Tables(int slots) {
            keys = new long[slots];
            counts = new int[slots];
            again = new int[slots / 2 + 1];
        }
    }

    /** Hashes of windows, a few at a time. */
    private abstract static class Windows {

        final int length;
        final int count;
        final long drop;
        long hash;
        int next;

        Windows(int count, int length) {
            this.count = count;
            this.length = length;
            long power = 1;
            for (int i = 1; i < length; i++) {
                power *= POLYNOMIAL;
            }
            drop = power;
        }

        abstract void rewind();

        /** @return how many were written; 0 at the end */
        abstract int next(long[] hashes);
    }

    private static final class IntWindows extends Windows {

        private final int[] values;

        IntWindows(int[] values, int count, int length) {
            super(count, length);
            this.values = values;
        }

        @Override
        void rewind() {
            hash = 0;
            for (next = 0; next < length - 1; next++) {
                hash = hash * POLYNOMIAL + values[next];
            }
        }

        @Override
        int next(long[] hashes) {
            int n = Math.min(hashes.length, count - next);
            long state = hash;
            for (int i = 0; i < n; i++) {
                state = state * POLYNOMIAL + values[next + i];
                hashes[i] = state;
                state -= drop * values[next + i - length + 1];
            }
            hash = state;
            next += n;
            return n;
        }
    }

    private static final class LongWindows extends Windows {

        private final long[] values;

        LongWindows(long[] values, int count, int length) {
            super(count, length);
            this.values = values;
        }

        @Override
        void rewind() {
            hash = 0;
            for (next = 0; next < length - 1; next++) {
                hash = hash * POLYNOMIAL + values[next];
            }
        }

        @Override
        int next(long[] hashes) {
            int n = Math.min(hashes.length, count - next);
            long state = hash;
            for (int i = 0; i < n; i++) {
                state = state * POLYNOMIAL + values[next + i];
                hashes[i] = state;
                state -= drop * values[next + i - length + 1];
            }
            hash = state;
            next += n;
            return n;
        }
    }
}
