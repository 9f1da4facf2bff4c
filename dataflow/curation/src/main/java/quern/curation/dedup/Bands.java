package quern.curation.dedup;

/**
 * How the values of a MinHash are grouped: two texts are candidates if all rows of one band agree.
 *
 * @param bands number of bands
 * @param rows values of a band
 */
public record Bands(int bands, int rows) {

    private static final int INTERVALS = 1000;

    /**
     * The grouping of at most {@code permutations} values with the smallest sum of false positives and false
     * negatives around a Jaccard threshold (Zhu et al., datasketch): half of each integral, bands in the outer loop,
     * strict improvement.
     */
    public static Bands optimal(double threshold, int permutations) {
        Bands best = new Bands(1, 1);
        double least = Double.MAX_VALUE;
        for (int bands = 1; bands <= permutations; bands++) {
            for (int rows = 1; rows <= permutations / bands; rows++) {
                Bands candidate = new Bands(bands, rows);
                double error = 0.5 * candidate.integral(0, threshold, false)
                        + 0.5 * candidate.integral(threshold, 1, true);
                if (error < least) {
                    least = error;
                    best = candidate;
                }
            }
        }
        return best;
    }

    /** Simpson's rule over the chance that two texts of similarity s become candidates, or do not. */
    private double integral(double from, double to, boolean missed) {
        double width = (to - from) / INTERVALS;
        double sum = missChance(from) + missChance(to);
        for (int i = 1; i < INTERVALS; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * missChance(from + i * width);
        }
        double miss = sum * width / 3;
        return missed ? miss : to - from - miss;
    }

    private double missChance(double similarity) {
        return power(1 - power(similarity, rows), bands);
    }

    private static double power(double base, int exponent) {
        double result = 1;
        for (double square = base; exponent > 0; exponent >>= 1, square *= square) {
            if ((exponent & 1) != 0) {
                result *= square;
            }
        }
        return result;
    }
}
