package quern.gpu.scalar;

import quern.gpu.kernel.LowRank;
import quern.gpu.tensor.Rows;

/**
 * A and B as given.
 *
 * @param a [rank, inputs]
 * @param b [outputs, rank]
 */
record ScalarLowRank(Rows a, Rows b, float scale) implements LowRank {

    @Override
    public int rank() {
        return a.count();
    }

    @Override
    public int rows() {
        return b.count();
    }

    @Override
    public int columns() {
        return a.width();
    }

    @Override
    public long bytes() {
        return Float.BYTES * ((long) a.count() * a.width() + (long) b.count() * b.width());
    }

    /** {@code y[t] += B (scale * (A x[t]))}. */
    void add(Rows x, int t, Rows y) {
        float[] inner = new float[rank()];
        for (int j = 0; j < inner.length; j++) {
            inner[j] = scale * FloatMath.dot(a.values(), a.at(j), x.values(), x.at(t), a.width());
        }
        for (int r = 0; r < b.count(); r++) {
            float sum = y.values()[y.at(t) + r];
            for (int j = 0; j < inner.length; j++) {
                sum = Math.fma(b.values()[b.at(r) + j], inner[j], sum);
            }
            y.values()[y.at(t) + r] = sum;
        }
    }
}
