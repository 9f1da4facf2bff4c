package quern.gpu.scalar;

import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;

/**
 * One output of the 8-bit product of a quantised row, run by run of {@link StoredRow#runElements}. Per run the products
 * of values and codes, each less {@link StoredRow#centre}, are summed; that sum is exact, and below 2^24 for every
 * type, so a float holds it. The sums are joined in order of k by one fma each: {@code (scale * factor) * xScale}
 * times the sum. Where the type stores minima, what was taken off and the minima are joined likewise, apart, and added
 * at the end: {@code centre * (scale * factor) - min * minFactor} times {@code xScale} times the sum of the run's
 * values.
 */
final class IntegerProduct {

    private static final int BLOCK = QuantizedRows.BLOCK;

    private IntegerProduct() {}

    /** {@code sum over k of w[k] * x[token][k]}. */
    static float of(StoredRow w, ElementType type, QuantizedRows x, int token) {
        int length = StoredRow.runElements(type);
        int centre = StoredRow.centre(type);
        int blocks = x.blocksPerRow();
        int first = token * blocks * BLOCK;
        float lifted = 0;
        if (StoredRow.hasMins(type)) {
            for (int k = 0; k < blocks * BLOCK; k += length) {
                float min = w.mins()[k / w.scaleElements()] * w.minFactors()[k / StoredRow.RUN];
                float lift = centre * scale(w, k) - min;
                int values = 0;
                for (int i = first + k; i < first + k + length; i++) {
                    values += x.values()[i];
                }
                lifted = Math.fma(lift, xScale(x, token, k) * values, lifted);
            }
        }
        float sum = 0;
        for (int k = 0; k < blocks * BLOCK; k += length) {
            int dot = 0;
            for (int i = k; i < k + length; i++) {
                dot += (w.codes()[i] - centre) * x.values()[first + i];
            }
            sum = Math.fma(scale(w, k) * xScale(x, token, k), (float) dot, sum);
        }
        return StoredRow.hasMins(type) ? sum + lifted : sum;
    }

    private static float scale(StoredRow w, int k) {
        return w.scales()[k / w.scaleElements()] * w.factors()[k / StoredRow.RUN];
    }

    private static float xScale(QuantizedRows x, int token, int k) {
        return x.scales()[token * x.blocksPerRow() + k / BLOCK];
    }
}
