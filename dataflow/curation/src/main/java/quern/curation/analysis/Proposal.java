package quern.curation.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import quern.curation.Bound;

/**
 * Thresholds for one filter, from percentiles of what it measured, rounded outwards: to three digits, or to
 * whole numbers where only those were measured.
 *
 * @param label the operator, with {@code #2} for its second use
 * @param stat what it measures
 * @param count samples measured
 * @param min proposed least value
 * @param max proposed greatest value
 * @param low samples below the one
 * @param high samples above the other
 * @param droppedNow samples that the recipe's own thresholds drop
 */
public record Proposal(String label, String stat, long count, double min, double max, long low, long high,
        long droppedNow) {

    private static final int DIGITS = 3;

    /**
     * @param lowest share of samples that may be below, 0..1
     * @param highest share that may be above
     */
    static Proposal of(String label, Bound bound, NumberColumn column, double lowest, double highest) {
        double min = rounded(column.quantile(lowest), column.isWhole(), RoundingMode.FLOOR);
        double max = rounded(column.quantile(highest), column.isWhole(), RoundingMode.CEILING);
        return new Proposal(label, bound.stat(), column.count(), min, max, column.count(value -> value < min),
                column.count(value -> value > max), droppedNow(bound, column));
    }

    private static long droppedNow(Bound bound, NumberColumn column) {
        return column.count(value -> !bound.keep().contains(value));
    }

    private static double rounded(double value, boolean whole, RoundingMode mode) {
        if (value == Math.rint(value)) {
            return value;
        }
        if (whole || Math.abs(value) >= 1000) {
            return mode == RoundingMode.FLOOR ? Math.floor(value) : Math.ceil(value);
        }
        return new BigDecimal(value).round(new MathContext(DIGITS, mode)).doubleValue();
    }

    /** Share of the samples that would be dropped. */
    public double share() {
        return count == 0 ? 0 : (double) (low + high) / count;
    }
}
