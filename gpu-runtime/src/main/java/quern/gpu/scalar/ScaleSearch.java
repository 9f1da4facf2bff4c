package quern.gpu.scalar;

/**
 * Scales, and minima, that keep the weighted squared error {@code sum w[k] * (x[k] - stored[k])^2} of a run of elements
 * small. Rounding and least squares take turns from many starts: for given codes the best scale is a quotient of sums,
 * for a given scale the best codes are the nearest levels. One thread at a time.
 *
 * <p>The weights are the mean squares of the activations that meet a column: the importance matrix of llama.cpp
 * (github.com/ggml-org/llama.cpp, tools/imatrix), which is the diagonal of the Hessian of a layer's output error
 * (Frantar et al., GPTQ, arXiv:2210.17323).
 */
final class ScaleSearch {

    private static final int STARTS = 18;
    private static final double NARROWEST = 0.5;
    private static final int TURNS = 4;
    private static final double[] CUTS = {-0.02, 0, 0.02, 0.05, 0.1, 0.2};

    private final double[] x = new double[256];
    private final double[] w = new double[256];

    private double scale;
    private double min;

    /** Takes {@code count} elements, at most 256; weights that are all zero count as equal. */
    void take(float[] values, int from, int count, float[] importance, int importanceFrom) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            x[k] = values[from + k];
            w[k] = importance == null ? 1 : importance[importanceFrom + k];
            sum += w[k];
        }
        for (int k = 0; k < count && !(sum > 0); k++) {
            w[k] = 1;
        }
    }

    /** Of the last {@link #fitMin}. */
    double scale() {
        return scale;
    }

    /** Of the last {@link #fitMin}; what is subtracted. */
    double min() {
        return min;
    }

    /** The scale of the elements in [from, to), of either sign; 0 where all are 0. */
    double fitScale(Levels levels, int from, int to) {
        double extreme = 0;
        for (int k = from; k < to; k++) {
            extreme = Math.abs(x[k]) > Math.abs(extreme) ? x[k] : extreme;
        }
        if (extreme == 0 || !Double.isFinite(extreme)) {
            return 0;
        }
        double bestGain = 0;
        scale = 0;
        for (int start = 0; start <= STARTS; start++) {
            double share = 1.06 - (1.06 - NARROWEST) * start / STARTS;
            bestGain = turn(levels, from, to, extreme / (share * levels.least()), bestGain);
            bestGain = turn(levels, from, to, extreme / (share * levels.greatest()), bestGain);
        }
        for (int i = 0; i < TURNS; i++) {
            double before = bestGain;
            bestGain = turn(levels, from, to, scale, bestGain);
            if (bestGain <= before) {
                break;
            }
        }
        return scale;
    }

    /** The best scale for the codes that {@code trial} gives, kept if it explains more than {@code bestGain}. */
    private double turn(Levels levels, int from, int to, double trial, double bestGain) {
        double inverse = 1 / trial;
        double products = 0;
        double squares = 0;
        for (int k = from; k < to; k++) {
            double level = levels.value(levels.code(x[k] * inverse));
            double weighted = w[k] * level;
            products += weighted * x[k];
            squares += weighted * level;
        }
        double gain = squares > 0 ? products * products / squares : 0;
        if (gain > bestGain) {
            scale = products / squares;
            return gain;
        }
        return bestGain;
    }

    /**
     * Scale and minimum of the elements in [from, to) for codes 0 to {@code codeMax}; the scale is not negative.
     *
     * @param signed whether the minimum may be negative too
     */
    void fitMin(int codeMax, boolean signed, int from, int to) {
        double least = signed ? x[from] : Math.min(0, x[from]);
        double greatest = x[from];
        for (int k = from; k < to; k++) {
            least = Math.min(least, x[k]);
            greatest = Math.max(greatest, x[k]);
        }
        scale = 0;
        min = -least;
        double range = greatest - least;
        if (!(range > 0) || !Double.isFinite(range)) {
            return;
        }
        double bestError = Double.POSITIVE_INFINITY;
        for (double lower : CUTS) {
            for (double upper : CUTS) {
                bestError = turnMin(
                        codeMax, signed, from, to, range * (1 - lower - upper) / codeMax,
                        -(least + lower * range), bestError);
            }
        }
        for (int i = 0; i < TURNS; i++) {
            double before = bestError;
            bestError = turnMin(codeMax, signed, from, to, scale, min, bestError);
            if (!(bestError < before)) {
                break;
            }
        }
    }

    private double turnMin(
            int codeMax, boolean signed, int from, int to, double trialScale, double trialMin, double bestError) {
        double inverse = 1 / trialScale;
        double sumW = 0;
        double sumQ = 0;
        double sumX = 0;
        double sumQq = 0;
        double sumXq = 0;
        double sumXx = 0;
        for (int k = from; k < to; k++) {
            int code = Math.clamp((int) ((x[k] + trialMin) * inverse + 0.5), 0, codeMax);
            double weightedX = w[k] * x[k];
            double weightedQ = w[k] * code;
            sumW += w[k];
            sumX += weightedX;
            sumQ += weightedQ;
            sumXx += weightedX * x[k];
            sumXq += weightedX * code;
            sumQq += weightedQ * code;
        }
        double determinant = sumW * sumQq - sumQ * sumQ;
        double slope = determinant > 0 ? (sumW * sumXq - sumX * sumQ) / determinant : 0;
        double offset = determinant > 0 ? (sumQq * sumX - sumQ * sumXq) / determinant : sumX / sumW;
        if (!signed && offset > 0) {
            offset = 0;
            slope = sumQq > 0 ? sumXq / sumQq : 0;
        }
        double error = sumXx + slope * (slope * sumQq - 2 * sumXq + 2 * offset * sumQ)
                + offset * (offset * sumW - 2 * sumX);
        if (slope > 0 && error < bestError) {
            scale = slope;
            min = -offset;
            return error;
        }
        return bestError;
    }

    /** The weighted squared error of [from, to) with this scale and the nearest levels. */
    double error(Levels levels, int from, int to, double trialScale) {
        double inverse = trialScale == 0 ? 0 : 1 / trialScale;
        double sum = 0;
        for (int k = from; k < to; k++) {
            double rest = x[k] - trialScale * levels.value(levels.code(x[k] * inverse));
            sum += w[k] * rest * rest;
        }
        return sum;
    }

    /** The same with a minimum, for codes 0 to {@code codeMax}. */
    double error(int codeMax, int from, int to, double trialScale, double trialMin) {
        double inverse = trialScale == 0 ? 0 : 1 / trialScale;
        double sum = 0;
        for (int k = from; k < to; k++) {
            int code = Math.clamp((int) ((x[k] + trialMin) * inverse + 0.5), 0, codeMax);
            double rest = x[k] + trialMin - trialScale * code;
            sum += w[k] * rest * rest;
        }
        return sum;
    }

    /** The nearest codes of [from, to). */
    void codes(Levels levels, int from, int to, double trialScale, int[] codes) {
        double inverse = trialScale == 0 ? 0 : 1 / trialScale;
        for (int k = from; k < to; k++) {
            codes[k] = levels.code(x[k] * inverse);
        }
    }

    /** The nearest codes of [from, to), from 0 to {@code codeMax}. */
    void codes(int codeMax, int from, int to, double trialScale, double trialMin, int[] codes) {
        double inverse = trialScale == 0 ? 0 : 1 / trialScale;
        for (int k = from; k < to; k++) {
            codes[k] = Math.clamp((int) ((x[k] + trialMin) * inverse + 0.5), 0, codeMax);
        }
    }

    double value(int k) {
        return x[k];
    }

    double weight(int k) {
        return w[k];
    }
}
