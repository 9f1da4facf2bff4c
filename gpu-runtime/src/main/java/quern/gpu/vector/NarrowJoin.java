package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link WideJoin} on 256-bit vectors.
 */
final class NarrowJoin {

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
    private static final VectorSpecies<Short> S = ShortVector.SPECIES_256;
    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_64;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
    private static final VectorSpecies<Short> HALF = ShortVector.SPECIES_128;
    private static final int HALF_BITS = PanelReader.HALF_BITS;
    private static final float HALF_BIAS = PanelReader.HALF_BIAS;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int LANES = 8;

    private NarrowJoin() {}

    /** Interleaved shorts of one token, one scale per block as it is stored. */
    static void shorts1(
            short[] dots, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            int dot = 2 * row;
            long scale = scalesAt + 2 * row;
            for (int block = 0; block < blocks; block++, dot += 32, scale += 64) {
                float x = xScales[xAt + block];
                IntVector pairs = ShortVector.fromArray(S, dots, dot).reinterpretAsInts();
                FloatVector whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                a0 = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale, ORDER)
                        .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                        .reinterpretAsFloats().mul(HALF_BIAS).mul(x).fma(whole, a0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                a1 = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale + 32, ORDER)
                        .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                        .reinterpretAsFloats().mul(HALF_BIAS).mul(x).fma(whole, a1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
        }
    }

