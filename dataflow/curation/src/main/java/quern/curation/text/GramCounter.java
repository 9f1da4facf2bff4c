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

    private final long[] keys;
    private final int[] counts;
    private final int mask;
    private int distinct;
    private int once;
    private int total;
    private int[] repeated = new int[16];
    private int repeatedCount;

    private GramCounter(int grams) {
        int slots = Integer.highestOneBit(Math.max(8, grams) * 2 - 1) << 1;
        keys = new long[slots];
        counts = new int[slots];
        mask = slots - 1;
    }

    /** Counts every window of {@code length} values, hashed by a rolling polynomial. */
    static GramCounter count(int[] values, int count, int length) {
        return count(i -> values[i], count, length);
    }

    /** The same over 64-bit values. */
    static GramCounter count(long[] values, int count, int length) {
        return count(i -> values[i], count, length);
    }

    private static GramCounter count(Values values, int count, int length) {
        int grams = count - length + 1;
        int passes = (grams + TABLE_GRAMS_MAX - 1) / TABLE_GRAMS_MAX;
        GramCounter counter = new GramCounter(passes > 1 ? TABLE_GRAMS_MAX * 5 / 4 : grams);
        for (int pass = 0; pass < passes; pass++) {
            counter.addWindows(values, count, length, passes, pass);
            if (passes > 1) {
                counter.collectRepeated();
                Arrays.fill(counter.counts, 0);
            }
        }
        return counter;
    }

    /** The values that make up n-grams, by position. */
    private interface Values {
        long at(int index);
    }

    private void addWindows(Values values, int count, int length, int passes, int pass) {
        long drop = 1;
        for (int i = 1; i < length; i++) {
            drop *= POLYNOMIAL;
        }
        long hash = 0;
        for (int i = 0; i < length - 1; i++) {
            hash = hash * POLYNOMIAL + values.at(i);
        }
        for (int i = length - 1; i < count; i++) {
            hash = hash * POLYNOMIAL + values.at(i);
            long key = hash * MIX;
            key ^= key >>> 32;
            if (passes == 1 || (key >>> 33) % passes == pass) {
                add(hash, (int) key);
            }
            hash -= drop * values.at(i - length + 1);
        }
    }

    private void add(long hash, int mixed) {
        int slot = mixed & mask;
        while (counts[slot] != 0 && keys[slot] != hash) {
            slot = slot + 1 & mask;
        }
        int before = counts[slot]++;
        if (before == 0) {
            keys[slot] = hash;
            distinct++;
            once++;
        } else if (before == 1) {
            once--;
        }
        total++;
    }

    private void collectRepeated() {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 1) {
                if (repeatedCount == repeated.length) {
                    repeated = Arrays.copyOf(repeated, repeatedCount * 2);
                }
                repeated[repeatedCount++] = counts[i];
            }
        }
    }

    int distinct() {
        return distinct;
    }

    /** Distinct n-grams that occur once. */
    int once() {
        return once;
    }

    /** All n-grams. */
    int total() {
        return total;
    }

    /** Sum of the {@code n} largest counts; there must be as many above one. */
    long sumOfLargest(int n) {
        if (repeatedCount == 0) {
            collectRepeated();
        }
        if (n < repeatedCount) {
            Arrays.sort(repeated, 0, repeatedCount);
        }
        long sum = 0;
        for (int i = repeatedCount - n; i < repeatedCount; i++) {
            sum += repeated[i];
        }
        return sum;
    }
}
