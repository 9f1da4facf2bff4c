package quern.gpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link Tiles} for 512-bit vectors: 16 rows fill one, and 8 tokens make the eight independent chains
 * that keep two multipliers busy. Tokens: element (k, token) at {@code xFrom + 8 k + token}. Sums: [token][16 rows].
 */
final class WideTiles {

    /** Tokens of a tile. */
    static final int TOKENS = 8;

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;

    private WideTiles() {}

    /** Whether this machine computes with 512 bits. */
    static boolean fit() {
        return FloatVector.SPECIES_PREFERRED.length() >= F.length();
    }

    /** {@code sums[token][row] += sum over k < kCount of w[k][row] * x[k][token]}, as one chain of fmas. */
    static void add8(float[] w, int wFrom, float[] x, int xFrom, int kCount, float[] sums, int at) {
        FloatVector a = FloatVector.fromArray(F, sums, at);
        FloatVector b = FloatVector.fromArray(F, sums, at + 16);
        FloatVector c = FloatVector.fromArray(F, sums, at + 32);
        FloatVector d = FloatVector.fromArray(F, sums, at + 48);
        FloatVector e = FloatVector.fromArray(F, sums, at + 64);
        FloatVector f = FloatVector.fromArray(F, sums, at + 80);
        FloatVector g = FloatVector.fromArray(F, sums, at + 96);
        FloatVector h = FloatVector.fromArray(F, sums, at + 112);
        for (int k = 0; k < kCount; k++) {
            FloatVector v = FloatVector.fromArray(F, w, wFrom + 16 * k);
            int t = xFrom + 8 * k;
            a = v.fma(FloatVector.broadcast(F, x[t]), a);
            b = v.fma(FloatVector.broadcast(F, x[t + 1]), b);
            c = v.fma(FloatVector.broadcast(F, x[t + 2]), c);
            d = v.fma(FloatVector.broadcast(F, x[t + 3]), d);
            e = v.fma(FloatVector.broadcast(F, x[t + 4]), e);
            f = v.fma(FloatVector.broadcast(F, x[t + 5]), f);
            g = v.fma(FloatVector.broadcast(F, x[t + 6]), g);
            h = v.fma(FloatVector.broadcast(F, x[t + 7]), h);
        }
        a.intoArray(sums, at);
        b.intoArray(sums, at + 16);
        c.intoArray(sums, at + 32);
        d.intoArray(sums, at + 48);
        e.intoArray(sums, at + 64);
        f.intoArray(sums, at + 80);
        g.intoArray(sums, at + 96);
        h.intoArray(sums, at + 112);
    }

    /**
     * {@link Tiles#addBlock4} for eight tokens.
     *
     * @param kCount 32, which C2 must not know: it unrolls 32 steps entirely, moves the loads to the front and spills;
     *     at 23 instead of 59 GMAC/s (measured)
     */
    static void addBlock8(
            float[] w, int kCount, float[] x, int xFrom, float[] wScales, int wsFrom, float[] xScales, int xsFrom,
            float[] sums, int at) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        for (int k = 0; k < kCount; k++) {
            FloatVector v = FloatVector.fromArray(F, w, 16 * k);
            int t = xFrom + 8 * k;
            a = v.fma(FloatVector.broadcast(F, x[t]), a);
            b = v.fma(FloatVector.broadcast(F, x[t + 1]), b);
            c = v.fma(FloatVector.broadcast(F, x[t + 2]), c);
            d = v.fma(FloatVector.broadcast(F, x[t + 3]), d);
            e = v.fma(FloatVector.broadcast(F, x[t + 4]), e);
            f = v.fma(FloatVector.broadcast(F, x[t + 5]), f);
            g = v.fma(FloatVector.broadcast(F, x[t + 6]), g);
            h = v.fma(FloatVector.broadcast(F, x[t + 7]), h);
        }
        FloatVector scale = FloatVector.fromArray(F, wScales, wsFrom);
        join(a, scale, xScales[xsFrom], sums, at);
        join(b, scale, xScales[xsFrom + 1], sums, at + 16);
        join(c, scale, xScales[xsFrom + 2], sums, at + 32);
        join(d, scale, xScales[xsFrom + 3], sums, at + 48);
        join(e, scale, xScales[xsFrom + 4], sums, at + 64);
        join(f, scale, xScales[xsFrom + 5], sums, at + 80);
        join(g, scale, xScales[xsFrom + 6], sums, at + 96);
        join(h, scale, xScales[xsFrom + 7], sums, at + 112);
    }

    private static void join(FloatVector dot, FloatVector scale, float xScale, float[] sums, int at) {
        scale.mul(xScale).fma(dot, FloatVector.fromArray(F, sums, at)).intoArray(sums, at);
    }
}
