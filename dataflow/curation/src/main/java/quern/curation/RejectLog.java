package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Every dropped sample, one JSON line each: which, of what document, by which operator, why, and the measured value.
 */
public final class RejectLog {

    /** Its name in a run's directory. */
    public static final String FILE = "rejects.jsonl";

    /**
     * @param sampleId document and place, as {@link quern.ingest.Sample#id()}
     * @param operator recipe key, with {@code #2} for the second use; {@code reader} before the first operator
     * @param stat the measured value; {@code NaN} where none was measured
     */
    public record Entry(String sampleId, String documentId, String operator, String reason, double stat) {}

    private final AppendFile file;

    RejectLog(AppendFile file) {
        this.file = file;
    }

    void append(Entry entry) {
        ObjectNode line = Json.object();
        line.put("sample", entry.sampleId()).put("document", entry.documentId());
        line.put("operator", entry.operator()).put("reason", entry.reason());
        if (!Double.isNaN(entry.stat())) {
            line.put("stat", entry.stat());
        }
        byte[] bytes = Json.bytes(line);
        file.append(bytes, bytes.length);
        file.append(new byte[] {'\n'}, 1);
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
                reader.accept(new Entry(node.path("sample").asText(), node.path("document").asText(),
                        node.path("operator").asText(), node.path("reason").asText(),
                        node.path("stat").asDouble(Double.NaN)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
