package quern.curation.dedup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;

/**
 * The first four bytes of the SHA-1 (FIPS 180-4) of many short messages. Messages of one block are hashed many at a
 * time: element {@code i} of every array belongs to message {@code i}, and the loops over {@code i} are those that the
 * compiler turns into vector instructions. For one thread; make one for each use.
 */
final class ShingleHashes {

    /** Messages hashed together. */
    static final int LANES = 128;
    private static final int BLOCK_BYTES_MAX = 55;
    private static final int BLOCK_WORDS = 16;
    private static final int ROUNDS = 20;
    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final int[][] words = new int[BLOCK_WORDS][LANES];
    private final int[] a = new int[LANES];
    private final int[] b = new int[LANES];
    private final int[] c = new int[LANES];
    private final int[] d = new int[LANES];
    private final int[] e = new int[LANES];
    private MessageDigest sha1;

    /**
     * Hashes {@code count} shingles from the given one on.
     *
     * @param hashes takes {@code count} hashes, at most {@link #LANES}: four bytes, little endian
     */
    void hash(Shingles.Cut cut, int first, int count, int[] hashes) {
        boolean someLong = false;
        for (int lane = 0; lane < count; lane++) {
            int length = cut.length(first + lane);
            someLong |= length > BLOCK_BYTES_MAX;
            fill(cut.bytes(), cut.from(first + lane), Math.min(length, BLOCK_BYTES_MAX), lane);
        }
        compress(count);
        for (int lane = 0; lane < count; lane++) {
            hashes[lane] = Integer.reverseBytes(a[lane] + 0x67452301);
        }
        if (someLong) {
            hashLong(cut, first, count, hashes);
        }
    }

    /** Puts a padded message into the lane. */
    private void fill(byte[] bytes, int from, int length, int lane) {
        int whole = length >> 2;
        for (int word = 0; word < whole; word++) {
            words[word][lane] = (int) BIG_ENDIAN.get(bytes, from + 4 * word);
        }
        int last = 0x80;
        for (int i = length & 3, shift = 8; i > 0; i--, shift += 8) {
            last |= (bytes[from + 4 * whole + i - 1] & 0xFF) << shift;
        }
        words[whole][lane] = last << 24 - 8 * (length & 3);
        for (int word = whole + 1; word < BLOCK_WORDS - 1; word++) {
            words[word][lane] = 0;
        }
        words[BLOCK_WORDS - 1][lane] = length * Byte.SIZE;
    }

    private void compress(int count) {
        java.util.Arrays.fill(a, 0, count, 0x67452301);
        java.util.Arrays.fill(b, 0, count, 0xEFCDAB89);
        java.util.Arrays.fill(c, 0, count, 0x98BADCFE);
        java.util.Arrays.fill(d, 0, count, 0x10325476);
        java.util.Arrays.fill(e, 0, count, 0xC3D2E1F0);
        for (int round = 0; round < 4 * ROUNDS; round += 5) {
            if (round + 5 > BLOCK_WORDS) {
                for (int t = Math.max(round, BLOCK_WORDS); t < round + 5; t++) {
                    schedule(words[t & 15], words[t + 13 & 15], words[t + 8 & 15], words[t + 2 & 15], count);
                }
            }
            int[] w0 = words[round & 15];
            int[] w1 = words[round + 1 & 15];
            int[] w2 = words[round + 2 & 15];
            int[] w3 = words[round + 3 & 15];
            int[] w4 = words[round + 4 & 15];
            switch (round / ROUNDS) {
                case 0 -> choose(a, b, c, d, e, w0, w1, w2, w3, w4, count);
                case 1 -> parity(a, b, c, d, e, w0, w1, w2, w3, w4, 0x6ED9EBA1, count);
                case 2 -> majority(a, b, c, d, e, w0, w1, w2, w3, w4, count);
                default -> parity(a, b, c, d, e, w0, w1, w2, w3, w4, 0xCA62C1D6, count);
            }
        }
    }

    private static void schedule(int[] w, int[] w3, int[] w8, int[] w14, int count) {
        for (int i = 0; i < count; i++) {
            w[i] = Integer.rotateLeft(w3[i] ^ w8[i] ^ w14[i] ^ w[i], 1);
        }
    }

