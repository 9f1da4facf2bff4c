package quern.curation.language;

import java.util.Arrays;

/** Which row stands for a bucket of n-grams, where a model kept only some of them. */
final class PrunedRows {

    private static final int ABSENT = -1;

    private final int[] buckets;
    private final int[] rows;
    private final int mask;
    private int size;

    PrunedRows(int count) {
        int length = Integer.highestOneBit(Math.max(count, 1)) << 2;
        this.buckets = new int[length];
        this.rows = new int[length];
        this.mask = length - 1;
        Arrays.fill(rows, ABSENT);
    }

    /** The last one put counts. */
    void put(int bucket, int row) {
        int at = find(bucket);
        size += rows[at] == ABSENT ? 1 : 0;
        buckets[at] = bucket;
        rows[at] = row;
    }

    /** -1 for a bucket that was left out. */
    int row(int bucket) {
        return rows[find(bucket)];
    }

    int size() {
        return size;
    }

    private int find(int bucket) {
        int at = (bucket * 0x9E3779B9 >>> 7) & mask;
        while (rows[at] != ABSENT && buckets[at] != bucket) {
            at = at + 1 & mask;
        }
        return at;
    }
}
