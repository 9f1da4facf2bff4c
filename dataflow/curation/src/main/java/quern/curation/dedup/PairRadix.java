package quern.curation.dedup;

/**
 * Sorts pairs in place by key, unsigned, then sample: American flag sort (McIlroy, Bostic and McIlroy, 1993) over the
 * twelve bytes from the highest on, insertion for short ranges. Linear whatever the keys are.
 */
final class PairRadix {

    private static final int SHORT_RANGE = 24;
    private static final int DIGITS = PairSorter.PAIR_BYTES;

    private final long[] keys;
    private final int[] samples;
    /** Per digit, since ranges of a digit are sorted one after the other: where each bucket goes on and ends. */
    private final int[][] heads = new int[DIGITS][];
    private final int[][] ends = new int[DIGITS][];

    private PairRadix(long[] keys, int[] samples) {
        this.keys = keys;
        this.samples = samples;
    }

    static void sort(long[] keys, int[] samples, int count) {
        new PairRadix(keys, samples).sort(0, count, 0);
    }

    private void sort(int from, int to, int digit) {
        if (to - from <= SHORT_RANGE) {
            insert(from, to);
            return;
        }
        int at = digit;
        int[] head = bucketsOf(heads, at);
        int[] end = bucketsOf(ends, at);
        while (countBuckets(from, to, at, head, end)) {
            if (++at == DIGITS) {
                return;
            }
            head = bucketsOf(heads, at);
            end = bucketsOf(ends, at);
        }
        permute(head, end, at);
        if (at + 1 < DIGITS) {
            int begin = from;
            for (int bucket = 0; bucket < 256; bucket++) {
                int stop = end[bucket];
                if (stop - begin > 1) {
                    sort(begin, stop, at + 1);
                }
                begin = stop;
            }
        }
    }

    private static int[] bucketsOf(int[][] all, int digit) {
        if (all[digit] == null) {
            all[digit] = new int[256];
        }
        return all[digit];
    }

    /** @return true where all pairs are in one bucket */
    private boolean countBuckets(int from, int to, int digit, int[] head, int[] end) {
        java.util.Arrays.fill(end, 0);
        for (int i = from; i < to; i++) {
            end[byteOf(keys[i], samples[i], digit)]++;
        }
        if (end[byteOf(keys[from], samples[from], digit)] == to - from) {
            return true;
        }
        int at = from;
        for (int bucket = 0; bucket < 256; bucket++) {
            head[bucket] = at;
            at += end[bucket];
            end[bucket] = at;
        }
        return false;
    }

    private void permute(int[] head, int[] end, int digit) {
        for (int bucket = 0; bucket < 256; bucket++) {
            while (head[bucket] < end[bucket]) {
                int hole = head[bucket];
                long key = keys[hole];
                int sample = samples[hole];
                for (int to = byteOf(key, sample, digit); to != bucket; to = byteOf(key, sample, digit)) {
                    int at = head[to]++;
                    long nextKey = keys[at];
                    int nextSample = samples[at];
                    keys[at] = key;
                    samples[at] = sample;
                    key = nextKey;
                    sample = nextSample;
                }
                keys[hole] = key;
                samples[hole] = sample;
                head[bucket]++;
            }
        }
    }

    private static int byteOf(long key, int sample, int digit) {
        return digit < Long.BYTES ? (int) (key >>> 56 - 8 * digit) & 0xFF
                : sample >>> 24 - 8 * (digit - Long.BYTES) & 0xFF;
    }

    private void insert(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            long key = keys[i];
            int sample = samples[i];
            int at = i;
            while (at > from && isLess(key, sample, keys[at - 1], samples[at - 1])) {
                keys[at] = keys[at - 1];
                samples[at] = samples[at - 1];
                at--;
            }
            keys[at] = key;
            samples[at] = sample;
        }
    }

    private static boolean isLess(long key, int sample, long otherKey, int otherSample) {
        int keys = Long.compareUnsigned(key, otherKey);
        return keys < 0 || keys == 0 && sample < otherSample;
    }
}
