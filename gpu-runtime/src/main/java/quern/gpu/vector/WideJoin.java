package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/*
 * A vector carried around a loop is compiled without a box for every step only where C2 learns in time which class it
 * is: see WideTiles. For the same reason vectors of floats, shorts and ints have one width each in a process (Lanes,
 * PanelReader). The narrow classes are for machines without 512 bits, and for tests.
 */
/**
 * Joins the dot products of some blocks with their scales, block by block, on 512-bit vectors:
 * {@code sum = fma(scale * xScale, dot, sum)}, and where there are minima then
 * {@code sum = fma(-(min * xScale), minFactor * runSum + minFactor' * runSum', sum)}.
 *
 * <p>Dots: {@code [block][token][32 rows]}, or twice as many where halves of blocks are apart. Sums:
 * {@code [token][32 rows]}. Activations' scales: {@code [block][token]}, run sums {@code [block][half][token]}.
 * {@code tokens} is the tile's.
 */
final class WideJoin {

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    private static final VectorSpecies<Short> S = ShortVector.SPECIES_512;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int LANES = 16;

    private WideJoin() {}

    /** Interleaved shorts, one scale per block. */
    static void shorts(
            short[] dots, int from, int tokens, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            float[] sums, int at) {
        if (tokens == 1) {
            shorts1(dots, from, blocks, xScales, xAt, w, scalesAt, sums, at);
        }
        for (int token = 0; token + 4 <= tokens; token += 4) {
            shorts4(
                    dots, from + 32 * token, tokens, blocks, xScales, xAt + token, w, scalesAt, sums, at + 32 * token);
        }
    }

