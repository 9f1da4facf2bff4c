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
    private final SignatureLog signatures;
    private final byte[] absent;

    /** @param deduplicator null where a selector decides, by the samples themselves */
    Spill(Path directory, int stage, ClusterDeduplicator deduplicator, Map<String, Long> lengths) {
        lines = new AppendFile(linesPath(directory, stage),
                lengths.getOrDefault(linesPath(directory, stage).getFileName().toString(), 0L));
        if (deduplicator == null) {
            signatures = null;
            absent = null;
        } else {
            signatures = new SignatureLog(directory, name(stage), lengths);
            absent = new byte[deduplicator.signatureBytes()];
        }
    }

    static Path linesPath(Path directory, int stage) {
        return directory.resolve(name(stage) + ".jsonl");
    }

    /** What the names of all files between this stage and the next begin with. */
    static String name(int stage) {
        return "stage-" + stage;
    }

    void append(Passed.Ready ready) {
        if (signatures != null) {
            signatures.append(signatures.appendId(ready.sampleId()), ready.signature() != null,
                    ready.signature() == null ? absent : ready.signature());
        }
        lines.append(ready.line(), ready.line().length);
    }

    /**
     * What is to be written of a sample; may be called by several threads.
     *
     * @param deduplicator null where another kind of operator decides
     * @return null where the deduplicator does not admit the sample
     */
    static Passed.Ready ready(Draft draft, ClusterDeduplicator deduplicator) {
        byte[] signature = null;
        if (deduplicator != null) {
            signature = new byte[deduplicator.signatureBytes()];
            switch (deduplicator.sign(draft.view(deduplicator.textKey()), signature, 0)) {
                case COMPARE -> { }
                case KEEP -> signature = null;
                case DROP -> {
                    return null;
                }
            }
        }
        return new Passed.Ready(line(draft), draft.sample().id(), signature, draft.sample().documentId(), null, null,
                null);
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
            signatures.lengths(into);
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
