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
 * C2's traps, each measured: a trip count it knows (16, 32) is unrolled entirely, the loads move to the front and
 * spill, at a third of the speed, so counts come in as arguments; unrolling by hand does the same. A method that goes
 * on to join its sums grows until calls in it are no longer inlined, and each vector that crosses one is boxed, so
 * sums are left in an array and joined elsewhere (WideJoin); for the same reason nothing of ours is called in loops,
 * while the JDK's methods are inlined whatever the size. And an accumulator is always an argument, never the receiver:
 * its class is known only if that of the value it gets is, which must not depend on itself (a.add(b) in a loop was
 * compiled with a box for every step in one process out of ten, b.add(a) never). So written, sixteen accumulators
 * beside two weight vectors and one broadcast stay in the 32 registers: 110 GMAC/s a core on floats, where the
 * multipliers' peak is 122, and 177 on shorts.
 */
/**
 * Products of panels of 32 rows with tiles of 1, 4 or 8 tokens, on 512-bit vectors. Weights are k-major. Tokens:
 * element (k, token) at {@code xAt + k * tokens + token}, a short twice in an int. All sums of whole numbers are exact,
 * so their order is free; shorts lie as {@link PanelLayout} interleaves them.
 */
final class WideTiles {

    /** Tokens of a full tile. */
    static final int TOKENS = 8;

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    private static final VectorSpecies<Short> S = ShortVector.SPECIES_512;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_512;
    private static final VectorSpecies<Byte> SHORT_BYTES = ByteVector.SPECIES_256;
    private static final VectorSpecies<Byte> FLOAT_BYTES = ByteVector.SPECIES_128;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private WideTiles() {}

    /** Whether this machine computes with 512 bits. */
    static boolean fit() {
        return FloatVector.SPECIES_PREFERRED.length() >= F.length();
    }

