package quern.gpu.scalar;

/**
 * Scales of a block of 256 that is cut into parts: each part has a whole factor of the block's scale, and in some types
 * one of its minimum. First every part gets what suits it alone; then factors near those and the block's scale are
 * chosen in turn, and what gives the least error is kept.
 */
final class SuperBlocks {

    private static final int LENGTH = 256;
    private static final int TURNS = 5;
    /** Where in the range of factors the part with the largest scale begins. */
    private static final double[] SHARES = {-1, -0.9, 0.875, 0.96};
    private static final int TURNS_PER_SHARE = 2;
    private static final float HALF_MAX = 65_504;

    private final ScaleSearch search = new ScaleSearch();
    private final int[] trialFactors = new int[16];
    private final int[] trialMinFactors = new int[16];
    private final int[] trialCodes = new int[LENGTH];
    private final double[] scales = new double[16];
    private final double[] mins = new double[16];

    /** Results of the last search; codes count from 0. */
    final int[] codes = new int[LENGTH];
    final int[] factors = new int[16];
    final int[] minFactors = new int[16];
    float scale;
    float min;

    ScaleSearch search() {
        return search;
    }

    /** The nearest number a half float holds; the largest one where {@code x} is beyond. */
    static float half(double x) {
        return Float.float16ToFloat(Float.floatToFloat16(Math.clamp((float) x, -HALF_MAX, HALF_MAX)));
    }

    /** Parts with factors in [-factorMax, factorMax - 1] and no minima. */
    void fit(Levels levels, int parts, int factorMax) {
        int length = LENGTH / parts;
        double extreme = 0;
        for (int j = 0; j < parts; j++) {
            scales[j] = search.fitScale(levels, j * length, (j + 1) * length);
            extreme = Math.abs(scales[j]) > Math.abs(extreme) ? scales[j] : extreme;
        }
        double best = Double.POSITIVE_INFINITY;
        for (double share : SHARES) {
            float trial = half(extreme / (share * factorMax));
            for (int turn = 0; turn < TURNS_PER_SHARE; turn++) {
                double error = chooseFactors(levels, parts, factorMax, trial);
                if (!(error < best)) {
                    break;
                }
                best = error;
                keep(trial, 0f);
                trial = half(refitScale(levels, length));
            }
        }
    }

    private double chooseFactors(Levels levels, int parts, int factorMax, float trial) {
        int length = LENGTH / parts;
        double sum = 0;
        for (int j = 0; j < parts; j++) {
            int from = j * length;
            int near = trial == 0 ? 0 : (int) Math.rint(scales[j] / trial);
            double least = Double.POSITIVE_INFINITY;
            for (int step = -2; step <= 2; step++) {
                int factor = Math.clamp(near + step, -factorMax, factorMax - 1);
                double error = search.error(levels, from, from + length, (double) trial * factor);
                if (error < least) {
                    least = error;
                    trialFactors[j] = factor;
                }
            }
            search.codes(levels, from, from + length, (double) trial * trialFactors[j], trialCodes);
            sum += least;
        }
        return sum;
    }

    private double refitScale(Levels levels, int length) {
        double products = 0;
        double squares = 0;
        for (int k = 0; k < LENGTH; k++) {
            double level = factors[k / length] * levels.value(codes[k]);
            products += search.weight(k) * search.value(k) * level;
            squares += search.weight(k) * level * level;
        }
        return squares > 0 ? products / squares : 0;
    }

    /** Parts with codes 0 to {@code codeMax}, and factors and factors of the minimum from 0 to {@code factorMax}. */
    void fitMins(int codeMax, int parts, int factorMax) {
        int length = LENGTH / parts;
        double scaleMax = 0;
        double minMax = 0;
        for (int j = 0; j < parts; j++) {
            search.fitMin(codeMax, false, j * length, (j + 1) * length);
            scales[j] = search.scale();
            mins[j] = search.min();
            scaleMax = Math.max(scaleMax, scales[j]);
            minMax = Math.max(minMax, mins[j]);
        }
        double best = Double.POSITIVE_INFINITY;
        float trial = half(scaleMax / factorMax);
        float trialMin = half(minMax / factorMax);
        for (int turn = 0; turn < TURNS; turn++) {
            double error = chooseBothFactors(codeMax, parts, factorMax, trial, trialMin);
            if (!(error < best)) {
                break;
            }
            best = error;
            keep(trial, trialMin);
            double[] both = refitBoth(length);
            trial = half(both[0]);
            trialMin = half(both[1]);
        }
    }

    private double chooseBothFactors(int codeMax, int parts, int factorMax, float trial, float trialMin) {
        int length = LENGTH / parts;
        double sum = 0;
        for (int j = 0; j < parts; j++) {
            int from = j * length;
            int near = trial == 0 ? 0 : (int) Math.rint(scales[j] / trial);
            int nearMin = trialMin == 0 ? 0 : (int) Math.rint(mins[j] / trialMin);
            double least = Double.POSITIVE_INFINITY;
            for (int step = 0; step < 9; step++) {
                int factor = Math.clamp(near + step % 3 - 1, 0, factorMax);
                int minFactor = Math.clamp(nearMin + step / 3 - 1, 0, factorMax);
                double error = search.error(
                        codeMax, from, from + length, (double) trial * factor, (double) trialMin * minFactor);
                if (error < least) {
                    least = error;
                    trialFactors[j] = factor;
                    trialMinFactors[j] = minFactor;
                }
            }
            search.codes(
                    codeMax, from, from + length, (double) trial * trialFactors[j],
                    (double) trialMin * trialMinFactors[j], trialCodes);
            sum += least;
        }
        return sum;
    }

    /** Scale and minimum of the block by least squares for the codes and factors kept. */
    private double[] refitBoth(int length) {
        double qq = 0;
        double qm = 0;
        double mm = 0;
        double xq = 0;
        double xm = 0;
        for (int k = 0; k < LENGTH; k++) {
            double q = (double) factors[k / length] * codes[k];
            double m = minFactors[k / length];
            double weight = search.weight(k);
            qq += weight * q * q;
            qm += weight * q * m;
            mm += weight * m * m;
            xq += weight * search.value(k) * q;
            xm += weight * search.value(k) * m;
        }
        double determinant = qq * mm - qm * qm;
        if (!(determinant > 0)) {
            return new double[] {qq > 0 ? xq / qq : 0, 0};
        }
        return new double[] {(mm * xq - qm * xm) / determinant, (qm * xq - qq * xm) / determinant};
    }

    private void keep(float trial, float trialMin) {
        scale = trial;
        min = trialMin;
        System.arraycopy(trialFactors, 0, factors, 0, factors.length);
        System.arraycopy(trialMinFactors, 0, minFactors, 0, minFactors.length);
        System.arraycopy(trialCodes, 0, codes, 0, LENGTH);
    }
}
