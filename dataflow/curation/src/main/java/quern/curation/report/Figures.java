package quern.curation.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Map;
import quern.curation.Interval;

/** What was measured, as {@code report.json} has it: few numbers, ready to be drawn. */
public final class Figures {

    /** Percentiles a report tells. */
    private static final double[] QUANTILES = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
    private static final int LANGUAGES_MAX = 40;

    private Figures() {}

    /**
     * What a filter measured: bounds, extremes, percentiles, bars, and the examples around each bound.
     *
     * @param keep what the filter keeps; null where it has no threshold
     */
    public static ObjectNode of(String stat, Measured measured, Interval keep) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("stat", stat);
        if (keep != null) {
            ObjectNode bounds = node.putObject("keep");
            if (Measured.bounded(keep.min()) && !isBeneathAll(measured, keep)) {
                bounds.put("min", keep.min()).put("min_closed", keep.minClosed());
            }
            if (Measured.bounded(keep.max())) {
                bounds.put("max", keep.max()).put("max_closed", keep.maxClosed());
            }
            bounds.put("reversed", keep.reversed());
        }
        node.put("measured", measured.count()).put("kept", measured.kept.count())
                .put("dropped", measured.dropped.count());
        if (measured.count() == 0) {
            return node;
        }
        node.put("min", measured.min()).put("max", measured.max()).put("mean", measured.mean());
        if (measured.count() > 1) {
            node.put("deviation", measured.deviation());
        }
        Curve kept = Curve.of(measured.kept, measured.min(), measured.max(), keep, true);
        Curve dropped = Curve.of(measured.dropped, measured.min(), measured.max(), keep, false);
        ObjectNode quantiles = node.putObject("percentiles");
        for (double share : QUANTILES) {
            quantiles.put(String.valueOf((int) Math.rint(share * 100)), quantile(measured, kept, dropped, share));
        }
        Axis axis = Axis.of(measured, quantile(measured, kept, dropped, 0.5), keep);
        ObjectNode histogram = node.putObject("histogram").put("scale", axis.logarithmic() ? "log" : "linear");
        axis.edges().forEach(histogram.putArray("edges")::add);
        write(axis.bars(kept), histogram.putArray("kept"));
        write(axis.bars(dropped), histogram.putArray("dropped"));
        if (keep != null) {
            examples(measured, keep, node.putArray("examples"));
        }
        return node;
    }

    /** The number below which a share of all lies, as exact as the histogram's bins. */
    private static double quantile(Measured measured, Curve kept, Curve dropped, double share) {
        double target = share * measured.count();
        double low = measured.min();
        double high = measured.max();
        for (int i = 0; i < 100 && low < high; i++) {
            double middle = low + (high - low) / 2;
            if (kept.below(middle) + dropped.below(middle) < target) {
                low = middle;
            } else {
                high = middle;
            }
        }
        // Half of half of half ends beside zero.
        double found = Math.abs(high) < 1e-12 * (measured.max() - measured.min()) ? 0 : high;
        return measured.isWhole() ? Math.floor(found) : found;
    }

    /** A least ratio of zero, as recipes have it by default, is no threshold. */
    private static boolean isBeneathAll(Measured measured, Interval keep) {
        return keep.min() == 0 && !keep.reversed() && (measured.count() == 0 || measured.min() >= 0)
                && (keep.minClosed() || measured.min() > 0);
    }

    private static void write(long[] bars, ArrayNode target) {
        for (long bar : bars) {
            target.add(bar);
        }
    }

    private static void examples(Measured measured, Interval keep, ArrayNode target) {
        for (boolean upper : new boolean[] {false, true}) {
            if (!upper && isBeneathAll(measured, keep)) {
                continue;
            }
            for (boolean kept : new boolean[] {false, true}) {
                for (Example example : measured.examples(Measured.side(upper, kept))) {
                    ObjectNode one = target.addObject().put("threshold", upper ? keep.max() : keep.min())
                            .put("kept", kept);
                    example.write(one);
                }
            }
        }
    }

    /** Lengths and languages of a run's samples. */
    public static void add(Survey survey, ObjectNode target) {
        ObjectNode lengths = target.putObject("lengths");
        lengths.set("read", of("code points", survey.readLengths(), null));
        lengths.set("kept", of("code points", survey.keptLengths(), null));
        Tally tally = survey.languages();
        ArrayNode languages = target.putArray("languages");
        long keptOthers = tally.others().kept();
        long droppedOthers = tally.others().dropped();
        Comparator<Map.Entry<String, Tally.Row>> largest =
                Comparator.comparingLong(entry -> -entry.getValue().kept() - entry.getValue().dropped());
        for (Map.Entry<String, Tally.Row> entry : tally.rows().entrySet().stream().sorted(largest).toList()) {
            if (languages.size() < LANGUAGES_MAX) {
                languages.addObject().put("language", entry.getKey()).put("kept", entry.getValue().kept())
                        .put("dropped", entry.getValue().dropped());
            } else {
                keptOthers += entry.getValue().kept();
                droppedOthers += entry.getValue().dropped();
            }
        }
        if (keptOthers + droppedOthers > 0) {
            languages.addObject().put("language", "others").put("kept", keptOthers).put("dropped", droppedOthers);
        }
    }
}
