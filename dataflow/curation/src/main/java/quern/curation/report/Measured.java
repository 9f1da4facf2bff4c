package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quern.curation.Draft;
import quern.curation.Interval;
import quern.ingest.Sample;

/**
 * What one filter measured of all samples: how the numbers of the kept and of the dropped ones are distributed, and
 * the samples nearest to each threshold on both sides. Parts are made by threads of their own and taken in the order
 * of the samples, so the result does not depend on how samples were cut into batches. Bounded in size.
 */
public final class Measured {

    private static final int SIDES = 4;

    /** A sample that may become an example: its text is cut only when it does. */
    private record Seen(Sample sample, String text, List<String> documents) {

        Example example(double value) {
            return new Example(sample.id(), sample.documentId(), value, Example.excerpt(text), Example.isCut(text),
                    documents.size() > 1 ? documents.stream().distinct().toList() : List.of());
        }
    }

    /** What was measured of the samples of one batch. */
    public static final class Part {

        private static final int FIRST = 32;

        private final Interval keep;
        private double[] values = new double[FIRST];
        private boolean[] passed = new boolean[FIRST];
        private int count;
        private final List<Nearest<Seen>> nearest = sides();

        /** @param keep null where there is no threshold, and so no examples */
        public Part(Interval keep) {
            this.keep = keep;
        }

        /** @param value NaN where nothing was measured: not counted */
        public void add(double value, boolean kept) {
            if (!Double.isFinite(value)) {
                return;
            }
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
                passed = Arrays.copyOf(passed, count * 2);
            }
            values[count] = value;
            passed[count++] = kept;
        }

        /** The same, and the sample may be quoted. */
        public void add(double value, boolean kept, Draft draft, String textKey) {
            add(value, kept);
            if (keep == null || !Double.isFinite(value)) {
                return;
            }
            boolean inside = value > keep.min() && value < keep.max();
            boolean low = Math.abs(value - keep.min()) <= Math.abs(value - keep.max());
            if (bounded(keep.min()) && (inside || low)) {
                offer(side(false, kept), Math.abs(value - keep.min()), value, draft, textKey);
            }
            if (bounded(keep.max()) && (inside || !low)) {
                offer(side(true, kept), Math.abs(value - keep.max()), value, draft, textKey);
            }
        }

        private void offer(int side, double distance, double value, Draft draft, String textKey) {
            if (nearest.get(side).takes(distance)) {
                nearest.get(side).offer(new Nearest.Entry<>(distance, value,
                        new Seen(draft.sample(), draft.text(textKey), draft.documents())));
            }
        }
    }

    final Histogram kept;
    final Histogram dropped;
    private final List<Nearest<Example>> nearest = sides();
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double mean;
    private double squares;
    private boolean whole = true;

    public Measured() {
        this(new Histogram(), new Histogram());
    }

    private Measured(Histogram kept, Histogram dropped) {
        this.kept = kept;
        this.dropped = dropped;
    }

    /** Whether a bound bounds anything; Data-Juicer writes 2<sup>63</sup> - 1 for none. */
    static boolean bounded(double bound) {
        return Math.abs(bound) < 1e18;
    }

    static int side(boolean upper, boolean kept) {
        return (upper ? 2 : 0) + (kept ? 1 : 0);
    }

    /** Takes a part; parts must come in the order of their samples. */
    public void add(Part part) {
        for (int i = 0; i < part.count; i++) {
            double value = part.values[i];
            (part.passed[i] ? kept : dropped).add(value);
            min = Math.min(min, value);
            max = Math.max(max, value);
            double off = value - mean;
            mean += off / count();
            squares += off * (value - mean);
            whole = whole && value == Math.rint(value);
        }
        for (int side = 0; side < SIDES; side++) {
            for (Nearest.Entry<Seen> entry : part.nearest.get(side).entries()) {
                if (nearest.get(side).takes(entry.distance())) {
                    nearest.get(side).offer(new Nearest.Entry<>(entry.distance(), entry.value(),
                            entry.item().example(entry.value())));
                }
            }
        }
    }

    public long count() {
        return kept.count() + dropped.count();
    }

    double min() {
        return min;
    }

    double max() {
        return max;
    }

    double mean() {
        return mean;
    }

    /** Standard deviation of a sample of the population, as pandas has it; NaN below two values. */
    double deviation() {
        return count() < 2 ? Double.NaN : Math.sqrt(squares / (count() - 1));
    }

    /** Whether all values are whole numbers. */
    boolean isWhole() {
        return whole;
    }

    List<Example> examples(int side) {
        return nearest.get(side).entries().stream().map(Nearest.Entry::item).toList();
    }

    /** All of it, for a checkpoint. */
    public void write(ObjectNode target) {
        kept.write(target.putArray("kept"));
        dropped.write(target.putArray("dropped"));
        if (count() > 0) {
            target.put("min", min).put("max", max).put("mean", mean).put("squares", squares).put("whole", whole);
        }
        ArrayNode sides = target.putArray("nearest");
        for (Nearest<Example> side : nearest) {
            ArrayNode list = sides.addArray();
            for (Nearest.Entry<Example> entry : side.entries()) {
                ObjectNode one = list.addObject().put("distance", entry.distance());
                entry.item().write(one);
            }
        }
    }

    /** What {@link #write} wrote. */
    public static Measured read(JsonNode node) {
        Measured measured = new Measured(Histogram.read(node.path("kept")), Histogram.read(node.path("dropped")));
        if (measured.count() > 0) {
            measured.min = node.path("min").asDouble();
            measured.max = node.path("max").asDouble();
            measured.mean = node.path("mean").asDouble();
            measured.squares = node.path("squares").asDouble();
            measured.whole = node.path("whole").asBoolean();
        }
        for (int side = 0; side < SIDES; side++) {
            for (JsonNode one : node.path("nearest").path(side)) {
                Example example = Example.read(one);
                measured.nearest.get(side).offer(new Nearest.Entry<>(one.path("distance").asDouble(),
                        example.value(), example));
            }
        }
        return measured;
    }

    private static <T> List<Nearest<T>> sides() {
        List<Nearest<T>> sides = new ArrayList<>(SIDES);
        for (int side = 0; side < SIDES; side++) {
            sides.add(new Nearest<>());
        }
        return sides;
    }
}