    /** Interleaved shorts of one token. */
    static void shorts1(
            short[] dots, int runs, int perBlock, float[] xScales, int xAt, float[] scales, float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            int dot = 2 * row;
            int scale = row;
            for (int run = 0; run < runs; run++, dot += 32, scale += 32) {
                float x = xScales[xAt + (run >> perBlock - 1)];
                IntVector pairs = ShortVector.fromArray(S, dots, dot).reinterpretAsInts();
                FloatVector whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                a0 = FloatVector.fromArray(F, scales, scale).mul(x).fma(whole, a0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                a1 = FloatVector.fromArray(F, scales, scale + 16).mul(x).fma(whole, a1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
        }
    }

    /**
     * Interleaved shorts of one token and what is to be added for all codes of a block, with blocks of one scale and
     * minimum that have factors of their own: {@code lift = fma(centre * scale * factor - min * minFactor, x, lift)}.
     *
     * @param scalesAt of the scales, with the minima behind them
     * @param factorsAt of the first block's factors, with those of the minima behind them
     * @param xSums of the first block, scaled
     */
    static void lifted1(
            short[] dots, int blocks, float[] xScales, int xAt, float[] xSums, int xSumsAt, MemorySegment w,
            long scalesAt, long factorsAt, float centre, float[] sums, float[] lifts, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            FloatVector b0 = FloatVector.fromArray(F, lifts, at + row);
            FloatVector b1 = FloatVector.fromArray(F, lifts, at + row + 16);
            long scale = scalesAt + 2 * row;
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale, ORDER)
                    .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                    .reinterpretAsFloats().mul(HALF_BIAS);
            FloatVector u = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale + 32, ORDER)
                    .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                    .reinterpretAsFloats().mul(HALF_BIAS);
            FloatVector m = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale + 64, ORDER)
                    .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                    .reinterpretAsFloats().mul(-HALF_BIAS);
            FloatVector n = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale + 96, ORDER)
                    .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                    .reinterpretAsFloats().mul(-HALF_BIAS);
            int dot = 2 * row;
            long factor = factorsAt + row;
            for (int block = 0; block < blocks; block++, dot += 32, factor += 64) {
                float x = xScales[xAt + block];
                float sum = xSums[xSumsAt + block];
                IntVector pairs = ShortVector.fromArray(S, dots, dot).reinterpretAsInts();
                FloatVector whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                FloatVector scaled = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, factor, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).mul(v);
                a0 = scaled.mul(x).fma(whole, a0);
                b0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, factor + 32, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(m, scaled.mul(centre)).fma(
                                FloatVector.broadcast(F, sum), b0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                scaled = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, factor + 16, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).mul(u);
                a1 = scaled.mul(x).fma(whole, a1);
                b1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, factor + 48, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(n, scaled.mul(centre)).fma(
                                FloatVector.broadcast(F, sum), b1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
            b0.intoArray(lifts, at + row);
            b1.intoArray(lifts, at + row + 16);
        }
    }

    /** Interleaved shorts of 4 tokens, of a tile of as many or more. */
    static void shorts4(
            short[] dots, int from, int tokens, int runs, int perBlock, float[] xScales, int xAt, float[] scales,
            float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            int to = at + row;
            FloatVector a0 = FloatVector.fromArray(F, sums, to);
            FloatVector a1 = FloatVector.fromArray(F, sums, to + 16);
            FloatVector b0 = FloatVector.fromArray(F, sums, to + 32);
            FloatVector b1 = FloatVector.fromArray(F, sums, to + 48);
            FloatVector c0 = FloatVector.fromArray(F, sums, to + 64);
            FloatVector c1 = FloatVector.fromArray(F, sums, to + 80);
            FloatVector d0 = FloatVector.fromArray(F, sums, to + 96);
            FloatVector d1 = FloatVector.fromArray(F, sums, to + 112);
            int dot = from + 2 * row;
            int scale = row;
            for (int run = 0; run < runs; run++, dot += 32 * tokens, scale += 32) {
                int x = xAt + (run >> perBlock - 1) * tokens;
                FloatVector v = FloatVector.fromArray(F, scales, scale);
                FloatVector u = FloatVector.fromArray(F, scales, scale + 16);
                IntVector pairs = ShortVector.fromArray(S, dots, dot).reinterpretAsInts();
                FloatVector whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                a0 = v.mul(xScales[x]).fma(whole, a0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                a1 = u.mul(xScales[x]).fma(whole, a1);
                pairs = ShortVector.fromArray(S, dots, dot + 32).reinterpretAsInts();
                whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                b0 = v.mul(xScales[x + 1]).fma(whole, b0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                b1 = u.mul(xScales[x + 1]).fma(whole, b1);
                pairs = ShortVector.fromArray(S, dots, dot + 64).reinterpretAsInts();
                whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                c0 = v.mul(xScales[x + 2]).fma(whole, c0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                c1 = u.mul(xScales[x + 2]).fma(whole, c1);
                pairs = ShortVector.fromArray(S, dots, dot + 96).reinterpretAsInts();
                whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                d0 = v.mul(xScales[x + 3]).fma(whole, d0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                d1 = u.mul(xScales[x + 3]).fma(whole, d1);
            }
            a0.intoArray(sums, to);
            a1.intoArray(sums, to + 16);
            b0.intoArray(sums, to + 32);
            b1.intoArray(sums, to + 48);
            c0.intoArray(sums, to + 64);
            c1.intoArray(sums, to + 80);
            d0.intoArray(sums, to + 96);
            d1.intoArray(sums, to + 112);
        }
    }

    /** Floats of one token, one scale per block as it is stored. */
    static void floats1(
            float[] dots, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            int dot = row;
            long scale = scalesAt + 2 * row;
            for (int block = 0; block < blocks; block++, dot += 32, scale += 64) {
                float x = xScales[xAt + block];
                FloatVector whole = FloatVector.fromArray(F, dots, dot);
                a0 = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale, ORDER)
                        .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                        .reinterpretAsFloats().mul(HALF_BIAS).mul(x).fma(whole, a0);
                whole = FloatVector.fromArray(F, dots, dot + 16);
                a1 = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale + 32, ORDER)
                        .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                        .reinterpretAsFloats().mul(HALF_BIAS).mul(x).fma(whole, a1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
        }
    }

    /** Floats of one token, of runs that share a scale and have factors of their own, as they are stored. */
    static void factored1(
            float[] dots, int runs, int perBlock, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            long factorsAt, float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            long scale = scalesAt + 2 * row;
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale, ORDER)
                    .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                    .reinterpretAsFloats().mul(HALF_BIAS);
            FloatVector u = ((IntVector) ShortVector.fromMemorySegment(HALF, w, scale + 32, ORDER)
                    .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                    .reinterpretAsFloats().mul(HALF_BIAS);
            int dot = row;
            long factor = factorsAt + row;
            for (int run = 0; run < runs; run++, dot += 32, factor += 32) {
                float x = xScales[xAt + (run >> perBlock - 1)];
                a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, factor, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).mul(v).mul(x)
                        .fma(FloatVector.fromArray(F, dots, dot), a0);
                a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, factor + 16, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).mul(u).mul(x)
                        .fma(FloatVector.fromArray(F, dots, dot + 16), a1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
        }
    }

    /** Floats of one token. */
    static void floats1(
            float[] dots, int runs, int perBlock, float[] xScales, int xAt, float[] scales, float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            int dot = row;
            int scale = row;
            for (int run = 0; run < runs; run++, dot += 32, scale += 32) {
                float x = xScales[xAt + (run >> perBlock - 1)];
                FloatVector whole = FloatVector.fromArray(F, dots, dot);
                a0 = FloatVector.fromArray(F, scales, scale).mul(x).fma(whole, a0);
                whole = FloatVector.fromArray(F, dots, dot + 16);
                a1 = FloatVector.fromArray(F, scales, scale + 16).mul(x).fma(whole, a1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
        }
    }

    /** Floats of 4 tokens, of a tile of as many or more. */
    static void floats4(
            float[] dots, int from, int tokens, int runs, int perBlock, float[] xScales, int xAt, float[] scales,
            float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            int to = at + row;
            FloatVector a0 = FloatVector.fromArray(F, sums, to);
            FloatVector a1 = FloatVector.fromArray(F, sums, to + 16);
            FloatVector b0 = FloatVector.fromArray(F, sums, to + 32);
            FloatVector b1 = FloatVector.fromArray(F, sums, to + 48);
            FloatVector c0 = FloatVector.fromArray(F, sums, to + 64);
            FloatVector c1 = FloatVector.fromArray(F, sums, to + 80);
            FloatVector d0 = FloatVector.fromArray(F, sums, to + 96);
            FloatVector d1 = FloatVector.fromArray(F, sums, to + 112);
            int dot = from + row;
            int scale = row;
            for (int run = 0; run < runs; run++, dot += 32 * tokens, scale += 32) {
                int x = xAt + (run >> perBlock - 1) * tokens;
                FloatVector v = FloatVector.fromArray(F, scales, scale);
                FloatVector u = FloatVector.fromArray(F, scales, scale + 16);
                a0 = v.mul(xScales[x]).fma(FloatVector.fromArray(F, dots, dot), a0);
                a1 = u.mul(xScales[x]).fma(FloatVector.fromArray(F, dots, dot + 16), a1);
                b0 = v.mul(xScales[x + 1]).fma(FloatVector.fromArray(F, dots, dot + 32), b0);
                b1 = u.mul(xScales[x + 1]).fma(FloatVector.fromArray(F, dots, dot + 48), b1);
                c0 = v.mul(xScales[x + 2]).fma(FloatVector.fromArray(F, dots, dot + 64), c0);
                c1 = u.mul(xScales[x + 2]).fma(FloatVector.fromArray(F, dots, dot + 80), c1);
                d0 = v.mul(xScales[x + 3]).fma(FloatVector.fromArray(F, dots, dot + 96), d0);
                d1 = u.mul(xScales[x + 3]).fma(FloatVector.fromArray(F, dots, dot + 112), d1);
            }
            a0.intoArray(sums, to);
            a1.intoArray(sums, to + 16);
            b0.intoArray(sums, to + 32);
            b1.intoArray(sums, to + 48);
            c0.intoArray(sums, to + 64);
            c1.intoArray(sums, to + 80);
            d0.intoArray(sums, to + 96);
            d1.intoArray(sums, to + 112);
        }
    }
}
