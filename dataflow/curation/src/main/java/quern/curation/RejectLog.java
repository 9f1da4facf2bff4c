package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Every sample that was dropped or whose text was changed, one JSON line each: which, of what document, by which
 * operator, why, the measured value and the threshold it missed.
 */
public final class RejectLog {

    /** Its name in a run's directory. */
    public static final String FILE = "rejected.jsonl";

    /**
     * @param sampleId document and place, as {@link quern.ingest.Sample#id()}
     * @param operator that dropped it: recipe key, with {@code #2} for the second use; {@code reader} before the first
     *     operator; empty where the sample was kept and only its text changed
     * @param stat the measured value; {@code NaN} where none was measured
     * @param threshold the bound the value is beyond; {@code NaN} where there is none
     * @param standsFor id of the sample it is a duplicate of; empty where it is none
     * @param changedBy operators that had changed its text, in order
     */
    public record Entry(String sampleId, String documentId, String operator, String reason, double stat,
            double threshold, String standsFor, List<String> changedBy) {

        /** A sample that an operator dropped without measuring anything. */
        static Entry dropped(String sampleId, String documentId, String operator, String reason) {
            return new Entry(sampleId, documentId, operator, reason, Double.NaN, Double.NaN, "", List.of());
        }

        public boolean isDrop() {
            return !operator.isEmpty();
        }
    }

    private final AppendFile file;

    RejectLog(AppendFile file) {
        this.file = file;
    }

    void append(Entry entry) {
        byte[] line = line(entry);
        file.append(line, line.length);
    }

    /** An entry as it stands in the log. */
    public static byte[] line(Entry entry) {
        ObjectNode line = Json.object();
        line.put("sample", entry.sampleId()).put("document", entry.documentId());
        line.put("action", entry.isDrop() ? "dropped" : "changed");
        if (entry.isDrop()) {
            line.put("operator", entry.operator()).put("reason", entry.reason());
        }
        put(line, "value", entry.stat());
        put(line, "threshold", entry.threshold());
        if (!entry.standsFor().isEmpty()) {
            line.put("duplicate_of", entry.standsFor());
        }
        if (!entry.changedBy().isEmpty()) {
            entry.changedBy().forEach(line.putArray("changed_by")::add);
        }
        return Json.line(line);
    }

    private static void put(ObjectNode line, String name, double value) {
        if (!Double.isNaN(value)) {
            line.put(name, value);
        }
    }

    /** Reads a log in order, one entry at a time. */
    public static void read(Path directory, Consumer<Entry> reader) {
        Path path = directory.resolve(FILE);
        if (!Files.exists(path)) {
            return;
        }
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode node = Json.MAPPER.readTree(line);
                List<String> changedBy = new ArrayList<>();
                node.path("changed_by").forEach(name -> changedBy.add(name.asText()));
                reader.accept(new Entry(node.path("sample").asText(), node.path("document").asText(),
                        node.path("operator").asText(), node.path("reason").asText(),
                        node.path("value").asDouble(Double.NaN), node.path("threshold").asDouble(Double.NaN),
                        node.path("duplicate_of").asText(), List.copyOf(changedBy)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
