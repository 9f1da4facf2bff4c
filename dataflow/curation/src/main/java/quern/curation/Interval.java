package quern.curation;

/**
 * The values a filter keeps: {@code min <= value <= max}, each bound strict where it is not closed; reversed, all
 * others.
 *
 * <p>Data-Juicer 1.4.3 flips the two closed flags when it reverses, so with closed bounds the end points are kept in
 * both modes; {@link #reversedAsDataJuicer} is that.
 */
public record Interval(double min, double max, boolean minClosed, boolean maxClosed, boolean reversed) {

    /** Closed at both ends, not reversed. */
    public static Interval closed(double min, double max) {
        return new Interval(min, max, true, true, false);
    }

    /** Reversed as Data-Juicer 1.4.3 does it. */
    public static Interval reversedAsDataJuicer(double min, double max, boolean minClosed, boolean maxClosed) {
        return new Interval(min, max, !minClosed, !maxClosed, true);
    }

    public boolean contains(double value) {
        boolean above = minClosed ? value >= min : value > min;
        boolean below = maxClosed ? value <= max : value < max;
        return (above && below) != reversed;
    }

    /** Keep, or drop with the reason {@code <stat> too low}, {@code too high} or {@code in the excluded range}. */
    public Verdict judge(String stat, double value) {
        if (contains(value)) {
            return Verdict.keep();
        }
        String side = reversed ? " in the excluded range" : value > min ? " too high" : " too low";
        double bound = (reversed ? Math.abs(value - max) < Math.abs(value - min) : value > min) ? max : min;
        return new Verdict.Drop(stat + side, value, bound);
    }
}
