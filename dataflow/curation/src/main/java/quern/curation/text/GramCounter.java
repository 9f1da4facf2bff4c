package quern.curation.text;

import java.util.Arrays;

/**
 * Counts n-grams by a 64-bit hash of each, in an open-addressing table. Two different n-grams are taken for one with
 * a chance of about 2<sup>-64</sup> per pair.
 */
final class GramCounter {

    private static final long POLYNOMIAL = 0x9E3779B97F4A7C15L;
    private static final long MIX = 0xFF51AFD7ED558CCDL;

    private final long[] keys;
    private final int[] counts;
    private final int mask;
    private int distinct;
    private int once;
    private int total;

    /** @param most n-grams that will be added */
    GramCounter(int most) {
        int slots = Integer.highestOneBit(Math.max(8, Math.min(most, 1 << 28)) * 2 - 1) << 1;
        keys = new long[slots];
        counts = new int[slots];
        mask = slots - 1;
    }

    void add(long hash) {
        long key = hash * MIX;
        key ^= key >>> 32;
        int slot = (int) key & mask;
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

    /** Adds each window of {@code length} values, hashed by a rolling polynomial. */
    void addWindows(int[] values, int count, int length) {
        long drop = 1;
        for (int i = 1; i < length; i++) {
            drop *= POLYNOMIAL;
        }
        long hash = 0;
        for (int i = 0; i < length - 1; i++) {
            hash = hash * POLYNOMIAL + values[i];
        }
        for (int i = length - 1; i < count; i++) {
            hash = hash * POLYNOMIAL + values[i];
            add(hash);
            hash -= drop * values[i - length + 1];
        }
    }

    /** The same over 64-bit values. */
    void addWindows(long[] values, int count, int length) {
        long drop = 1;
        for (int i = 1; i < length; i++) {
            drop *= POLYNOMIAL;
        }
        long hash = 0;
        for (int i = 0; i < length - 1; i++) {
            hash = hash * POLYNOMIAL + values[i];
        }
        for (int i = length - 1; i < count; i++) {
            hash = hash * POLYNOMIAL + values[i];
            add(hash);
            hash -= drop * values[i - length + 1];
        }
    }

    int distinct() {
        return distinct;
    }

    /** Distinct n-grams that occur once. */
    int once() {
        return once;
    }

    /** All n-grams added. */
    int total() {
        return total;
    }

    /** Sum of the {@code n} largest counts; every count taken must be above one. */
    long sumOfLargest(int n) {
        int[] repeated = new int[distinct - once];
        int found = 0;
        for (int count : counts) {
            if (count > 1) {
                repeated[found++] = count;
            }
        }
        if (n < found) {
            Arrays.sort(repeated);
        }
        long sum = 0;
        for (int i = found - n; i < found; i++) {
            sum += repeated[i];
        }
        return sum;
    }
}
