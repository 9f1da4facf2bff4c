package quern.curation.report;

import java.util.ArrayList;
import java.util.List;
import quern.curation.Interval;

/**
 * The bars of a histogram as it is shown.
 *
 * @param logarithmic whether edges stand in equal ratios rather than at equal distances
 * @param edges one more than bars, ascending
 */
record Axis(boolean logarithmic, List<Double> edges) {

    private static final int BARS = 48;
    /** Counts that spread further than this are shown on a logarithmic axis. */
    private static final double LOGARITHMIC_FROM = 20;
    private static final double SPREAD = 8;

    static Axis of(Measured measured, double median, Interval keep) {
        double low = measured.min();
        double high = measured.max();
        boolean logarithmic = low >= 0 && high > LOGARITHMIC_FROM && high > SPREAD * median;
        if (keep != null) {
            double span = Math.max(high - low, 1e-9);
            low = within(keep.min(), low, high, span) ? Math.min(low, keep.min()) : low;
            high = within(keep.max(), low, high, span) ? Math.max(high, keep.max()) : high;
        }
        boolean whole = measured.isWhole();
        if (logarithmic) {
            return new Axis(true, ratios(low, whole ? high + 1 : high, whole));
        }
        return new Axis(false, whole ? wholeSteps(low, high) : steps(low, high));
    }

    /** A bound far from all that was measured would leave no room for it. */
    private static boolean within(double bound, double low, double high, double span) {
        return Measured.bounded(bound) && bound >= low - span && bound <= high + span;
    }

    private static List<Double> steps(double low, double high) {
        double top = high > low ? high : low + Math.max(1e-9, Math.abs(low) * 1e-3);
        List<Double> edges = new ArrayList<>();
        for (int i = 0; i < BARS; i++) {
            edges.add(low + (top - low) * i / BARS);
        }
        edges.add(top);
        return edges;
    }

    private static List<Double> wholeSteps(double low, double high) {
        double from = Math.floor(low);
        double width = Math.max(1, Math.ceil((high + 1 - from) / BARS));
        List<Double> edges = new ArrayList<>();
        double edge = from;
        for (; edge < high + 1; edge += width) {
            edges.add(edge);
        }
        edges.add(edge);
        return edges;
    }

    private static List<Double> ratios(double low, double high, boolean whole) {
        double first = Math.max(low, whole ? 1 : high * 1e-6);
        List<Double> edges = new ArrayList<>();
        if (low < first) {
            edges.add(low);
        }
        for (int i = 0; i <= BARS; i++) {
            double edge = first * Math.pow(high / first, (double) i / BARS);
            edge = whole ? Math.rint(edge) : edge;
            if (edges.isEmpty() || edge > edges.getLast()) {
                edges.add(edge);
            }
        }
        return edges;
    }

    /** How many numbers lie in each bar; together all of them. */
    long[] bars(Curve curve) {
        long[] bars = new long[edges.size() - 1];
        long before = 0;
        for (int i = 0; i < bars.length; i++) {
            long below = i == bars.length - 1 ? curve.count() : Math.round(curve.below(edges.get(i + 1)));
            bars[i] = below - before;
            before = below;
        }
        return bars;
    }
}
