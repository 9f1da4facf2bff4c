package quern.curation.dedup;

/** A map from a 64-bit key to the first sample that had it, open addressing, for a known number of keys. */
final class FirstSeen {

    private final long[] keys;
    private final int[] samples;
    private final int mask;

    FirstSeen(int most) {
        int slots = (int) Math.min(1L << 30, Long.highestOneBit(Math.max(8, most) * 2L - 1) << 1);
        keys = new long[slots];
        samples = new int[slots];
        mask = slots - 1;
    }

    /** The first sample with this key; the given one where it is the first. */
    int firstOrPut(long key, int sample) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 32) & mask;
        while (samples[slot] != 0) {
            if (keys[slot] == key) {
                return samples[slot] - 1;
            }
            slot = slot + 1 & mask;
        }
        keys[slot] = key;
        samples[slot] = sample + 1;
        return sample;
    }

    void clear() {
        java.util.Arrays.fill(samples, 0);
    }
}
