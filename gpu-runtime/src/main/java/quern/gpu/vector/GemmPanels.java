package quern.gpu.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One thread's matrix product {@code y[m][n] (+)= sum over k of x[m][k] * w[k][n]} over packed panels: {@code w} in
 * panels of {@link #rows} outputs, {@code x} in panels of {@link #tokens}, both k-major and padded with zeros.
 */
final class GemmPanels {

    private static final VectorSpecies<Float> F8 = FloatVector.SPECIES_256;

    /** Outputs in the lanes of one tile. */
    final int rows;
    /** Tokens of one tile. */
    final int tokens;
    private final boolean wide;

    /** @param wide whether to use the tile for 512-bit vectors */
    GemmPanels(boolean wide) {
        this.wide = wide;
        this.rows = wide ? 32 : 16;
        this.tokens = wide ? 8 : 4;
    }

    static GemmPanels ofThisMachine() {
        return new GemmPanels(FloatVector.SPECIES_PREFERRED.length() >= 16);
    }

    /** Floats that a packed {@code w} of {@code nCount} outputs takes. */
    int packedWeights(int nCount, int kCount) {
        return Math.multiplyExact(Math.ceilDiv(nCount, rows) * rows, kCount);
    }

    /** Floats that a packed {@code x} of {@code mCount} tokens takes. */
    int packedTokens(int mCount, int kCount) {
        return Math.multiplyExact(Math.ceilDiv(mCount, tokens) * tokens, kCount);
    }

    /** Packs {@code w[k][n]}, found at {@code from + k * kStride + n * nStride}; one of the strides is 1. */
    void packWeights(
            float[] w, int from, int kStride, int nStride, int nCount, int kCount, float[] packed, int packedFrom) {
        pack(w, from, kStride, nStride, nCount, kCount, packed, packedFrom, rows);
    }

    /** Packs {@code x[m][k]}, found at {@code from + m * mStride + k * kStride}; one of the strides is 1. */
    void packTokens(
            float[] x, int from, int mStride, int kStride, int mCount, int kCount, float[] packed, int packedFrom) {
        pack(x, from, kStride, mStride, mCount, kCount, packed, packedFrom, tokens);
    }

    private static void pack(
            float[] a, int from, int kStride, int nStride, int nCount, int kCount, float[] packed, int packedFrom,
            int panel) {
        int to = packedFrom;
        for (int n = 0; n < nCount; n += panel) {
            int filled = Math.min(panel, nCount - n);
            if (filled < panel) {
                Arrays.fill(packed, to, to + panel * kCount, 0f);
            }
            if (nStride == 1) {
                packStraight(a, from + n, kStride, filled, kCount, packed, to, panel);
            } else {
                packTurned(a, from + n * nStride, kStride, nStride, filled, kCount, packed, to, panel);
            }
            to += panel * kCount;
        }
    }

    private static void packStraight(
            float[] a, int from, int kStride, int filled, int kCount, float[] packed, int to, int panel) {
        int eights = filled - filled % 8;
        for (int k = 0; k < kCount; k++) {
            int source = from + k * kStride;
            int target = to + k * panel;
            for (int i = 0; i < eights; i += 8) {
                FloatVector.fromArray(F8, a, source + i).intoArray(packed, target + i);
            }
            for (int i = eights; i < filled; i++) {
                packed[target + i] = a[source + i];
            }
        }
    }

    /* Four rows at a time: as many streams read as the processor fetches ahead, and short runs written. */
    private static void packTurned(
            float[] a, int from, int kStride, int nStride, int filled, int kCount, float[] packed, int to,
            int panel) {
        int i = 0;
        for (; i + 4 <= filled && kStride == 1; i += 4) {
            turnFour(a, from + i * nStride, nStride, kCount, packed, to + i, panel);
        }
        for (; i < filled; i++) {
            int source = from + i * nStride;
            int target = to + i;
            for (int k = 0; k < kCount; k++) {
                packed[target + k * panel] = a[source + k * kStride];
            }
        }
    }

    private static void turnFour(
            float[] a, int from, int nStride, int kCount, float[] packed, int to, int panel) {
        int second = from + nStride;
        int third = second + nStride;
        int fourth = third + nStride;
        int target = to;
        for (int k = 0; k < kCount; k++) {
            packed[target] = a[from + k];
            packed[target + 1] = a[second + k];
            packed[target + 2] = a[third + k];
            packed[target + 3] = a[fourth + k];
            target += panel;
        }
    }

    /**
     * Panels in a scratch array.
     *
     * @param from index of the first panel's first float
     * @param depth summed elements each panel holds; a product may use fewer
     */
    record Packed(float[] values, int from, int depth) {}

    /**
     * The product of packed operands, over the first {@code kCount} summed elements.
     *
     * @param y written at {@code yFrom + m * yStride + n}
     * @param edge scratch of at least {@code rows * tokens} floats
     */
    void multiply(
            Packed w, int nCount, Packed x, int mCount, int kCount, float[] y, int yFrom, int yStride,
            boolean accumulate, float[] edge) {
        for (int n = 0; n < nCount; n += rows) {
            int wPanel = w.from + n * w.depth;
            for (int m = 0; m < mCount; m += tokens) {
                int xPanel = x.from + m * x.depth;
                int to = yFrom + m * yStride + n;
                if (nCount - n >= rows && mCount - m >= tokens) {
                    tile(w.values, wPanel, x.values, xPanel, kCount, y, to, yStride, accumulate);
                } else {
                    int nUsed = Math.min(rows, nCount - n);
                    int mUsed = Math.min(tokens, mCount - m);
                    if (accumulate) {
                        copyTile(y, to, yStride, edge, 0, rows, nUsed, mUsed);
                    }
                    tile(w.values, wPanel, x.values, xPanel, kCount, edge, 0, rows, accumulate);
                    copyTile(edge, 0, rows, y, to, yStride, nUsed, mUsed);
                }
            }
        }
    }

    private void tile(
            float[] w, int wFrom, float[] x, int xFrom, int kCount, float[] y, int yFrom, int yStride,
            boolean accumulate) {
        if (wide) {
            GemmTiles.tile32x8(w, wFrom, x, xFrom, kCount, y, yFrom, yStride, accumulate);
        } else {
            GemmTiles.tile16x4(w, wFrom, x, xFrom, kCount, y, yFrom, yStride, accumulate);
        }
    }

    private static void copyTile(
            float[] a, int aFrom, int aStride, float[] b, int bFrom, int bStride, int nCount, int mCount) {
        for (int m = 0; m < mCount; m++) {
            System.arraycopy(a, aFrom + m * aStride, b, bFrom + m * bStride, nCount);
        }
    }
}
