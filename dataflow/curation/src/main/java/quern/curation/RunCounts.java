package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quern.curation.report.Measured;
import quern.curation.report.Survey;

/** What a run has counted so far; part of its checkpoint. {@code in + made = kept + dropped + under way}. */
final class RunCounts {

    /** One operator: samples seen, samples beyond one made of one, errors, time. */
    static final class PerOperator {
        long in;
        long made;
        long errors;
        long nanos;
        final Map<String, Long> dropped = new TreeMap<>();
        final Map<String, Long> noted = new TreeMap<>();
        /** What it measured; null where it measures nothing. */
        Measured measured;
        /** The same of a batch; null in the counts of a run. */
        Measured.Part measuring;
    }

    long in;
    long kept;
    /** Of the kept ones, those whose text was changed. */
    long changed;
    /** Of the texts read, in UTF-8. */
    long bytes;
    final Map<String, PerOperator> operators = new LinkedHashMap<>();
    final List<Long> partSamples = new ArrayList<>();
    /** Time spent so far, in nanoseconds. */
    long elapsed;
    /** Lengths and languages; null before any were taken. */
    Survey survey;
    /** The same of a batch; null in the counts of a run. */
    Survey.Part surveying;

    /** Adds what was counted of some samples more. */
    void add(RunCounts more) {
        in += more.in;
        kept += more.kept;
        changed += more.changed;
        bytes += more.bytes;
        if (more.surveying != null) {
            survey = survey == null ? new Survey() : survey;
            survey.add(more.surveying);
        }
        more.operators.forEach((label, counts) -> {
            PerOperator one = of(label);
            one.in += counts.in;
            one.made += counts.made;
            one.errors += counts.errors;
            one.nanos += counts.nanos;
            counts.dropped.forEach((reason, count) -> one.dropped.merge(reason, count, Long::sum));
            counts.noted.forEach((note, count) -> one.noted.merge(note, count, Long::sum));
            if (counts.measuring != null) {
                one.measured = one.measured == null ? new Measured() : one.measured;
                one.measured.add(counts.measuring);
            }
        });
    }

    /** Of a batch. */
    Survey.Part surveying() {
        surveying = surveying == null ? new Survey.Part() : surveying;
        return surveying;
    }

    PerOperator of(String label) {
        return operators.computeIfAbsent(label, _ -> new PerOperator());
    }

    void drop(String label, String reason) {
        of(label).dropped.merge(reason, 1L, Long::sum);
    }

    long made() {
        return operators.values().stream().mapToLong(o -> o.made).sum();
    }

    long errors() {
        return operators.values().stream().mapToLong(o -> o.errors).sum();
    }

    long dropped() {
        return operators.values().stream().flatMap(o -> o.dropped.values().stream()).mapToLong(Long::longValue).sum();
    }

    /** Operator, then reason, then samples. */
    Map<String, Map<String, Long>> droppedByReason() {
        Map<String, Map<String, Long>> all = new LinkedHashMap<>();
        operators.forEach((label, counts) -> {
            if (!counts.dropped.isEmpty()) {
                all.put(label, new TreeMap<>(counts.dropped));
            }
        });
        return all;
    }

    void write(ObjectNode target) {
        target.put("in", in).put("kept", kept).put("changed", changed).put("bytes", bytes);
        target.put("elapsed", elapsed);
        if (survey != null) {
            survey.write(target.putObject("survey"));
        }
        partSamples.forEach(target.putArray("part_samples")::add);
        ObjectNode all = target.putObject("operators");
        operators.forEach((label, counts) -> {
            ObjectNode one = all.putObject(label);
            one.put("in", counts.in).put("made", counts.made).put("errors", counts.errors).put("nanos", counts.nanos);
            ObjectNode dropped = one.putObject("dropped");
            counts.dropped.forEach(dropped::put);
            ObjectNode noted = one.putObject("noted");
            counts.noted.forEach(noted::put);
            if (counts.measured != null) {
                counts.measured.write(one.putObject("measured"));
            }
        });
    }

    /** As far as a report tells them. */
    static RunCounts of(RunReport report) {
        RunCounts counts = new RunCounts();
        counts.in = report.in();
        counts.kept = report.kept();
        counts.bytes = report.bytes();
        counts.elapsed = Math.round(report.seconds() * 1e9);
        for (RunReport.Line line : report.operators()) {
            PerOperator one = counts.of(line.operator());
            one.in = line.in();
            one.made = line.made();
            one.errors = line.errors();
            one.nanos = line.nanos();
            one.dropped.putAll(line.dropped());
            one.noted.putAll(line.noted());
        }
        return counts;
    }

    static RunCounts read(JsonNode node) {
        RunCounts counts = new RunCounts();
        counts.in = node.path("in").asLong();
        counts.kept = node.path("kept").asLong();
        counts.changed = node.path("changed").asLong();
        counts.bytes = node.path("bytes").asLong();
        counts.elapsed = node.path("elapsed").asLong();
        counts.survey = node.has("survey") ? Survey.of(node.path("survey")) : null;
        node.path("part_samples").forEach(n -> counts.partSamples.add(n.asLong()));
        node.path("operators").properties().forEach(entry -> {
            PerOperator one = counts.of(entry.getKey());
            one.in = entry.getValue().path("in").asLong();
            one.made = entry.getValue().path("made").asLong();
            one.errors = entry.getValue().path("errors").asLong();
            one.nanos = entry.getValue().path("nanos").asLong();
            one.measured = entry.getValue().has("measured") ? Measured.read(entry.getValue().path("measured")) : null;
            entry.getValue().path("noted").properties().forEach(n -> one.noted.put(n.getKey(), n.getValue().asLong()));
            entry.getValue().path("dropped").properties()
                    .forEach(d -> one.dropped.put(d.getKey(), d.getValue().asLong()));
        });
        return counts;
    }
}
