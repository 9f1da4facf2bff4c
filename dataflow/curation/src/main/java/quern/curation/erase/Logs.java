package quern.curation.erase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeSet;
import quern.curation.DuplicateLog;
import quern.curation.Json;
import quern.curation.RejectLog;

/** The logs of a dataset's dropped samples, without erased documents. */
final class Logs {

    private static final String STANDS_FOR = "duplicate_of";

    private final Path dataset;
    private final Erasure erasure;
    private final Reentry again;
    private final Pace pace;
    /** Documents of the erasure of which something was dropped or changed. */
    final TreeSet<String> erased = new TreeSet<>();
    /** Of erased documents, less than zero. */
    final Drops drops = new Drops();
    long dropped;
    long changed;
    long duplicates;
    /** Samples of others that were duplicates of erased ones, and were not made anew. */
    long standing;
    /** Lines about duplicates that do not hold any more. */
    long redone;
    /** Samples made anew that were dropped in another way, and those kept whose text was changed. */
    long redropped;
    long rechanged;

    /** @param again what is made anew; null where nothing is */
    Logs(Path dataset, Erasure erasure, Reentry again, Pace pace) {
        this.again = again;
        this.dataset = dataset;
        this.erasure = erasure;
        this.pace = pace;
    }

    /** Takes the lines that stay. */
    @FunctionalInterface
    interface Sink {
        void append(byte[] line) throws IOException;
    }

    /** Counts what goes; of a sample that stays nothing says any more that it is a duplicate of one that goes. */
    void readRejects(Sink sink) throws IOException {
        try (Lines lines = new Lines(dataset.resolve(RejectLog.FILE))) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                pace.line();
                JsonNode node = Json.MAPPER.readTree(line);
                boolean isDrop = node.path("action").asText().equals("dropped");
                if (erasure.isOf(node.path("document").asText()) || isOfThem(node, "sample")) {
                    erased.add(node.path("document").asText());
                    dropped += isDrop ? 1 : 0;
                    changed += isDrop ? 0 : 1;
                    if (isDrop) {
                        drops.add(node.path("operator").asText(), node.path("reason").asText(), -1);
                    }
                } else if (isDrop && again != null && again.redoes(node)) {
                    if (again.rejects.take(line)) {
                        sink.append(line);
                    } else {
                        redone++;
                        drops.add(node.path("operator").asText(), node.path("reason").asText(), -1);
                    }
                } else if (isOfThem(node, STANDS_FOR)) {
                    standing++;
                    ((ObjectNode) node).remove(STANDS_FOR);
                    sink.append(Json.line(node));
                } else {
                    if (again != null) {
                        again.rejects.take(line);
                    }
                    sink.append(line);
                }
            }
        }
    }

    /** The lines of samples that were made anew and did not go as before. */
    void appendRejects(Sink sink) throws IOException {
        again.newRejects(line -> {
            JsonNode node = Json.MAPPER.readTree(line);
            if (node.path("action").asText().equals("dropped")) {
                redropped++;
                drops.add(node.path("operator").asText(), node.path("reason").asText(), 1);
            } else {
                rechanged++;
            }
            sink.append(line);
        });
    }

    void readDuplicates(Sink sink) throws IOException {
        try (Lines lines = new Lines(dataset.resolve(DuplicateLog.FILE))) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                pace.line();
                JsonNode node = Json.MAPPER.readTree(line);
                if (isOfThem(node, "sample")) {
                    duplicates++;
                } else if (again != null && again.redoes(node) ? again.duplicates.take(line)
                        : !isOfThem(node, STANDS_FOR)) {
                    sink.append(line);
                }
            }
        }
    }

    private boolean isOfThem(JsonNode node, String field) {
        return erasure.isOfSample(node.path(field).asText());
    }
}
