package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import quern.ingest.Sample;

/**
 * Samples between two stages, on disk: one JSON line each, and beside it the signature of fixed size for the
 * deduplicator that decides over them.
 */
final class Spill implements AutoCloseable {

    private final AppendFile lines;
    private final AppendFile signatures;

    /** @param deduplicator null where a selector decides, by the samples themselves */
    Spill(Path directory, int stage, Deduplicator deduplicator, Map<String, Long> lengths) {
        lines = new AppendFile(linesPath(directory, stage),
                lengths.getOrDefault(linesPath(directory, stage).getFileName().toString(), 0L));
        if (deduplicator == null) {
            signatures = null;
        } else {
            Path path = signaturesPath(directory, stage);
            signatures = new AppendFile(path, lengths.getOrDefault(path.getFileName().toString(), 0L));
        }
    }

    static Path linesPath(Path directory, int stage) {
        return directory.resolve("stage-" + stage + ".jsonl");
    }

    static Path signaturesPath(Path directory, int stage) {
        return directory.resolve("stage-" + stage + ".sig");
    }

    void append(Passed.Ready ready) {
        if (signatures != null) {
            signatures.append(ready.signature(), ready.signature().length);
        }
        lines.append(ready.line(), ready.line().length);
    }

    /**
     * What is to be written of a sample; may be called by several threads.
     *
     * @param deduplicator null where another kind of operator decides
     * @return null where the deduplicator does not admit the sample
     */
    static Passed.Ready ready(Draft draft, Deduplicator deduplicator) {
        byte[] signature = new byte[deduplicator == null ? 0 : 1 + deduplicator.signatureBytes()];
        if (deduplicator != null) {
            Deduplicator.Admission admission = deduplicator.admit(draft.view(deduplicator.textKey()));
            if (admission == Deduplicator.Admission.DROP) {
                return null;
            }
            if (admission == Deduplicator.Admission.COMPARE) {
                signature[0] = 1;
                deduplicator.sign(draft.view(deduplicator.textKey()), signature, 1);
            }
        }
        return new Passed.Ready(line(draft), signature, draft.sample().documentId(), null, null, null);
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
        if (!draft.changedBy().isEmpty()) {
            draft.changedBy().forEach(node.putArray("changed_by")::add);
        }
        if (draft.documents().size() > 1) {
            draft.documents().forEach(node.putArray("documents")::add);
        }
        node.set("fields", sample.fields());
        return Json.line(node);
    }

    static Draft draft(JsonNode line) {
        Sample sample = new Sample((ObjectNode) line.path("fields"), line.path("document").asText(),
                line.path("from").asLong(), line.path("to").asLong(), line.path("page").asInt());
        String source = line.path("source").textValue();
        Draft draft = new Draft(sample, source != null || line.path("verbatim").asBoolean(), source);
        List<String> changedBy = new ArrayList<>();
        line.path("changed_by").forEach(name -> changedBy.add(name.asText()));
        draft.inherit(changedBy);
        if (line.has("documents")) {
            List<String> documents = new ArrayList<>();
            line.path("documents").forEach(id -> documents.add(id.asText()));
            draft.setDocuments(documents);
        }
        return draft;
    }
}
