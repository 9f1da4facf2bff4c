package quern.curation.report;

import java.util.Arrays;
import quern.curation.Interval;

/**
 * How many of a histogram's numbers lie below any number. Within a bin they are taken as spread evenly over the part
 * of it that they can lie in.
 */
final class Curve {

    private double[] from = new double[64];
    private double[] to = new double[64];
    private long[] below = new long[65];
    private int bins;

    /**
     * @param min no number is smaller
     * @param max no number is larger
     * @param keep null, or what decided that these numbers are kept or dropped
     */
    static Curve of(Histogram histogram, double min, double max, Interval keep, boolean kept) {
        Curve curve = new Curve();
        histogram.read((bin, count) -> {
            double from = Math.max(min, Histogram.from(bin));
            double to = Math.max(from, Math.min(max, Histogram.to(bin)));
            if (keep != null) {
                boolean within = kept != keep.reversed();
                if (from < keep.min() && keep.min() < to) {
                    from = within ? keep.min() : from;
                    to = within ? to : keep.min();
                }
                if (from < keep.max() && keep.max() < to) {
                    from = within ? from : keep.max();
                    to = within ? keep.max() : to;
                }
            }
            curve.add(from, to, count);
        });
        return curve;
    }

    private void add(double low, double high, long count) {
        if (bins == from.length) {
            from = Arrays.copyOf(from, bins * 2);
            to = Arrays.copyOf(to, bins * 2);
            below = Arrays.copyOf(below, bins * 2 + 1);
        }
        from[bins] = low;
        to[bins] = high;
        below[bins + 1] = below[bins] + count;
        bins++;
    }

    long count() {
        return below[bins];
    }

    /** How many are smaller. */
    double below(double value) {
        int low = 0;
        int high = bins;
        while (low < high) {
            int middle = low + high >>> 1;
            if (from[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return 0;
        }
        int bin = low - 1;
        double share = value >= to[bin] ? 1 : (value - from[bin]) / (to[bin] - from[bin]);
        return below[bin] + share * (below[bin + 1] - below[bin]);
    }
}
