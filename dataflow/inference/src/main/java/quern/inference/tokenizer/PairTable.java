package quern.inference.tokenizer;

import java.util.Arrays;

/** Merges by the pair of ids they join: an open-addressing hash table without boxing. */
final class PairTable {

    private static final long EMPTY = -1L;

    private final long[] keys;
    private final int[] ranks;
    private final int[] merged;

    PairTable(int pairs) {
        int slots = Integer.highestOneBit(Math.max(4, pairs)) * 4;
        keys = new long[slots];
        Arrays.fill(keys, EMPTY);
        ranks = new int[slots];
        merged = new int[slots];
    }

    /** Keeps the first rank of a pair that is put twice. */
    void put(int left, int right, int rank, int mergedId) {
        int slot = slot(left, right);
        if (keys[slot] == EMPTY) {
            keys[slot] = key(left, right);
            ranks[slot] = rank;
            merged[slot] = mergedId;
        }
    }

    /** Rank of the pair's merge, -1 if the two do not merge. */
    int rank(int left, int right) {
        int slot = slot(left, right);
        return keys[slot] == EMPTY ? -1 : ranks[slot];
    }

    /** The token the pair becomes; only for a pair that has a rank. */
    int merged(int left, int right) {
        return merged[slot(left, right)];
    }

    private int slot(int left, int right) {
        long key = key(left, right);
        int mask = keys.length - 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (keys[slot] != EMPTY && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }
}
