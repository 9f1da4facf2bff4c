package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import quern.ingest.Sample;

/**
 * Samples between two stages, on disk: one JSON line each, and beside it the signature of fixed size for the
 * deduplicator that decides over them.
 */
final class Spill implements AutoCloseable {

    private final AppendFile lines;
    private final AppendFile signatures;
    private final Deduplicator deduplicator;
    private final byte[] signature;

    /** @param deduplicator null where a selector decides, by the samples themselves */
    Spill(Path directory, int stage, Deduplicator deduplicator, Map<String, Long> lengths) {
        this.deduplicator = deduplicator;
        lines = new AppendFile(linesPath(directory, stage),
                lengths.getOrDefault(linesPath(directory, stage).getFileName().toString(), 0L));
        if (deduplicator == null) {
            signatures = null;
            signature = new byte[0];
        } else {
            Path path = signaturesPath(directory, stage);
            signatures = new AppendFile(path, lengths.getOrDefault(path.getFileName().toString(), 0L));
            signature = new byte[1 + deduplicator.signatureBytes()];
        }
    }

    static Path linesPath(Path directory, int stage) {
        return directory.resolve("stage-" + stage + ".jsonl");
    }

    static Path signaturesPath(Path directory, int stage) {
        return directory.resolve("stage-" + stage + ".sig");
    }

    /** @return false where the deduplicator does not admit the sample and it is not written */
    boolean append(Draft draft) {
        if (deduplicator != null) {
            Deduplicator.Admission admission = deduplicator.admit(draft.view(deduplicator.textKey()));
            if (admission == Deduplicator.Admission.DROP) {
                return false;
            }
            java.util.Arrays.fill(signature, (byte) 0);
            if (admission == Deduplicator.Admission.COMPARE) {
                signature[0] = 1;
                deduplicator.sign(draft.view(deduplicator.textKey()), signature, 1);
            }
            signatures.append(signature, signature.length);
        }
        byte[] line = line(draft);
        lines.append(line, line.length);
        return true;
    }

    void force() {
        lines.force();
        if (signatures != null) {
            signatures.force();
        }
    }

    void lengths(Map<String, Long> into) {
        into.put(lines.path().getFileName().toString(), lines.length());
        if (signatures != null) {
            into.put(signatures.path().getFileName().toString(), signatures.length());
        }
    }

    @Override
    public void close() {
        lines.close();
        if (signatures != null) {
            signatures.close();
        }
    }

    private static byte[] line(Draft draft) {
        Sample sample = draft.sample();
        ObjectNode node = Json.object();
        node.put("document", sample.documentId()).put("from", sample.from()).put("to", sample.to())
                .put("page", sample.page());
        node.put("verbatim", draft.isVerbatim());
        if (draft.changedSource() != null) {
            node.put("source", draft.changedSource());
        }
        node.set("fields", sample.fields());
        byte[] json = Json.bytes(node);
        byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    static Draft draft(JsonNode line) {
        Sample sample = new Sample((ObjectNode) line.path("fields"), line.path("document").asText(),
                line.path("from").asLong(), line.path("to").asLong(), line.path("page").asInt());
        String source = line.path("source").textValue();
        return new Draft(sample, source != null || line.path("verbatim").asBoolean(), source);
    }
}
