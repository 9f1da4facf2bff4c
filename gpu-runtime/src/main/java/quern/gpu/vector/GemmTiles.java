package quern.gpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner tiles of {@link GemmPanels}: each output is one chain of fused multiply-adds in the order of k, so every
 * tile shape gives the same bits.
 *
 * <p>Shared contract: {@code y[token * yStride + row] (+)= sum over k of w[k][row] * x[k][token]}, with the panel
 * {@code w} k-major at {@code wFrom + k * rows + row} and the panel {@code x} k-major at
 * {@code xFrom + k * tokens + token}. With {@code accumulate} the chain starts at the output's present value.
 */
final class GemmTiles {

    private static final VectorSpecies<Float> F8 = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> F16 = FloatVector.SPECIES_512;

    private GemmTiles() {}

    /*
     * 16 rows, 4 tokens. Eight accumulators, two weight vectors and one broadcast fit the 16 registers of AVX2; with
     * ten, C2 spills two accumulators and the tile runs at half the speed (measured).
     */
    static void tile16x4(
            float[] w, int wFrom, float[] x, int xFrom, int kCount, float[] y, int yFrom, int yStride,
            boolean accumulate) {
        int y1 = yFrom + yStride;
        int y2 = y1 + yStride;
        int y3 = y2 + yStride;
        FloatVector a0 = FloatVector.zero(F8);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        if (accumulate) {
            a0 = FloatVector.fromArray(F8, y, yFrom);
            b0 = FloatVector.fromArray(F8, y, yFrom + 8);
            a1 = FloatVector.fromArray(F8, y, y1);
            b1 = FloatVector.fromArray(F8, y, y1 + 8);
            a2 = FloatVector.fromArray(F8, y, y2);
            b2 = FloatVector.fromArray(F8, y, y2 + 8);
            a3 = FloatVector.fromArray(F8, y, y3);
            b3 = FloatVector.fromArray(F8, y, y3 + 8);
        }
        for (int k = 0; k < kCount; k++) {
            FloatVector upper = FloatVector.fromArray(F8, w, wFrom + k * 16);
            FloatVector lower = FloatVector.fromArray(F8, w, wFrom + k * 16 + 8);
            FloatVector t = FloatVector.broadcast(F8, x[xFrom + k * 4]);
            a0 = upper.fma(t, a0);
            b0 = lower.fma(t, b0);
            t = FloatVector.broadcast(F8, x[xFrom + k * 4 + 1]);
            a1 = upper.fma(t, a1);
            b1 = lower.fma(t, b1);
            t = FloatVector.broadcast(F8, x[xFrom + k * 4 + 2]);
            a2 = upper.fma(t, a2);
            b2 = lower.fma(t, b2);
            t = FloatVector.broadcast(F8, x[xFrom + k * 4 + 3]);
            a3 = upper.fma(t, a3);
            b3 = lower.fma(t, b3);
        }
        a0.intoArray(y, yFrom);
        b0.intoArray(y, yFrom + 8);
        a1.intoArray(y, y1);
        b1.intoArray(y, y1 + 8);
        a2.intoArray(y, y2);
        b2.intoArray(y, y2 + 8);
        a3.intoArray(y, y3);
        b3.intoArray(y, y3 + 8);
    }

