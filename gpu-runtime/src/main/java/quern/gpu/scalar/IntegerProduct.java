package quern.gpu.scalar;

import quern.gpu.tensor.QuantizedRows;

/**
 * One output of the 8-bit product of a quantised row. Per block of 32 activations the products of codes and values are
 * summed, times the whole factors of their runs of 16; that sum is exact, and below 2^24 for every type, so a float
 * holds it. Block sums are joined in order of k by one fma each, and a second one where the type stores minima; the
 * scales of weights and activations are multiplied first.
 */
final class IntegerProduct {

    private static final int BLOCK = QuantizedRows.BLOCK;

    private IntegerProduct() {}

    /** {@code sum over k of w[k] * x[token][k]}. */
    static float of(StoredRow w, boolean hasMins, QuantizedRows x, int token) {
        int blocks = x.blocksPerRow();
        int blocksPerScale = w.scaleElements() / BLOCK;
        float sum = 0;
        for (int b = 0; b < blocks; b++) {
            int at = (token * blocks + b) * BLOCK;
            float xScale = x.scales()[token * blocks + b];
            float scale = w.scales()[b / blocksPerScale] * xScale;
            sum = Math.fma(scale, (float) dot(w, b, x.values(), at), sum);
            if (hasMins) {
                float min = w.mins()[b / blocksPerScale] * xScale;
                sum = Math.fma(-min, (float) minDot(w, b, x.values(), at), sum);
            }
        }
        return sum;
    }

    private static int dot(StoredRow w, int block, byte[] x, int at) {
        byte[] codes = w.codes();
        int first = 0;
        int second = 0;
        for (int i = 0; i < StoredRow.RUN; i++) {
            first += codes[block * BLOCK + i] * x[at + i];
            second += codes[block * BLOCK + StoredRow.RUN + i] * x[at + StoredRow.RUN + i];
        }
        return w.factors()[2 * block] * first + w.factors()[2 * block + 1] * second;
    }

    private static int minDot(StoredRow w, int block, byte[] x, int at) {
        int first = 0;
        int second = 0;
        for (int i = 0; i < StoredRow.RUN; i++) {
            first += x[at + i];
            second += x[at + StoredRow.RUN + i];
        }
        return w.minFactors()[2 * block] * first + w.minFactors()[2 * block + 1] * second;
    }
}
