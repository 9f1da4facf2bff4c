package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;

import jdk.incubator.vector.FloatVector;

/*
 * Eight accumulators, two weight vectors and one broadcast fit the 16 registers of AVX2; with ten accumulators C2
 * spills two and the tile runs at half the speed.
 */
/**
 * Products of a panel of 16 rows with 4 tokens, or with 1, beside those of {@link GemmTiles}. Weights are k-major:
 * element (k, row) at {@code wFrom + 16 k + row}. Tokens: element (k, token) at {@code xFrom + 4 k + token}. Sums:
 * [token][16 rows]. Every sum runs in order of k.
 */
final class Tiles {

    /** Rows of a panel. */
    static final int ROWS = 16;
    /** Tokens of a tile. */
    static final int TOKENS = 4;

    private Tiles() {}

    /** {@code sums[row] += sum over k < kCount of w[k][row] * x[k]}, as one chain of fmas. */
    static void add1(float[] w, int wFrom, float[] x, int xFrom, int kCount, float[] sums, int sumsFrom) {
        FloatVector a = FloatVector.fromArray(F, sums, sumsFrom);
        FloatVector b = FloatVector.fromArray(F, sums, sumsFrom + 8);
        for (int k = 0; k < kCount; k++) {
            FloatVector t = FloatVector.broadcast(F, x[xFrom + k]);
            a = FloatVector.fromArray(F, w, wFrom + 16 * k).fma(t, a);
            b = FloatVector.fromArray(F, w, wFrom + 16 * k + 8).fma(t, b);
        }
        a.intoArray(sums, sumsFrom);
        b.intoArray(sums, sumsFrom + 8);
    }

    /**
     * One block of 32 integers, held as floats: their products are summed exactly (below 2^24), then
     * {@code sums[token][row] = fma(wScale[row] * xScale[token], dot, sums[token][row])}.
     */
    static void addBlock4(
            float[] w, float[] x, int xFrom, float[] wScales, int wsFrom, float[] xScales, int xsFrom,
            float[] sums, int sumsFrom) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        for (int k = 0; k < 32; k++) {
            FloatVector lower = FloatVector.fromArray(F, w, 16 * k);
            FloatVector upper = FloatVector.fromArray(F, w, 16 * k + 8);
            FloatVector t = FloatVector.broadcast(F, x[xFrom + 4 * k]);
            a0 = lower.fma(t, a0);
            b0 = upper.fma(t, b0);
            t = FloatVector.broadcast(F, x[xFrom + 4 * k + 1]);
            a1 = lower.fma(t, a1);
            b1 = upper.fma(t, b1);
            t = FloatVector.broadcast(F, x[xFrom + 4 * k + 2]);
            a2 = lower.fma(t, a2);
            b2 = upper.fma(t, b2);
            t = FloatVector.broadcast(F, x[xFrom + 4 * k + 3]);
            a3 = lower.fma(t, a3);
            b3 = upper.fma(t, b3);
        }
        FloatVector lowerScale = FloatVector.fromArray(F, wScales, wsFrom);
        FloatVector upperScale = FloatVector.fromArray(F, wScales, wsFrom + 8);
        join(a0, b0, lowerScale, upperScale, xScales[xsFrom], sums, sumsFrom);
        join(a1, b1, lowerScale, upperScale, xScales[xsFrom + 1], sums, sumsFrom + 16);
        join(a2, b2, lowerScale, upperScale, xScales[xsFrom + 2], sums, sumsFrom + 32);
        join(a3, b3, lowerScale, upperScale, xScales[xsFrom + 3], sums, sumsFrom + 48);
    }

    private static void join(
            FloatVector a, FloatVector b, FloatVector lowerScale, FloatVector upperScale, float xScale, float[] sums,
            int at) {
        FloatVector lower = FloatVector.fromArray(F, sums, at);
        FloatVector upper = FloatVector.fromArray(F, sums, at + 8);
        lowerScale.mul(xScale).fma(a, lower).intoArray(sums, at);
        upperScale.mul(xScale).fma(b, upper).intoArray(sums, at + 8);
    }

    /**
     * What the minima of one block take away from the tokens of a tile: {@code sums[token][row] =
     * fma(-(min[row] * xScale[token]), factor[row] * blockSum[token], sums[token][row])}.
     *
     * @param runSums sums of each half of the block, 2 x {@code tokens} from {@code 2 * xsFrom}
     */
    static void addMins(
            float[] mins, int minsFrom, float[] factors, float[] xScales, int xsFrom, float[] runSums, int tokens,
            float[] sums, int sumsFrom) {
        for (int row = 0; row < ROWS; row += EightLanes.COUNT) {
            FloatVector min = FloatVector.fromArray(F, mins, minsFrom + row).neg();
            FloatVector factor = FloatVector.fromArray(F, factors, row);
            for (int token = 0; token < tokens; token++) {
                int at = sumsFrom + token * ROWS + row;
                int run = 2 * xsFrom + token;
                FloatVector dot = factor.mul(runSums[run] + runSums[run + tokens]);
                min.mul(xScales[xsFrom + token]).fma(dot, FloatVector.fromArray(F, sums, at)).intoArray(sums, at);
            }
        }
    }

    /** The same with a factor for each half: {@code factor[0][row] * runSum[0] + factor[1][row] * runSum[1]}. */
    static void addRunMins(
            float[] mins, int minsFrom, float[] factors, float[] xScales, int xsFrom, float[] runSums, int tokens,
            float[] sums, int sumsFrom) {
        for (int row = 0; row < ROWS; row += EightLanes.COUNT) {
            FloatVector min = FloatVector.fromArray(F, mins, minsFrom + row).neg();
            FloatVector first = FloatVector.fromArray(F, factors, row);
            FloatVector second = FloatVector.fromArray(F, factors, ROWS + row);
            for (int token = 0; token < tokens; token++) {
                int at = sumsFrom + token * ROWS + row;
                int run = 2 * xsFrom + token;
                FloatVector dot = second.mul(runSums[run + tokens]).add(first.mul(runSums[run]));
                min.mul(xScales[xsFrom + token]).fma(dot, FloatVector.fromArray(F, sums, at)).intoArray(sums, at);
            }
        }
    }
}
