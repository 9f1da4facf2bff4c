package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Which sample stands for which: one JSON line for each dropped duplicate, in the order of the reject log, which has
 * the same facts among all others.
 */
public final class DuplicateLog implements AutoCloseable {

    /** Its name in a run's directory. */
    public static final String FILE = "duplicates.jsonl";

    /**
     * @param sampleId the dropped sample
     * @param standsFor id of the kept sample of its cluster, in this run or in an earlier dataset
     * @param operator that found it: recipe key, with {@code #2} for the second use
     */
    public record Entry(String sampleId, String standsFor, String operator) {}

    private final AppendFile file;

    DuplicateLog(Path directory, Map<String, Long> lengths) {
        file = new AppendFile(directory.resolve(FILE), lengths.getOrDefault(FILE, 0L));
    }

    /** Takes the entry if it is of a duplicate. */
    void append(RejectLog.Entry entry) {
        if (!entry.standsFor().isEmpty()) {
            byte[] bytes = line(new Entry(entry.sampleId(), entry.standsFor(), entry.operator()));
            file.append(bytes, bytes.length);
        }
    }

    /** An entry as it stands in the log. */
    public static byte[] line(Entry entry) {
        ObjectNode line = Json.object();
        line.put("sample", entry.sampleId()).put("duplicate_of", entry.standsFor());
        line.put("operator", entry.operator());
        return Json.line(line);
    }

    void force() {
        file.force();
    }

    void lengths(Map<String, Long> into) {
        into.put(FILE, file.length());
    }

    @Override
    public void close() {
        file.close();
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
                reader.accept(new Entry(node.path("sample").asText(), node.path("duplicate_of").asText(),
                        node.path("operator").asText()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