    private static void shorts1(
            short[] dots, int from, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            int dot = from + 2 * row;
            long scale = scalesAt + 4 * row;
            for (int block = 0; block < blocks; block++, dot += 32, scale += 128) {
                IntVector pairs = ShortVector.fromArray(S, dots, dot).reinterpretAsInts();
                FloatVector whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                float x = xScales[xAt + block];
                a0 = FloatVector.fromMemorySegment(F, w, scale, ORDER).mul(x).fma(whole, a0);
                whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
                a1 = FloatVector.fromMemorySegment(F, w, scale + 64, ORDER).mul(x).fma(whole, a1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
        }
    }

    private static void shorts4(
            short[] dots, int from, int tokens, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
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
            int x = xAt;
            long scale = scalesAt + 4 * row;
            for (int block = 0; block < blocks; block++, dot += 32 * tokens, x += tokens, scale += 128) {
                FloatVector v = FloatVector.fromMemorySegment(F, w, scale, ORDER);
                FloatVector u = FloatVector.fromMemorySegment(F, w, scale + 64, ORDER);
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

    /** Interleaved shorts of 4 of 8 tokens, one scale per block: {@code scales[block][row]}. */
    static void shorts4(
            short[] dots, int from, int blocks, float[] xScales, int xAt, float[] scales, float[] sums, int at) {
        FloatVector a0 = FloatVector.fromArray(F, sums, at);
        FloatVector a1 = FloatVector.fromArray(F, sums, at + 16);
        FloatVector b0 = FloatVector.fromArray(F, sums, at + 32);
        FloatVector b1 = FloatVector.fromArray(F, sums, at + 48);
        FloatVector c0 = FloatVector.fromArray(F, sums, at + 64);
        FloatVector c1 = FloatVector.fromArray(F, sums, at + 80);
        FloatVector d0 = FloatVector.fromArray(F, sums, at + 96);
        FloatVector d1 = FloatVector.fromArray(F, sums, at + 112);
        int scale = 0;
        for (int end = from + 256 * blocks; from < end; from += 256, xAt += 8, scale += 32) {
            FloatVector v = FloatVector.fromArray(F, scales, scale);
            FloatVector u = FloatVector.fromArray(F, scales, scale + 16);
            IntVector pairs = ShortVector.fromArray(S, dots, from).reinterpretAsInts();
            FloatVector whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            a0 = v.mul(xScales[xAt]).fma(whole, a0);
            whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            a1 = u.mul(xScales[xAt]).fma(whole, a1);
            pairs = ShortVector.fromArray(S, dots, from + 32).reinterpretAsInts();
            whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            b0 = v.mul(xScales[xAt + 1]).fma(whole, b0);
            whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            b1 = u.mul(xScales[xAt + 1]).fma(whole, b1);
            pairs = ShortVector.fromArray(S, dots, from + 64).reinterpretAsInts();
            whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            c0 = v.mul(xScales[xAt + 2]).fma(whole, c0);
            whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            c1 = u.mul(xScales[xAt + 2]).fma(whole, c1);
            pairs = ShortVector.fromArray(S, dots, from + 96).reinterpretAsInts();
            whole = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            d0 = v.mul(xScales[xAt + 3]).fma(whole, d0);
            whole = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
            d1 = u.mul(xScales[xAt + 3]).fma(whole, d1);
        }
        a0.intoArray(sums, at);
        a1.intoArray(sums, at + 16);
        b0.intoArray(sums, at + 32);
        b1.intoArray(sums, at + 48);
        c0.intoArray(sums, at + 64);
        c1.intoArray(sums, at + 80);
        d0.intoArray(sums, at + 96);
        d1.intoArray(sums, at + 112);
    }

    /** Floats of 4 of 8 tokens, {@code scales[block][row]}. */
    static void floats4(
            float[] dots, int dot, int blocks, float[] xScales, int xAt, float[] scales, float[] sums, int at) {
        FloatVector a0 = FloatVector.fromArray(F, sums, at);
        FloatVector a1 = FloatVector.fromArray(F, sums, at + 16);
        FloatVector b0 = FloatVector.fromArray(F, sums, at + 32);
        FloatVector b1 = FloatVector.fromArray(F, sums, at + 48);
        FloatVector c0 = FloatVector.fromArray(F, sums, at + 64);
        FloatVector c1 = FloatVector.fromArray(F, sums, at + 80);
        FloatVector d0 = FloatVector.fromArray(F, sums, at + 96);
        FloatVector d1 = FloatVector.fromArray(F, sums, at + 112);
        int scale = 0;
        for (int end = dot + 256 * blocks; dot < end; dot += 256, xAt += 8, scale += 32) {
            FloatVector v = FloatVector.fromArray(F, scales, scale);
            FloatVector u = FloatVector.fromArray(F, scales, scale + 16);
            a0 = v.mul(xScales[xAt]).fma(FloatVector.fromArray(F, dots, dot), a0);
            a1 = u.mul(xScales[xAt]).fma(FloatVector.fromArray(F, dots, dot + 16), a1);
            b0 = v.mul(xScales[xAt + 1]).fma(FloatVector.fromArray(F, dots, dot + 32), b0);
            b1 = u.mul(xScales[xAt + 1]).fma(FloatVector.fromArray(F, dots, dot + 48), b1);
            c0 = v.mul(xScales[xAt + 2]).fma(FloatVector.fromArray(F, dots, dot + 64), c0);
            c1 = u.mul(xScales[xAt + 2]).fma(FloatVector.fromArray(F, dots, dot + 80), c1);
            d0 = v.mul(xScales[xAt + 3]).fma(FloatVector.fromArray(F, dots, dot + 96), d0);
            d1 = u.mul(xScales[xAt + 3]).fma(FloatVector.fromArray(F, dots, dot + 112), d1);
        }
        a0.intoArray(sums, at);
        a1.intoArray(sums, at + 16);
        b0.intoArray(sums, at + 32);
        b1.intoArray(sums, at + 48);
        c0.intoArray(sums, at + 64);
        c1.intoArray(sums, at + 80);
        d0.intoArray(sums, at + 96);
        d1.intoArray(sums, at + 112);
    }

    /** Floats. @param scaleStep bytes from the scales of one block to those of the next */
    static void floats(
            float[] dots, int tokens, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            int scaleStep, float[] sums, int at) {
        if (tokens == 1) {
            floats1(dots, blocks, xScales, xAt, w, scalesAt, scaleStep, sums, at);
        }
        for (int token = 0; token + 4 <= tokens; token += 4) {
            floats4(
                    dots, 32 * token, tokens, blocks, xScales, xAt + token, w, scalesAt, scaleStep, sums,
                    at + 32 * token);
        }
    }

    private static void floats1(
            float[] dots, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt, int scaleStep,
            float[] sums, int at) {
        for (int row = 0; row < 16; row += LANES) {
            FloatVector a0 = FloatVector.fromArray(F, sums, at + row);
            FloatVector a1 = FloatVector.fromArray(F, sums, at + row + 16);
            int dot = row;
            long scale = scalesAt + 4 * row;
            for (int block = 0; block < blocks; block++, dot += 32, scale += scaleStep) {
                float x = xScales[xAt + block];
                FloatVector whole = FloatVector.fromArray(F, dots, dot);
                a0 = FloatVector.fromMemorySegment(F, w, scale, ORDER).mul(x).fma(whole, a0);
                whole = FloatVector.fromArray(F, dots, dot + 16);
                a1 = FloatVector.fromMemorySegment(F, w, scale + 64, ORDER).mul(x).fma(whole, a1);
            }
            a0.intoArray(sums, at + row);
            a1.intoArray(sums, at + row + 16);
        }
    }

    private static void floats4(
            float[] dots, int from, int tokens, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            int scaleStep, float[] sums, int at) {
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
            int x = xAt;
            long scale = scalesAt + 4 * row;
            for (int block = 0; block < blocks; block++, dot += 32 * tokens, x += tokens, scale += scaleStep) {
                FloatVector v = FloatVector.fromMemorySegment(F, w, scale, ORDER);
                FloatVector u = FloatVector.fromMemorySegment(F, w, scale + 64, ORDER);
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

    /**
     * Floats, with minima.
     *
     * @param minsAt of the first block, steps like the scales
     * @param minFactors [block][half][row]
     * @param runAt of the tile's first run sum
     */
    static void mins(
            float[] dots, int tokens, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            long minsAt, int scaleStep, float[] minFactors, float[] runSums, int runAt, float[] sums, int at) {
        if (tokens == 1) {
            mins1(dots, blocks, xScales, xAt, w, scalesAt, minsAt, scaleStep, minFactors, runSums, runAt, sums, at);
        }
        for (int token = 0; token + 4 <= tokens; token += 4) {
            mins4(
                    dots, 32 * token, tokens, blocks, xScales, xAt + token, w, scalesAt, minsAt, scaleStep,
                    minFactors, runSums, runAt + token, sums, at + 32 * token);
        }
    }

    private static void mins1(
            float[] dots, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            long minsAt, int scaleStep, float[] minFactors, float[] runSums, int runAt, float[] sums, int at) {
        for (int row = 0; row < 32; row += LANES) {
            int to = at + row;
            FloatVector a = FloatVector.fromArray(F, sums, to);
            int dot = row;
            int x = xAt;
            int run = runAt;
            int factor = row;
            long scale = 4 * row;
            for (int block = 0; block < blocks; block++) {
                FloatVector v = FloatVector.fromMemorySegment(F, w, scalesAt + scale, ORDER);
                FloatVector u = FloatVector.fromMemorySegment(F, w, minsAt + scale, ORDER);
                FloatVector first = FloatVector.fromArray(F, minFactors, factor);
                FloatVector second = FloatVector.fromArray(F, minFactors, factor + 32);
                FloatVector minDot;
                a = v.mul(xScales[x]).fma(FloatVector.fromArray(F, dots, dot), a);
                minDot = first.mul(runSums[run]).add(second.mul(runSums[run + 1]));
                a = u.mul(-xScales[x]).fma(minDot, a);
                dot += 32;
                x += 1;
                run += 2;
                factor += 64;
                scale += scaleStep;
            }
            a.intoArray(sums, to);
        }
    }

    private static void mins4(
            float[] dots, int from, int tokens, int blocks, float[] xScales, int xAt, MemorySegment w, long scalesAt,
            long minsAt, int scaleStep, float[] minFactors, float[] runSums, int runAt, float[] sums, int at) {
        for (int row = 0; row < 32; row += LANES) {
            int to = at + row;
            FloatVector a = FloatVector.fromArray(F, sums, to);
            FloatVector b = FloatVector.fromArray(F, sums, to + 32);
            FloatVector c = FloatVector.fromArray(F, sums, to + 64);
            FloatVector d = FloatVector.fromArray(F, sums, to + 96);
            int dot = from + row;
            int x = xAt;
            int run = runAt;
            int factor = row;
            long scale = 4 * row;
            for (int block = 0; block < blocks; block++) {
                FloatVector v = FloatVector.fromMemorySegment(F, w, scalesAt + scale, ORDER);
                FloatVector u = FloatVector.fromMemorySegment(F, w, minsAt + scale, ORDER);
                FloatVector first = FloatVector.fromArray(F, minFactors, factor);
                FloatVector second = FloatVector.fromArray(F, minFactors, factor + 32);
                FloatVector minDot;
                a = v.mul(xScales[x]).fma(FloatVector.fromArray(F, dots, dot), a);
                minDot = first.mul(runSums[run]).add(second.mul(runSums[run + tokens]));
                a = u.mul(-xScales[x]).fma(minDot, a);
                b = v.mul(xScales[x + 1]).fma(FloatVector.fromArray(F, dots, dot + 32), b);
                minDot = first.mul(runSums[run + 1]).add(second.mul(runSums[run + tokens + 1]));
                b = u.mul(-xScales[x + 1]).fma(minDot, b);
                c = v.mul(xScales[x + 2]).fma(FloatVector.fromArray(F, dots, dot + 64), c);
                minDot = first.mul(runSums[run + 2]).add(second.mul(runSums[run + tokens + 2]));
                c = u.mul(-xScales[x + 2]).fma(minDot, c);
                d = v.mul(xScales[x + 3]).fma(FloatVector.fromArray(F, dots, dot + 96), d);
                minDot = first.mul(runSums[run + 3]).add(second.mul(runSums[run + tokens + 3]));
                d = u.mul(-xScales[x + 3]).fma(minDot, d);
                dot += 32 * tokens;
                x += tokens;
                run += 2 * tokens;
                factor += 64;
                scale += scaleStep;
            }
            a.intoArray(sums, to);
            b.intoArray(sums, to + 32);
            c.intoArray(sums, to + 64);
            d.intoArray(sums, to + 96);
        }
    }

    /**
     * Interleaved shorts to floats in the order of rows, each plus {@code more} times the sum of its activations.
     *
     * @param runs of 16 activations that one dot covers: 1 or 2
     * @param count dots of one token
     */
    static void widen(
            short[] dots, int from, int tokens, int count, int runs, float more, float[] runSums, int runAt,
            float[] out) {
        int to = 0;
        for (int i = 0; i < count; i++) {
            for (int token = 0; token < tokens; token++, from += 32, to += 32) {
                int run = runAt + i * runs * tokens + token;
                float added = more * (runs == 1 ? runSums[run] : runSums[run] + runSums[run + tokens]);
                for (int row = 0; row < 16; row += LANES) {
                    IntVector pairs = ShortVector.fromArray(S, dots, from + 2 * row).reinterpretAsInts();
                    ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16)
                            .convert(VectorOperators.I2F, 0)).add(added).intoArray(out, to + row);
                    ((FloatVector) pairs.lanewise(VectorOperators.ASHR, 16)
                            .convert(VectorOperators.I2F, 0)).add(added).intoArray(out, to + row + 16);
                }
            }
        }
    }

    /** {@code dot *= factor}, one factor per block, in place; factors: [block][half][row], halves the same. */
    static void multiply(float[] dots, int tokens, int blocks, float[] factors) {
        for (int block = 0; block < blocks; block++) {
            for (int row = 0; row < 32; row += LANES) {
                FloatVector factor = FloatVector.fromArray(F, factors, 64 * block + row);
                int at = 32 * tokens * block + row;
                for (int end = at + 32 * tokens; at < end; at += 32) {
                    FloatVector.fromArray(F, dots, at).mul(factor).intoArray(dots, at);
                }
            }
        }
    }

    /** Dots of two halves to those of whole blocks, in place: {@code factor * dot + factor' * dot'}. */
    static void combine(float[] dots, int tokens, int blocks, float[] factors) {
        for (int block = 0; block < blocks; block++) {
            for (int row = 0; row < 32; row += LANES) {
                FloatVector v = FloatVector.fromArray(F, factors, 64 * block + row);
                FloatVector u = FloatVector.fromArray(F, factors, 64 * block + row + 32);
                int at = 64 * tokens * block + row;
                int to = 32 * tokens * block + row;
                for (int end = to + 32 * tokens; to < end; at += 32, to += 32) {
                    FloatVector second = FloatVector.fromArray(F, dots, at + 32 * tokens).mul(u);
                    FloatVector.fromArray(F, dots, at).mul(v).add(second).intoArray(dots, to);
                }
            }
        }
    }
}
