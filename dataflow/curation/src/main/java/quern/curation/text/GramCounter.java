package quern.curation.text;

import java.util.Arrays;

/**
 * Counts n-grams by a 64-bit hash of each, in an open-addressing table. A slot holds the count in as many low bits as
 * the number of n-grams needs, and above it what the hash does not say by the slot's place: two different n-grams are
 * taken for one with a chance of about 2<sup>-60</sup> per pair. Above a million n-grams the hashes are counted in
 * several passes, a share of them each, so that the table stays below 40 MiB however long the text is.
 */
final class GramCounter {

    private static final long POLYNOMIAL = 0x9E3779B97F4A7C15L;
    private static final long MIX = 0xFF51AFD7ED558CCDL;
    private static final int TABLE_GRAMS_MAX = 1 << 20;
    private static final int WIDE_GRAMS_MAX = 1 << 16;
    private static final ThreadLocal<Tables> TABLES = ThreadLocal.withInitial(() -> new Tables(Tables.SLOTS));

    private final long[] table;
    /** Slots of the n-grams that came several times in this pass. */
    private final int[] again;
    private final int mask;
    private final long countMask;
    private int againCount;
    private int distinct;
    private int total;
    /** Counts of the n-grams that came several times in the passes before. */
    private int[] repeated = new int[0];

    private GramCounter(Tables tables, int slots, int grams) {
        table = tables.table;
        again = tables.again;
        mask = slots - 1;
        countMask = (Long.highestOneBit(grams) << 1) - 1;
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
        Arrays.fill(tables.table, 0, slots, 0);
        GramCounter counter = new GramCounter(tables, slots, grams);
        for (int pass = 0; pass < passes; pass++) {
            windows.rewind();
            for (int n = windows.next(tables.hashes); n > 0; n = windows.next(tables.hashes)) {
                counter.add(tables.hashes, passes == 1 ? n : share(tables.hashes, n, passes, pass));
            }
            counter.endPass();
            if (pass + 1 < passes) {
                Arrays.fill(tables.table, 0, slots, 0);
            }
        }
        return counter;
    }

    /** Four to eight slots an n-gram: a collision is a wrong guess of the processor. Half of that for a long text. */
    private static int slots(int grams) {
        return Integer.highestOneBit(Math.max(8, grams) * 2 - 1) << (grams > WIDE_GRAMS_MAX ? 1 : 2);
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
            long key = mixed(hashes[i]);
            int slot = (int) key & mask;
            long entry = table[slot];
            while (entry != 0 && ((entry ^ key) & ~countMask) != 0) {
                slot = slot + 1 & mask;
                entry = table[slot];
            }
            long before = entry & countMask;
            table[slot] = (key & ~countMask) + before + 1;
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
            repeated[from + i] = (int) (table[again[i]] & countMask);
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
        static final int SLOTS = 1 << 17;
        static final int HASHES = 1 << 10;
        /** Above it windows have memory of their own. */
        static final int LENGTH = 64;

        final long[] table;
        /** The last place is written to by n-grams that do not come again. */
        final int[] again;
        final long[] hashes = new long[HASHES];
        final long[] values = new long[HASHES + LENGTH];

        Tables(int slots) {
            table = new long[slots];
            again = new int[slots / 4 + 1];
        }
    }

    /** Hashes of windows, a few at a time. */
    private abstract static class Windows {

        private final int length;
        private final int count;
        private final long drop;
        private final long[] values;
        private long hash;
        private int next;

        Windows(int count, int length) {
            this.count = count;
            this.length = length;
            this.values = length <= Tables.LENGTH ? TABLES.get().values : new long[Tables.HASHES + length - 1];
            long power = 1;
            for (int i = 1; i < length; i++) {
                power *= POLYNOMIAL;
            }
            drop = power;
        }

        /** Copies values from an index on. */
        abstract void load(int from, int n, long[] into);

        void rewind() {
            hash = 0;
            next = length - 1;
            load(0, next, values);
            for (int i = 0; i < next; i++) {
                hash = hash * POLYNOMIAL + values[i];
            }
        }

        /** @return how many were written; 0 at the end */
        int next(long[] hashes) {
            int n = Math.min(hashes.length, count - next);
            load(next - length + 1, n + length - 1, values);
            long state = hash;
            for (int i = 0; i < n; i++) {
                state = state * POLYNOMIAL + values[i + length - 1];
                hashes[i] = state;
                state -= drop * values[i];
            }
            hash = state;
            next += n;
            return n;
        }
    }

    private static final class IntWindows extends Windows {

        private final int[] all;

        IntWindows(int[] values, int count, int length) {
            super(count, length);
            this.all = values;
        }

        @Override
        void load(int from, int n, long[] into) {
            for (int i = 0; i < n; i++) {
                into[i] = all[from + i];
            }
        }
    }

    private static final class LongWindows extends Windows {

        private final long[] all;

        LongWindows(long[] values, int count, int length) {
            super(count, length);
            this.all = values;
        }

        @Override
        void load(int from, int n, long[] into) {
            System.arraycopy(all, from, into, 0, n);
        }
    }
}