    /*
     * 32 rows, 8 tokens, for the 32 registers of AVX-512: 16 accumulators, 10 loads per 16 products. 2.1 times the
     * speed of the 16x4 tile on a core with 512-bit units (measured: 122 against 57 GMAC/s).
     */
    static void tile32x8(
            float[] w, int wFrom, float[] x, int xFrom, int kCount, float[] y, int yFrom, int yStride,
            boolean accumulate) {
        FloatVector a0 = FloatVector.zero(F16);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        FloatVector a4 = a0;
        FloatVector b4 = a0;
        FloatVector a5 = a0;
        FloatVector b5 = a0;
        FloatVector a6 = a0;
        FloatVector b6 = a0;
        FloatVector a7 = a0;
        FloatVector b7 = a0;
        if (accumulate) {
            a0 = FloatVector.fromArray(F16, y, yFrom);
            b0 = FloatVector.fromArray(F16, y, yFrom + 16);
            a1 = FloatVector.fromArray(F16, y, yFrom + yStride);
            b1 = FloatVector.fromArray(F16, y, yFrom + yStride + 16);
            a2 = FloatVector.fromArray(F16, y, yFrom + 2 * yStride);
            b2 = FloatVector.fromArray(F16, y, yFrom + 2 * yStride + 16);
            a3 = FloatVector.fromArray(F16, y, yFrom + 3 * yStride);
            b3 = FloatVector.fromArray(F16, y, yFrom + 3 * yStride + 16);
            a4 = FloatVector.fromArray(F16, y, yFrom + 4 * yStride);
            b4 = FloatVector.fromArray(F16, y, yFrom + 4 * yStride + 16);
            a5 = FloatVector.fromArray(F16, y, yFrom + 5 * yStride);
            b5 = FloatVector.fromArray(F16, y, yFrom + 5 * yStride + 16);
            a6 = FloatVector.fromArray(F16, y, yFrom + 6 * yStride);
            b6 = FloatVector.fromArray(F16, y, yFrom + 6 * yStride + 16);
            a7 = FloatVector.fromArray(F16, y, yFrom + 7 * yStride);
            b7 = FloatVector.fromArray(F16, y, yFrom + 7 * yStride + 16);
        }
        for (int k = 0; k < kCount; k++) {
            FloatVector upper = FloatVector.fromArray(F16, w, wFrom + k * 32);
            FloatVector lower = FloatVector.fromArray(F16, w, wFrom + k * 32 + 16);
            FloatVector t = FloatVector.broadcast(F16, x[xFrom + k * 8]);
            a0 = upper.fma(t, a0);
            b0 = lower.fma(t, b0);
            t = FloatVector.broadcast(F16, x[xFrom + k * 8 + 1]);
            a1 = upper.fma(t, a1);
            b1 = lower.fma(t, b1);
            t = FloatVector.broadcast(F16, x[xFrom + k * 8 + 2]);
            a2 = upper.fma(t, a2);
            b2 = lower.fma(t, b2);
            t = FloatVector.broadcast(F16, x[xFrom + k * 8 + 3]);
            a3 = upper.fma(t, a3);
            b3 = lower.fma(t, b3);
            t = FloatVector.broadcast(F16, x[xFrom + k * 8 + 4]);
            a4 = upper.fma(t, a4);
            b4 = lower.fma(t, b4);
            t = FloatVector.broadcast(F16, x[xFrom + k * 8 + 5]);
            a5 = upper.fma(t, a5);
            b5 = lower.fma(t, b5);
            t = FloatVector.broadcast(F16, x[xFrom + k * 8 + 6]);
            a6 = upper.fma(t, a6);
            b6 = lower.fma(t, b6);
            t = FloatVector.broadcast(F16, x[xFrom + k * 8 + 7]);
            a7 = upper.fma(t, a7);
            b7 = lower.fma(t, b7);
        }
        a0.intoArray(y, yFrom);
        b0.intoArray(y, yFrom + 16);
        a1.intoArray(y, yFrom + yStride);
        b1.intoArray(y, yFrom + yStride + 16);
        a2.intoArray(y, yFrom + 2 * yStride);
        b2.intoArray(y, yFrom + 2 * yStride + 16);
        a3.intoArray(y, yFrom + 3 * yStride);
        b3.intoArray(y, yFrom + 3 * yStride + 16);
        a4.intoArray(y, yFrom + 4 * yStride);
        b4.intoArray(y, yFrom + 4 * yStride + 16);
        a5.intoArray(y, yFrom + 5 * yStride);
        b5.intoArray(y, yFrom + 5 * yStride + 16);
        a6.intoArray(y, yFrom + 6 * yStride);
        b6.intoArray(y, yFrom + 6 * yStride + 16);
        a7.intoArray(y, yFrom + 7 * yStride);
        b7.intoArray(y, yFrom + 7 * yStride + 16);
    }
}