    private static void choose(int[] a, int[] b, int[] c, int[] d, int[] e, int[] w0, int[] w1,
            int[] w2, int[] w3, int[] w4, int count) {
        for (int i = 0; i < count; i++) {
            int a0 = a[i];
            int b0 = b[i];
            int c0 = c[i];
            int d0 = d[i];
            int p = Integer.rotateLeft(a0, 5) + (d0 ^ b0 & (c0 ^ d0)) + e[i] + 0x5A827999 + w0[i];
            int x0 = Integer.rotateLeft(b0, 30);
            int q = Integer.rotateLeft(p, 5) + (c0 ^ a0 & (x0 ^ c0)) + d0 + 0x5A827999 + w1[i];
            int x1 = Integer.rotateLeft(a0, 30);
            int r = Integer.rotateLeft(q, 5) + (x0 ^ p & (x1 ^ x0)) + c0 + 0x5A827999 + w2[i];
            int x2 = Integer.rotateLeft(p, 30);
            int s = Integer.rotateLeft(r, 5) + (x1 ^ q & (x2 ^ x1)) + x0 + 0x5A827999 + w3[i];
            int x3 = Integer.rotateLeft(q, 30);
            int t = Integer.rotateLeft(s, 5) + (x2 ^ r & (x3 ^ x2)) + x1 + 0x5A827999 + w4[i];
            int x4 = Integer.rotateLeft(r, 30);
            a[i] = t;
            b[i] = s;
            c[i] = x4;
            d[i] = x3;
            e[i] = x2;
        }
    }

    private static void parity(int[] a, int[] b, int[] c, int[] d, int[] e, int[] w0, int[] w1,
            int[] w2, int[] w3, int[] w4, int k, int count) {
        for (int i = 0; i < count; i++) {
            int a0 = a[i];
            int b0 = b[i];
            int c0 = c[i];
            int d0 = d[i];
            int p = Integer.rotateLeft(a0, 5) + (b0 ^ c0 ^ d0) + e[i] + k + w0[i];
            int x0 = Integer.rotateLeft(b0, 30);
            int q = Integer.rotateLeft(p, 5) + (a0 ^ x0 ^ c0) + d0 + k + w1[i];
            int x1 = Integer.rotateLeft(a0, 30);
            int r = Integer.rotateLeft(q, 5) + (p ^ x1 ^ x0) + c0 + k + w2[i];
            int x2 = Integer.rotateLeft(p, 30);
            int s = Integer.rotateLeft(r, 5) + (q ^ x2 ^ x1) + x0 + k + w3[i];
            int x3 = Integer.rotateLeft(q, 30);
            int t = Integer.rotateLeft(s, 5) + (r ^ x3 ^ x2) + x1 + k + w4[i];
            int x4 = Integer.rotateLeft(r, 30);
            a[i] = t;
            b[i] = s;
            c[i] = x4;
            d[i] = x3;
            e[i] = x2;
        }
    }

    private static void majority(int[] a, int[] b, int[] c, int[] d, int[] e, int[] w0, int[] w1,
            int[] w2, int[] w3, int[] w4, int count) {
        for (int i = 0; i < count; i++) {
            int a0 = a[i];
            int b0 = b[i];
            int c0 = c[i];
            int d0 = d[i];
            int p = Integer.rotateLeft(a0, 5) + (b0 & c0 | d0 & (b0 | c0)) + e[i] + 0x8F1BBCDC + w0[i];
            int x0 = Integer.rotateLeft(b0, 30);
            int q = Integer.rotateLeft(p, 5) + (a0 & x0 | c0 & (a0 | x0)) + d0 + 0x8F1BBCDC + w1[i];
            int x1 = Integer.rotateLeft(a0, 30);
            int r = Integer.rotateLeft(q, 5) + (p & x1 | x0 & (p | x1)) + c0 + 0x8F1BBCDC + w2[i];
            int x2 = Integer.rotateLeft(p, 30);
            int s = Integer.rotateLeft(r, 5) + (q & x2 | x1 & (q | x2)) + x0 + 0x8F1BBCDC + w3[i];
            int x3 = Integer.rotateLeft(q, 30);
            int t = Integer.rotateLeft(s, 5) + (r & x3 | x2 & (r | x3)) + x1 + 0x8F1BBCDC + w4[i];
            int x4 = Integer.rotateLeft(r, 30);
            a[i] = t;
            b[i] = s;
            c[i] = x4;
            d[i] = x3;
            e[i] = x2;
        }
    }

    private void hashLong(Shingles.Cut cut, int first, int count, int[] hashes) {
        if (sha1 == null) {
            sha1 = Digests.sha1();
        }
        byte[] digest = new byte[20];
        for (int lane = 0; lane < count; lane++) {
            if (cut.length(first + lane) > BLOCK_BYTES_MAX) {
                sha1.update(cut.bytes(), cut.from(first + lane), cut.length(first + lane));
                try {
                    sha1.digest(digest, 0, digest.length);
                } catch (DigestException e) {
                    throw new IllegalStateException("SHA-1 has 20 bytes", e);
                }
                hashes[lane] = Integer.reverseBytes((int) BIG_ENDIAN.get(digest, 0));
            }
        }
    }
}
