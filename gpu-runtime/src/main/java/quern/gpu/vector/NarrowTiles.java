package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/*
 * Eight accumulators, two weight vectors and one broadcast fit the 16 registers of AVX2; with ten accumulators C2
 * spills two and the tile runs at half the speed. See WideTiles for C2's other traps.
 */
/**
 * The products of {@link WideTiles} on 256-bit vectors: tiles of 1 or 4 tokens. Those for 16 rows are called for each
 * half of a panel, {@code at}, {@code to} and the like moved on by 16.
 */
final class NarrowTiles {

    /** Tokens of a full tile. */
    static final int TOKENS = 4;

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
    private static final VectorSpecies<Short> S = ShortVector.SPECIES_256;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
    private static final VectorSpecies<Byte> SHORT_BYTES = ByteVector.SPECIES_128;
    private static final VectorSpecies<Byte> FLOAT_BYTES = ByteVector.SPECIES_64;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private NarrowTiles() {}

    /** A panel times 4 tokens: {@code dots[run][token][row] = sum over k < kCount of w[k][row] * x[k][token]}. */
    static void shorts4(short[] w, int at, int kCount, int runs, int[] x, int xAt, short[] dots) {
        int to = 0;
        for (int run = 0; run < runs; run++) {
            ShortVector a0 = ShortVector.zero(S), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            for (int end = at + 32 * kCount; at < end; at += 32, xAt += 4) {
                ShortVector v = ShortVector.fromArray(S, w, at);
                ShortVector u = ShortVector.fromArray(S, w, at + 16);
                ShortVector t = IntVector.broadcast(I, x[xAt]).reinterpretAsShorts();
                a0 = v.mul(t).add(a0);
                a1 = u.mul(t).add(a1);
                t = IntVector.broadcast(I, x[xAt + 1]).reinterpretAsShorts();
                b0 = v.mul(t).add(b0);
                b1 = u.mul(t).add(b1);
                t = IntVector.broadcast(I, x[xAt + 2]).reinterpretAsShorts();
                c0 = v.mul(t).add(c0);
                c1 = u.mul(t).add(c1);
                t = IntVector.broadcast(I, x[xAt + 3]).reinterpretAsShorts();
                d0 = v.mul(t).add(d0);
                d1 = u.mul(t).add(d1);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 16);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + 48);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + 80);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + 112);
            to += 128;
        }
    }

    /** Form NIBBLES times 1 token, {@code dots[block][token][row]}. */
    static void nibbles1(
            MemorySegment codes, long at, int half, int blocks, int[] x, int xAt, int[] starts, int startsAt,
            short[] dots, int to) {
        for (int block = 0; block < blocks; block++) {
            ShortVector a0 = IntVector.broadcast(I, starts[startsAt]).reinterpretAsShorts();
            ShortVector a1 = ShortVector.zero(S);
            int upper = xAt + half;
            for (long end = at + 32L * half; at < end; at += 128, xAt += 4, upper += 4) {
                ShortVector v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                ShortVector t = IntVector.broadcast(I, x[xAt]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
                v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at + 32, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                t = IntVector.broadcast(I, x[xAt + 1]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper + 1]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
                v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at + 64, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                t = IntVector.broadcast(I, x[xAt + 2]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper + 2]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
                v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at + 96, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                t = IntVector.broadcast(I, x[xAt + 3]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper + 3]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
            }
            xAt = upper;
            a0.add(a1).intoArray(dots, to);
            startsAt++;
            to += 32;
        }
    }

    /** Form NIBBLES times 1 token, each half of a block apart: {@code dots[block][half][token][row]}. */
    static void nibbles1Halves(
            MemorySegment codes, long at, int half, int blocks, int[] x, int xAt, int[] starts, int startsAt,
            short[] dots, int to) {
        for (int block = 0; block < blocks; block++) {
            ShortVector a0 = IntVector.broadcast(I, starts[startsAt]).reinterpretAsShorts();
            ShortVector a1 = ShortVector.zero(S);
            int upper = xAt + half;
            for (long end = at + 32L * half; at < end; at += 128, xAt += 4, upper += 4) {
                ShortVector v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                ShortVector t = IntVector.broadcast(I, x[xAt]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
                v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at + 32, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                t = IntVector.broadcast(I, x[xAt + 1]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper + 1]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
                v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at + 64, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                t = IntVector.broadcast(I, x[xAt + 2]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper + 2]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
                v = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at + 96, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                t = IntVector.broadcast(I, x[xAt + 3]).reinterpretAsShorts();
                a0 = v.and((short) 15).mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper + 3]).reinterpretAsShorts();
                a1 = v.lanewise(VectorOperators.ASHR, 4).mul(t).add(a1);
            }
            xAt = upper;
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 32);
            startsAt++;
            to += 64;
        }
    }

    /** Form NIBBLES times 4 tokens, {@code dots[block][token][row]}. */
    static void nibbles4(
            MemorySegment codes, long at, int half, int blocks, int[] x, int xAt, int[] starts, int startsAt,
            short[] dots, int to) {
        for (int block = 0; block < blocks; block++) {
            ShortVector a0 = IntVector.broadcast(I, starts[startsAt]).reinterpretAsShorts();
            ShortVector b0 = IntVector.broadcast(I, starts[startsAt + 1]).reinterpretAsShorts();
            ShortVector c0 = IntVector.broadcast(I, starts[startsAt + 2]).reinterpretAsShorts();
            ShortVector d0 = IntVector.broadcast(I, starts[startsAt + 3]).reinterpretAsShorts();
            ShortVector a1 = ShortVector.zero(S), b1 = a1, c1 = a1, d1 = a1;
            int upper = xAt + half * 4;
            for (long end = at + 32L * half; at < end; at += 32, xAt += 4, upper += 4) {
                ShortVector packed = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                ShortVector low = packed.and((short) 15);
                ShortVector high = packed.lanewise(VectorOperators.ASHR, 4);
                ShortVector t = IntVector.broadcast(I, x[xAt]).reinterpretAsShorts();
                a0 = low.mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper]).reinterpretAsShorts();
                a1 = high.mul(t).add(a1);
                t = IntVector.broadcast(I, x[xAt + 1]).reinterpretAsShorts();
                b0 = low.mul(t).add(b0);
                t = IntVector.broadcast(I, x[upper + 1]).reinterpretAsShorts();
                b1 = high.mul(t).add(b1);
                t = IntVector.broadcast(I, x[xAt + 2]).reinterpretAsShorts();
                c0 = low.mul(t).add(c0);
                t = IntVector.broadcast(I, x[upper + 2]).reinterpretAsShorts();
                c1 = high.mul(t).add(c1);
                t = IntVector.broadcast(I, x[xAt + 3]).reinterpretAsShorts();
                d0 = low.mul(t).add(d0);
                t = IntVector.broadcast(I, x[upper + 3]).reinterpretAsShorts();
                d1 = high.mul(t).add(d1);
            }
            xAt = upper;
            a0.add(a1).intoArray(dots, to);
            b0.add(b1).intoArray(dots, to + 32);
            c0.add(c1).intoArray(dots, to + 64);
            d0.add(d1).intoArray(dots, to + 96);
            startsAt += 4;
            to += 128;
        }
    }

    /** Form NIBBLES times 4 tokens, each half of a block apart: {@code dots[block][half][token][row]}. */
    static void nibbles4Halves(
            MemorySegment codes, long at, int half, int blocks, int[] x, int xAt, int[] starts, int startsAt,
            short[] dots, int to) {
        for (int block = 0; block < blocks; block++) {
            ShortVector a0 = IntVector.broadcast(I, starts[startsAt]).reinterpretAsShorts();
            ShortVector b0 = IntVector.broadcast(I, starts[startsAt + 1]).reinterpretAsShorts();
            ShortVector c0 = IntVector.broadcast(I, starts[startsAt + 2]).reinterpretAsShorts();
            ShortVector d0 = IntVector.broadcast(I, starts[startsAt + 3]).reinterpretAsShorts();
            ShortVector a1 = ShortVector.zero(S), b1 = a1, c1 = a1, d1 = a1;
            int upper = xAt + half * 4;
            for (long end = at + 32L * half; at < end; at += 32, xAt += 4, upper += 4) {
                ShortVector packed = (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2S, S, 0);
                ShortVector low = packed.and((short) 15);
                ShortVector high = packed.lanewise(VectorOperators.ASHR, 4);
                ShortVector t = IntVector.broadcast(I, x[xAt]).reinterpretAsShorts();
                a0 = low.mul(t).add(a0);
                t = IntVector.broadcast(I, x[upper]).reinterpretAsShorts();
                a1 = high.mul(t).add(a1);
                t = IntVector.broadcast(I, x[xAt + 1]).reinterpretAsShorts();
                b0 = low.mul(t).add(b0);
                t = IntVector.broadcast(I, x[upper + 1]).reinterpretAsShorts();
                b1 = high.mul(t).add(b1);
                t = IntVector.broadcast(I, x[xAt + 2]).reinterpretAsShorts();
                c0 = low.mul(t).add(c0);
                t = IntVector.broadcast(I, x[upper + 2]).reinterpretAsShorts();
                c1 = high.mul(t).add(c1);
                t = IntVector.broadcast(I, x[xAt + 3]).reinterpretAsShorts();
                d0 = low.mul(t).add(d0);
                t = IntVector.broadcast(I, x[upper + 3]).reinterpretAsShorts();
                d1 = high.mul(t).add(d1);
            }
            xAt = upper;
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 128);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + 160);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + 192);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + 224);
            startsAt += 4;
            to += 256;
        }
    }

    /** Form BYTES times 1 token: {@code dots[run][token][row] = sum over k < kCount of code[k][row] * x[k][token]}. */
    static void bytes1(
            MemorySegment codes, long at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (long end = at + 32L * kCount; at < end; at += 32, xAt++) {
                FloatVector v = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector u = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at + 8, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector r = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at + 16, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector s = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at + 24, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector t = FloatVector.broadcast(F, x[xAt]);
                a0 = v.fma(t, a0);
                a1 = u.fma(t, a1);
                a2 = r.fma(t, a2);
                a3 = s.fma(t, a3);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 8);
            a2.intoArray(dots, to + 16);
            a3.intoArray(dots, to + 24);
            to += 32;
        }
    }

    /** Form BYTES times 4 tokens, for 16 rows. */
    static void bytes4(
            MemorySegment codes, long at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            for (long end = at + 32L * kCount; at < end; at += 32, xAt += 4) {
                FloatVector v = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector u = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at + 8, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector t = FloatVector.broadcast(F, x[xAt]);
                a0 = v.fma(t, a0);
                a1 = u.fma(t, a1);
                t = FloatVector.broadcast(F, x[xAt + 1]);
                b0 = v.fma(t, b0);
                b1 = u.fma(t, b1);
                t = FloatVector.broadcast(F, x[xAt + 2]);
                c0 = v.fma(t, c0);
                c1 = u.fma(t, c1);
                t = FloatVector.broadcast(F, x[xAt + 3]);
                d0 = v.fma(t, d0);
                d1 = u.fma(t, d1);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 8);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + 40);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + 72);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + 104);
            to += 128;
        }
    }

    /** Whole numbers in floats times 1 token, the same. */
    static void floats1(
            float[] w, int at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (int end = at + 32 * kCount; at < end; at += 32, xAt++) {
                FloatVector v = FloatVector.fromArray(F, w, at);
                FloatVector u = FloatVector.fromArray(F, w, at + 8);
                FloatVector r = FloatVector.fromArray(F, w, at + 16);
                FloatVector s = FloatVector.fromArray(F, w, at + 24);
                FloatVector t = FloatVector.broadcast(F, x[xAt]);
                a0 = v.fma(t, a0);
                a1 = u.fma(t, a1);
                a2 = r.fma(t, a2);
                a3 = s.fma(t, a3);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 8);
            a2.intoArray(dots, to + 16);
            a3.intoArray(dots, to + 24);
            to += 32;
        }
    }

    /** Whole numbers in floats times 4 tokens, the same, for 16 rows. */
    static void floats4(
            float[] w, int at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            for (int end = at + 32 * kCount; at < end; at += 32, xAt += 4) {
                FloatVector v = FloatVector.fromArray(F, w, at);
                FloatVector u = FloatVector.fromArray(F, w, at + 8);
                FloatVector t = FloatVector.broadcast(F, x[xAt]);
                a0 = v.fma(t, a0);
                a1 = u.fma(t, a1);
                t = FloatVector.broadcast(F, x[xAt + 1]);
                b0 = v.fma(t, b0);
                b1 = u.fma(t, b1);
                t = FloatVector.broadcast(F, x[xAt + 2]);
                c0 = v.fma(t, c0);
                c1 = u.fma(t, c1);
                t = FloatVector.broadcast(F, x[xAt + 3]);
                d0 = v.fma(t, d0);
                d1 = u.fma(t, d1);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 8);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + 40);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + 72);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + 104);
            to += 128;
        }
    }

    /** {@code sums[token][row] += sum over k < kCount of w[k][row] * x[k][token]} in order, 1 token. */
    static void chain1(float[] w, int at, int kCount, float[] x, int xAt, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(F, sums, to);
        FloatVector a1 = FloatVector.fromArray(F, sums, to + 8);
        FloatVector a2 = FloatVector.fromArray(F, sums, to + 16);
        FloatVector a3 = FloatVector.fromArray(F, sums, to + 24);
        for (int end = at + 32 * kCount; at < end; at += 32, xAt++) {
            FloatVector v = FloatVector.fromArray(F, w, at);
            FloatVector u = FloatVector.fromArray(F, w, at + 8);
            FloatVector r = FloatVector.fromArray(F, w, at + 16);
            FloatVector s = FloatVector.fromArray(F, w, at + 24);
            FloatVector t = FloatVector.broadcast(F, x[xAt]);
            a0 = v.fma(t, a0);
            a1 = u.fma(t, a1);
            a2 = r.fma(t, a2);
            a3 = s.fma(t, a3);
        }
        a0.intoArray(sums, to);
        a1.intoArray(sums, to + 8);
        a2.intoArray(sums, to + 16);
        a3.intoArray(sums, to + 24);
    }

    /** {@code sums[token][row] += sum over k < kCount of w[k][row] * x[k][token]} in order, 4 tokens, 16 rows. */
    static void chain4(float[] w, int at, int kCount, float[] x, int xAt, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(F, sums, to);
        FloatVector a1 = FloatVector.fromArray(F, sums, to + 8);
        FloatVector b0 = FloatVector.fromArray(F, sums, to + 32);
        FloatVector b1 = FloatVector.fromArray(F, sums, to + 40);
        FloatVector c0 = FloatVector.fromArray(F, sums, to + 64);
        FloatVector c1 = FloatVector.fromArray(F, sums, to + 72);
        FloatVector d0 = FloatVector.fromArray(F, sums, to + 96);
        FloatVector d1 = FloatVector.fromArray(F, sums, to + 104);
        for (int end = at + 32 * kCount; at < end; at += 32, xAt += 4) {
            FloatVector v = FloatVector.fromArray(F, w, at);
            FloatVector u = FloatVector.fromArray(F, w, at + 8);
            FloatVector t = FloatVector.broadcast(F, x[xAt]);
            a0 = v.fma(t, a0);
            a1 = u.fma(t, a1);
            t = FloatVector.broadcast(F, x[xAt + 1]);
            b0 = v.fma(t, b0);
            b1 = u.fma(t, b1);
            t = FloatVector.broadcast(F, x[xAt + 2]);
            c0 = v.fma(t, c0);
            c1 = u.fma(t, c1);
            t = FloatVector.broadcast(F, x[xAt + 3]);
            d0 = v.fma(t, d0);
            d1 = u.fma(t, d1);
        }
        a0.intoArray(sums, to);
        a1.intoArray(sums, to + 8);
        b0.intoArray(sums, to + 32);
        b1.intoArray(sums, to + 40);
        c0.intoArray(sums, to + 64);
        c1.intoArray(sums, to + 72);
        d0.intoArray(sums, to + 96);
        d1.intoArray(sums, to + 104);
    }

    /** The same straight from stored floats. */
    static void chain1(MemorySegment w, long at, int kCount, float[] x, int xAt, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(F, sums, to);
        FloatVector a1 = FloatVector.fromArray(F, sums, to + 8);
        FloatVector a2 = FloatVector.fromArray(F, sums, to + 16);
        FloatVector a3 = FloatVector.fromArray(F, sums, to + 24);
        for (long end = at + 128L * kCount; at < end; at += 128, xAt++) {
            FloatVector v = FloatVector.fromMemorySegment(F, w, at, ORDER);
            FloatVector u = FloatVector.fromMemorySegment(F, w, at + 32, ORDER);
            FloatVector r = FloatVector.fromMemorySegment(F, w, at + 64, ORDER);
            FloatVector s = FloatVector.fromMemorySegment(F, w, at + 96, ORDER);
            FloatVector t = FloatVector.broadcast(F, x[xAt]);
            a0 = v.fma(t, a0);
            a1 = u.fma(t, a1);
            a2 = r.fma(t, a2);
            a3 = s.fma(t, a3);
        }
        a0.intoArray(sums, to);
        a1.intoArray(sums, to + 8);
        a2.intoArray(sums, to + 16);
        a3.intoArray(sums, to + 24);
    }
}
