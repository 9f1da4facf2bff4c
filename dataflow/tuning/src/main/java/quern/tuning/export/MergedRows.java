package quern.tuning.export;

import quern.config.QuernException;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;

/**
 * {@code W + scale * B A}, a row at a time, brought to its magnitude where it has one; summed in double, rounded once.
 * Safe for any thread.
 */
final class MergedRows {

    private final Pair pair;
    private final double scale;

    /** @throws QuernException if the pair does not fit a matrix of so many rows and columns */
    MergedRows(String name, LoraWeights weights, Pair pair, int rows, int columns) {
        if (pair.b().count() != rows || pair.a().width() != columns) {
            throw new QuernException(QuernException.Category.ERROR, "the adapter's " + name + " is " + pair.b().count()
                    + " x " + pair.a().width() + ", the model's " + rows + " x " + columns);
        }
        this.pair = pair;
        this.scale = weights.scale();
    }

    /** Makes row {@code row} of the matrix that of the merged one. */
    void merge(int row, float[] values) {
        Rows a = pair.a();
        Rows b = pair.b();
        double[] sums = new double[values.length];
        for (int k = 0; k < a.count(); k++) {
            double factor = b.values()[b.at(row) + k];
            for (int i = 0; i < values.length; i++) {
                sums[i] += factor * a.values()[a.at(k) + i];
            }
        }
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            sums[i] = values[i] + scale * sums[i];
            squares += sums[i] * sums[i];
        }
        double factor = pair.magnitudes().map(all -> (double) all.values()[row]).orElse(Math.sqrt(squares))
                / Math.sqrt(squares);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (squares == 0 || pair.magnitudes().isEmpty() ? sums[i] : factor * sums[i]);
        }
    }
}
