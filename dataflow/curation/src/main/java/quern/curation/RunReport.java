package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a finished run did. {@code in + made = kept + dropped}, and {@link #addsUp()} says so.
 *
 * @param in samples and unreadable documents read
 * @param made samples that mappers made beyond the ones they were given
 * @param kept samples in the dataset
 * @param bytes of the texts read, in UTF-8
 * @param seconds of wall-clock time, without those between a kill and the next start
 * @param operators in recipe order; {@code reader} first where documents or samples were dropped before the first
 *     operator
 */
public record RunReport(long in, long made, long kept, long bytes, double seconds, List<Line> operators) {

    /** Its name in a run's directory. */
    public static final String FILE = "report.json";

    /** Name of the same as a page. */
    public static final String PAGE = "report.html";

    /**
     * @param in samples that reached the operator
     * @param made samples it made beyond those
     * @param dropped by reason
     * @param noted what operators noted without dropping a sample, for example facts not taken
     * @param errors of the dropped ones, those on which it failed
     * @param nanos time in the operator; counting shared by several is booked on the first that asks
     */
    public record Line(String operator, long in, long made, Map<String, Long> dropped,
            Map<String, Long> noted, long errors, long nanos) {

        public long droppedCount() {
            return dropped.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    public long dropped() {
        return operators.stream().mapToLong(Line::droppedCount).sum();
    }

    public boolean addsUp() {
        return in + made == kept + dropped();
    }

    static RunReport of(RunCounts counts) {
        List<Line> lines = new ArrayList<>();
        counts.operators.forEach((label, o) ->
                lines.add(new Line(label, o.in, o.made, Map.copyOf(o.dropped), Map.copyOf(o.noted),
                        o.errors, o.nanos)));
        return new RunReport(counts.in, counts.made(), counts.kept, counts.bytes,
                counts.elapsed / 1e9, List.copyOf(lines));
    }

    /** Reads the report of a finished run. */
    public static RunReport read(Path directory) {
        JsonNode node = Json.read(directory.resolve(FILE));
        List<Line> lines = new ArrayList<>();
        for (JsonNode line : node.path("operators")) {
            lines.add(new Line(line.path("operator").asText(), line.path("in").asLong(), line.path("made").asLong(),
                    counts(line.path("dropped")), counts(line.path("noted")), line.path("errors").asLong(),
                    line.path("nanos").asLong()));
        }
        return new RunReport(node.path("in").asLong(), node.path("made").asLong(), node.path("kept").asLong(),
                node.path("bytes").asLong(), node.path("seconds").asDouble(), lines);
    }

    /** Megabytes of text read in a second. */
    public double megabytesPerSecond() {
        return seconds > 0 ? bytes / 1e6 / seconds : 0;
    }

    /**
     * The report of a finished run as its file has it: this, and beside each operator what it measured; lengths,
     * languages and duplicates.
     */
    public static JsonNode figures(Path directory) {
        return Json.read(directory.resolve(FILE));
    }

    ObjectNode toJson() {
        ObjectNode node = Json.object();
        node.put("read", in).put("in", in).put("made", made).put("kept", kept).put("dropped_samples", dropped());
        ObjectNode all = node.putObject("dropped");
        for (Line line : operators) {
            if (!line.dropped().isEmpty()) {
                ObjectNode reasons = all.putObject(line.operator());
                new TreeMap<>(line.dropped()).forEach(reasons::put);
            }
        }
        node.put("bytes", bytes).put("seconds", seconds).put("megabytesPerSecond", megabytesPerSecond());
        for (Line line : operators) {
            ObjectNode one = node.withArray("operators").addObject();
            one.put("operator", line.operator()).put("in", line.in()).put("made", line.made());
            ObjectNode reasons = one.putObject("dropped");
            new TreeMap<>(line.dropped()).forEach(reasons::put);
            ObjectNode noted = one.putObject("noted");
            new TreeMap<>(line.noted()).forEach(noted::put);
            one.put("errors", line.errors()).put("nanos", line.nanos());
        }
        return node;
    }

    private static Map<String, Long> counts(JsonNode node) {
        Map<String, Long> counts = new TreeMap<>();
        node.properties().forEach(entry -> counts.put(entry.getKey(), entry.getValue().asLong()));
        return counts;
    }
}