    /**
     * Two panels times 8 tokens:
     * {@code dots[panel][run][token][row] = sum over k < kCount of w[panel][k][row] * x[k][token]}.
     *
     * @param other where the second panel's codes lie
     * @param panelDots shorts between the two panels' results
     */
    static void shorts8(
            short[] w, int at, int other, int kCount, int runs, int[] x, int xAt, short[] dots, int panelDots) {
        int to = 0;
        for (int run = 0; run < runs; run++) {
            ShortVector a0 = ShortVector.zero(S), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0,
                    e0 = a0, e1 = a0, f0 = a0, f1 = a0, g0 = a0, g1 = a0, h0 = a0, h1 = a0;
            for (int end = at + 32 * kCount; at < end; at += 32, other += 32, xAt += 8) {
                ShortVector v = ShortVector.fromArray(S, w, at);
                ShortVector u = ShortVector.fromArray(S, w, other);
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
                t = IntVector.broadcast(I, x[xAt + 4]).reinterpretAsShorts();
                e0 = v.mul(t).add(e0);
                e1 = u.mul(t).add(e1);
                t = IntVector.broadcast(I, x[xAt + 5]).reinterpretAsShorts();
                f0 = v.mul(t).add(f0);
                f1 = u.mul(t).add(f1);
                t = IntVector.broadcast(I, x[xAt + 6]).reinterpretAsShorts();
                g0 = v.mul(t).add(g0);
                g1 = u.mul(t).add(g1);
                t = IntVector.broadcast(I, x[xAt + 7]).reinterpretAsShorts();
                h0 = v.mul(t).add(h0);
                h1 = u.mul(t).add(h1);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + panelDots);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + panelDots + 32);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + panelDots + 64);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + panelDots + 96);
            e0.intoArray(dots, to + 128);
            e1.intoArray(dots, to + panelDots + 128);
            f0.intoArray(dots, to + 160);
            f1.intoArray(dots, to + panelDots + 160);
            g0.intoArray(dots, to + 192);
            g1.intoArray(dots, to + panelDots + 192);
            h0.intoArray(dots, to + 224);
            h1.intoArray(dots, to + panelDots + 224);
            to += 256;
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

    /** Form NIBBLES times 8 tokens, {@code dots[block][token][row]}. */
    static void nibbles8(
            MemorySegment codes, long at, int half, int blocks, int[] x, int xAt, int[] starts, int startsAt,
            short[] dots, int to) {
        for (int block = 0; block < blocks; block++) {
            ShortVector a0 = IntVector.broadcast(I, starts[startsAt]).reinterpretAsShorts();
            ShortVector b0 = IntVector.broadcast(I, starts[startsAt + 1]).reinterpretAsShorts();
            ShortVector c0 = IntVector.broadcast(I, starts[startsAt + 2]).reinterpretAsShorts();
            ShortVector d0 = IntVector.broadcast(I, starts[startsAt + 3]).reinterpretAsShorts();
            ShortVector e0 = IntVector.broadcast(I, starts[startsAt + 4]).reinterpretAsShorts();
            ShortVector f0 = IntVector.broadcast(I, starts[startsAt + 5]).reinterpretAsShorts();
            ShortVector g0 = IntVector.broadcast(I, starts[startsAt + 6]).reinterpretAsShorts();
            ShortVector h0 = IntVector.broadcast(I, starts[startsAt + 7]).reinterpretAsShorts();
            ShortVector a1 = ShortVector.zero(S), b1 = a1, c1 = a1, d1 = a1, e1 = a1, f1 = a1, g1 = a1, h1 = a1;
            int upper = xAt + half * 8;
            for (long end = at + 32L * half; at < end; at += 32, xAt += 8, upper += 8) {
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
                t = IntVector.broadcast(I, x[xAt + 4]).reinterpretAsShorts();
                e0 = low.mul(t).add(e0);
                t = IntVector.broadcast(I, x[upper + 4]).reinterpretAsShorts();
                e1 = high.mul(t).add(e1);
                t = IntVector.broadcast(I, x[xAt + 5]).reinterpretAsShorts();
                f0 = low.mul(t).add(f0);
                t = IntVector.broadcast(I, x[upper + 5]).reinterpretAsShorts();
                f1 = high.mul(t).add(f1);
                t = IntVector.broadcast(I, x[xAt + 6]).reinterpretAsShorts();
                g0 = low.mul(t).add(g0);
                t = IntVector.broadcast(I, x[upper + 6]).reinterpretAsShorts();
                g1 = high.mul(t).add(g1);
                t = IntVector.broadcast(I, x[xAt + 7]).reinterpretAsShorts();
                h0 = low.mul(t).add(h0);
                t = IntVector.broadcast(I, x[upper + 7]).reinterpretAsShorts();
                h1 = high.mul(t).add(h1);
            }
            xAt = upper;
            a0.add(a1).intoArray(dots, to);
            b0.add(b1).intoArray(dots, to + 32);
            c0.add(c1).intoArray(dots, to + 64);
            d0.add(d1).intoArray(dots, to + 96);
            e0.add(e1).intoArray(dots, to + 128);
            f0.add(f1).intoArray(dots, to + 160);
            g0.add(g1).intoArray(dots, to + 192);
            h0.add(h1).intoArray(dots, to + 224);
            startsAt += 8;
            to += 256;
        }
    }

    /** Form NIBBLES times 8 tokens, each half of a block apart: {@code dots[block][half][token][row]}. */
    static void nibbles8Halves(
            MemorySegment codes, long at, int half, int blocks, int[] x, int xAt, int[] starts, int startsAt,
            short[] dots, int to) {
        for (int block = 0; block < blocks; block++) {
            ShortVector a0 = IntVector.broadcast(I, starts[startsAt]).reinterpretAsShorts();
            ShortVector b0 = IntVector.broadcast(I, starts[startsAt + 1]).reinterpretAsShorts();
            ShortVector c0 = IntVector.broadcast(I, starts[startsAt + 2]).reinterpretAsShorts();
            ShortVector d0 = IntVector.broadcast(I, starts[startsAt + 3]).reinterpretAsShorts();
            ShortVector e0 = IntVector.broadcast(I, starts[startsAt + 4]).reinterpretAsShorts();
            ShortVector f0 = IntVector.broadcast(I, starts[startsAt + 5]).reinterpretAsShorts();
            ShortVector g0 = IntVector.broadcast(I, starts[startsAt + 6]).reinterpretAsShorts();
            ShortVector h0 = IntVector.broadcast(I, starts[startsAt + 7]).reinterpretAsShorts();
            ShortVector a1 = ShortVector.zero(S), b1 = a1, c1 = a1, d1 = a1, e1 = a1, f1 = a1, g1 = a1, h1 = a1;
            int upper = xAt + half * 8;
            for (long end = at + 32L * half; at < end; at += 32, xAt += 8, upper += 8) {
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
                t = IntVector.broadcast(I, x[xAt + 4]).reinterpretAsShorts();
                e0 = low.mul(t).add(e0);
                t = IntVector.broadcast(I, x[upper + 4]).reinterpretAsShorts();
                e1 = high.mul(t).add(e1);
                t = IntVector.broadcast(I, x[xAt + 5]).reinterpretAsShorts();
                f0 = low.mul(t).add(f0);
                t = IntVector.broadcast(I, x[upper + 5]).reinterpretAsShorts();
                f1 = high.mul(t).add(f1);
                t = IntVector.broadcast(I, x[xAt + 6]).reinterpretAsShorts();
                g0 = low.mul(t).add(g0);
                t = IntVector.broadcast(I, x[upper + 6]).reinterpretAsShorts();
                g1 = high.mul(t).add(g1);
                t = IntVector.broadcast(I, x[xAt + 7]).reinterpretAsShorts();
                h0 = low.mul(t).add(h0);
                t = IntVector.broadcast(I, x[upper + 7]).reinterpretAsShorts();
                h1 = high.mul(t).add(h1);
            }
            xAt = upper;
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 256);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + 288);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + 320);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + 352);
            e0.intoArray(dots, to + 128);
            e1.intoArray(dots, to + 384);
            f0.intoArray(dots, to + 160);
            f1.intoArray(dots, to + 416);
            g0.intoArray(dots, to + 192);
            g1.intoArray(dots, to + 448);
            h0.intoArray(dots, to + 224);
            h1.intoArray(dots, to + 480);
            startsAt += 8;
            to += 512;
        }
    }

    /** Form BYTES times 1 token: {@code dots[run][token][row] = sum over k < kCount of code[k][row] * x[k][token]}. */
    static void bytes1(
            MemorySegment codes, long at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            /*
             * Two chains for each vector: one would wait for its own additions. And one stream of addresses: with the
             * second chain half a block ahead the prefetchers gave up, and memory came at a third of its rate.
             */
            FloatVector a0 = FloatVector.zero(F);
            FloatVector a1 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            for (long end = at + 32L * kCount; at < end; at += 128, xAt += 4) {
                FloatVector t = FloatVector.broadcast(F, x[xAt]);
                a0 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, a0);
                a1 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at + 16, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, a1);
                t = FloatVector.broadcast(F, x[xAt + 1]);
                b0 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at + 32, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, b0);
                b1 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at + 48, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, b1);
                t = FloatVector.broadcast(F, x[xAt + 2]);
                a0 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at + 64, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, a0);
                a1 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at + 80, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, a1);
                t = FloatVector.broadcast(F, x[xAt + 3]);
                b0 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at + 96, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, b0);
                b1 = ((FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at + 112, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0)).fma(t, b1);
            }
            a0.add(b0).intoArray(dots, to);
            a1.add(b1).intoArray(dots, to + 16);
            to += 32;
        }
    }

    /** Form BYTES times 4 tokens: {@code dots[run][token][row] = sum over k < kCount of code[k][row] * x[k][token]}. */
    static void bytes4(
            MemorySegment codes, long at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            for (long end = at + 32L * kCount; at < end; at += 32, xAt += 4) {
                FloatVector v = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector u = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at + 16, ORDER)
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

    /** Form BYTES times 8 tokens: {@code dots[run][token][row] = sum over k < kCount of code[k][row] * x[k][token]}. */
    static void bytes8(
            MemorySegment codes, long at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0,
                    e0 = a0, e1 = a0, f0 = a0, f1 = a0, g0 = a0, g1 = a0, h0 = a0, h1 = a0;
            for (long end = at + 32L * kCount; at < end; at += 32, xAt += 8) {
                FloatVector v = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at, ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
                FloatVector u = (FloatVector) ByteVector
                        .fromMemorySegment(FLOAT_BYTES, codes, at + 16, ORDER)
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
                t = FloatVector.broadcast(F, x[xAt + 4]);
                e0 = v.fma(t, e0);
                e1 = u.fma(t, e1);
                t = FloatVector.broadcast(F, x[xAt + 5]);
                f0 = v.fma(t, f0);
                f1 = u.fma(t, f1);
                t = FloatVector.broadcast(F, x[xAt + 6]);
                g0 = v.fma(t, g0);
                g1 = u.fma(t, g1);
                t = FloatVector.broadcast(F, x[xAt + 7]);
                h0 = v.fma(t, h0);
                h1 = u.fma(t, h1);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 16);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + 48);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + 80);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + 112);
            e0.intoArray(dots, to + 128);
            e1.intoArray(dots, to + 144);
            f0.intoArray(dots, to + 160);
            f1.intoArray(dots, to + 176);
            g0.intoArray(dots, to + 192);
            g1.intoArray(dots, to + 208);
            h0.intoArray(dots, to + 224);
            h1.intoArray(dots, to + 240);
            to += 256;
        }
    }

    /** Whole numbers in floats times 1 token, the same. */
    static void floats1(
            float[] w, int at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0;
            for (int end = at + 32 * kCount; at < end; at += 32, xAt++) {
                FloatVector v = FloatVector.fromArray(F, w, at);
                FloatVector u = FloatVector.fromArray(F, w, at + 16);
                FloatVector t = FloatVector.broadcast(F, x[xAt]);
                a0 = v.fma(t, a0);
                a1 = u.fma(t, a1);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 16);
            to += 32;
        }
    }

    /** Whole numbers in floats times 4 tokens, the same. */
    static void floats4(
            float[] w, int at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            for (int end = at + 32 * kCount; at < end; at += 32, xAt += 4) {
                FloatVector v = FloatVector.fromArray(F, w, at);
                FloatVector u = FloatVector.fromArray(F, w, at + 16);
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

    /** Whole numbers in floats times 8 tokens, the same. */
    static void floats8(
            float[] w, int at, int kCount, int runs, float[] x, int xAt, float[] dots, int to) {
        for (int run = 0; run < runs; run++) {
            FloatVector a0 = FloatVector.zero(F), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0,
                    e0 = a0, e1 = a0, f0 = a0, f1 = a0, g0 = a0, g1 = a0, h0 = a0, h1 = a0;
            for (int end = at + 32 * kCount; at < end; at += 32, xAt += 8) {
                FloatVector v = FloatVector.fromArray(F, w, at);
                FloatVector u = FloatVector.fromArray(F, w, at + 16);
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
                t = FloatVector.broadcast(F, x[xAt + 4]);
                e0 = v.fma(t, e0);
                e1 = u.fma(t, e1);
                t = FloatVector.broadcast(F, x[xAt + 5]);
                f0 = v.fma(t, f0);
                f1 = u.fma(t, f1);
                t = FloatVector.broadcast(F, x[xAt + 6]);
                g0 = v.fma(t, g0);
                g1 = u.fma(t, g1);
                t = FloatVector.broadcast(F, x[xAt + 7]);
                h0 = v.fma(t, h0);
                h1 = u.fma(t, h1);
            }
            a0.intoArray(dots, to);
            a1.intoArray(dots, to + 16);
            b0.intoArray(dots, to + 32);
            b1.intoArray(dots, to + 48);
            c0.intoArray(dots, to + 64);
            c1.intoArray(dots, to + 80);
            d0.intoArray(dots, to + 96);
            d1.intoArray(dots, to + 112);
            e0.intoArray(dots, to + 128);
            e1.intoArray(dots, to + 144);
            f0.intoArray(dots, to + 160);
            f1.intoArray(dots, to + 176);
            g0.intoArray(dots, to + 192);
            g1.intoArray(dots, to + 208);
            h0.intoArray(dots, to + 224);
            h1.intoArray(dots, to + 240);
            to += 256;
        }
    }

    /** {@code sums[token][row] += sum over k < kCount of w[k][row] * x[k][token]} in order, 1 token. */
    static void chain1(float[] w, int at, int kCount, float[] x, int xAt, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(F, sums, to);
        FloatVector a1 = FloatVector.fromArray(F, sums, to + 16);
        for (int end = at + 32 * kCount; at < end; at += 32, xAt++) {
            FloatVector v = FloatVector.fromArray(F, w, at);
            FloatVector u = FloatVector.fromArray(F, w, at + 16);
            FloatVector t = FloatVector.broadcast(F, x[xAt]);
            a0 = v.fma(t, a0);
            a1 = u.fma(t, a1);
        }
        a0.intoArray(sums, to);
        a1.intoArray(sums, to + 16);
    }

    /** {@code sums[token][row] += sum over k < kCount of w[k][row] * x[k][token]} in order, 4 tokens. */
    static void chain4(float[] w, int at, int kCount, float[] x, int xAt, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(F, sums, to);
        FloatVector a1 = FloatVector.fromArray(F, sums, to + 16);
        FloatVector b0 = FloatVector.fromArray(F, sums, to + 32);
        FloatVector b1 = FloatVector.fromArray(F, sums, to + 48);
        FloatVector c0 = FloatVector.fromArray(F, sums, to + 64);
        FloatVector c1 = FloatVector.fromArray(F, sums, to + 80);
        FloatVector d0 = FloatVector.fromArray(F, sums, to + 96);
        FloatVector d1 = FloatVector.fromArray(F, sums, to + 112);
        for (int end = at + 32 * kCount; at < end; at += 32, xAt += 4) {
            FloatVector v = FloatVector.fromArray(F, w, at);
            FloatVector u = FloatVector.fromArray(F, w, at + 16);
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
        a1.intoArray(sums, to + 16);
        b0.intoArray(sums, to + 32);
        b1.intoArray(sums, to + 48);
        c0.intoArray(sums, to + 64);
        c1.intoArray(sums, to + 80);
        d0.intoArray(sums, to + 96);
        d1.intoArray(sums, to + 112);
    }

    /** {@code sums[token][row] += sum over k < kCount of w[k][row] * x[k][token]} in order, 8 tokens. */
    static void chain8(float[] w, int at, int kCount, float[] x, int xAt, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(F, sums, to);
        FloatVector a1 = FloatVector.fromArray(F, sums, to + 16);
        FloatVector b0 = FloatVector.fromArray(F, sums, to + 32);
        FloatVector b1 = FloatVector.fromArray(F, sums, to + 48);
        FloatVector c0 = FloatVector.fromArray(F, sums, to + 64);
        FloatVector c1 = FloatVector.fromArray(F, sums, to + 80);
        FloatVector d0 = FloatVector.fromArray(F, sums, to + 96);
        FloatVector d1 = FloatVector.fromArray(F, sums, to + 112);
        FloatVector e0 = FloatVector.fromArray(F, sums, to + 128);
        FloatVector e1 = FloatVector.fromArray(F, sums, to + 144);
        FloatVector f0 = FloatVector.fromArray(F, sums, to + 160);
        FloatVector f1 = FloatVector.fromArray(F, sums, to + 176);
        FloatVector g0 = FloatVector.fromArray(F, sums, to + 192);
        FloatVector g1 = FloatVector.fromArray(F, sums, to + 208);
        FloatVector h0 = FloatVector.fromArray(F, sums, to + 224);
        FloatVector h1 = FloatVector.fromArray(F, sums, to + 240);
        for (int end = at + 32 * kCount; at < end; at += 32, xAt += 8) {
            FloatVector v = FloatVector.fromArray(F, w, at);
            FloatVector u = FloatVector.fromArray(F, w, at + 16);
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
            t = FloatVector.broadcast(F, x[xAt + 4]);
            e0 = v.fma(t, e0);
            e1 = u.fma(t, e1);
            t = FloatVector.broadcast(F, x[xAt + 5]);
            f0 = v.fma(t, f0);
            f1 = u.fma(t, f1);
            t = FloatVector.broadcast(F, x[xAt + 6]);
            g0 = v.fma(t, g0);
            g1 = u.fma(t, g1);
            t = FloatVector.broadcast(F, x[xAt + 7]);
            h0 = v.fma(t, h0);
            h1 = u.fma(t, h1);
        }
        a0.intoArray(sums, to);
        a1.intoArray(sums, to + 16);
        b0.intoArray(sums, to + 32);
        b1.intoArray(sums, to + 48);
        c0.intoArray(sums, to + 64);
        c1.intoArray(sums, to + 80);
        d0.intoArray(sums, to + 96);
        d1.intoArray(sums, to + 112);
        e0.intoArray(sums, to + 128);
        e1.intoArray(sums, to + 144);
        f0.intoArray(sums, to + 160);
        f1.intoArray(sums, to + 176);
        g0.intoArray(sums, to + 192);
        g1.intoArray(sums, to + 208);
        h0.intoArray(sums, to + 224);
        h1.intoArray(sums, to + 240);
    }

    /** The same straight from stored floats. */
    static void chain1(MemorySegment w, long at, int kCount, float[] x, int xAt, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(F, sums, to);
        FloatVector a1 = FloatVector.fromArray(F, sums, to + 16);
        for (long end = at + 128L * kCount; at < end; at += 128, xAt++) {
            FloatVector v = FloatVector.fromMemorySegment(F, w, at, ORDER);
            FloatVector u = FloatVector.fromMemorySegment(F, w, at + 64, ORDER);
            FloatVector t = FloatVector.broadcast(F, x[xAt]);
            a0 = v.fma(t, a0);
            a1 = u.fma(t, a1);
        }
        a0.intoArray(sums, to);
        a1.intoArray(sums, to + 16);
    }
}
