package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import quern.ingest.Sample;

/** Writes the kept samples to part files that become the shards, their stats, and the documents they come from. */
final class ShardWriter implements AutoCloseable {

    static final String STATS = RunManner.STATS;

    private static final String DOCUMENTS = "documents.txt";

    private final Path directory;
    private final long shardBytes;
    private final RunCounts counts;
    private final AppendFile documents;
    private final AppendFile stats;
    private AppendFile lineage;
    private AppendFile part;
    private String lastDocument;

    ShardWriter(Path directory, long shardBytes, RunCounts counts, Map<String, Long> lengths, String lastDocument) {
        this.directory = directory;
        this.shardBytes = shardBytes;
        this.counts = counts;
        this.lastDocument = lastDocument;
        documents = new AppendFile(documentsPath(directory), lengths.getOrDefault(DOCUMENTS, 0L));
        stats = new AppendFile(directory.resolve(STATS), lengths.getOrDefault(STATS, 0L));
        if (lengths.containsKey(RunManner.LINEAGE)) {
            lineage = new AppendFile(directory.resolve(RunManner.LINEAGE), lengths.get(RunManner.LINEAGE));
        }
        if (!counts.partSamples.isEmpty()) {
            Path path = partPath(directory, counts.partSamples.size() - 1);
            part = new AppendFile(path, lengths.getOrDefault(path.getFileName().toString(), 0L));
        }
    }

    static Path partPath(Path directory, int index) {
        return directory.resolve("part-%05d.jsonl".formatted(index));
    }

    static Path documentsPath(Path directory) {
        return directory.resolve(DOCUMENTS);
    }

    void append(Passed.Ready ready) {
        byte[] line = ready.line();
        if (part == null || part.length() > 0 && part.length() + line.length > shardBytes) {
            closePart();
            part = new AppendFile(partPath(directory, counts.partSamples.size()), 0);
            counts.partSamples.add(0L);
        }
        part.append(line, line.length);
        stats.append(ready.stats(), ready.stats().length);
        if (ready.lineage().length > 0) {
            lineage = lineage == null ? new AppendFile(directory.resolve(RunManner.LINEAGE), 0) : lineage;
            lineage.append(ready.lineage(), ready.lineage().length);
        }
        counts.partSamples.set(counts.partSamples.size() - 1, counts.partSamples.getLast() + 1);
        counts.kept++;
        String document = ready.documentId();
        if (!document.equals(lastDocument)) {
            byte[] id = (document + "\n").getBytes(StandardCharsets.UTF_8);
            documents.append(id, id.length);
            lastDocument = document;
        }
    }

    String lastDocument() {
        return lastDocument;
    }

    void force() {
        documents.force();
        stats.force();
        if (lineage != null) {
            lineage.force();
        }
        if (part != null) {
            part.force();
        }
    }

    void lengths(Map<String, Long> into) {
        into.put(DOCUMENTS, documents.length());
        into.put(STATS, stats.length());
        if (lineage != null) {
            into.put(RunManner.LINEAGE, lineage.length());
        }
        if (part != null) {
            into.put(part.path().getFileName().toString(), part.length());
        }
    }

    @Override
    public void close() {
        documents.close();
        stats.close();
        if (lineage != null) {
            lineage.close();
        }
        if (part != null) {
            part.close();
        }
    }

    private void closePart() {
        if (part != null) {
            part.force();
            part.close();
        }
    }

    /** What is to be written of a sample; may be called by several threads. */
    static Passed.Ready ready(Draft draft, Recipe recipe, RunManner manner) {
        draft.settle(recipe.textKey());
        RejectLog.Entry changed = draft.changedBy().isEmpty() ? null
                : new RejectLog.Entry(draft.sample().id(), draft.sample().documentId(), "", "", Double.NaN, Double.NaN,
                        "", draft.changedBy());
        byte[] stats = stats(draft);
        if (manner.isAnalysis() && !recipe.keepStats()) {
            return new Passed.Ready(new byte[0], draft.sample().id(), null, documents(draft), stats, new byte[0], null);
        }
        ObjectNode node = node(draft, recipe.keepStats());
        ObjectNode provenance = provenance(draft);
        if (manner.provenance()) {
            node.set(DatasetManifest.PROVENANCE, provenance);
        }
        return new Passed.Ready(Json.line(node), draft.sample().id(), null, documents(draft), stats,
                manner.provenance() ? new byte[0] : Json.line(provenance), changed);
    }

    private static String documents(Draft draft) {
        return String.join("\n", new LinkedHashSet<>(draft.documents()));
    }

    private static byte[] stats(Draft draft) {
        ObjectNode node = Json.object();
        for (String key : List.of(Draft.STATS, Draft.META)) {
            if (draft.fields().get(key) instanceof ObjectNode found) {
                node.set(key, found);
            }
        }
        return node.isEmpty() ? new byte[0] : Json.line(node);
    }

    private static ObjectNode node(Draft draft, boolean keepStats) {
        ObjectNode node = draft.fields();
        node.properties().removeIf(field -> {
            String key = field.getKey();
            boolean kept = keepStats && (key.equals(Draft.STATS) || key.equals(Draft.META))
                    || key.equals(Draft.BATCH_META);
            return key.startsWith(Draft.PRIVATE_PREFIX) && !kept;
        });
        return node;
    }

    private static ObjectNode provenance(Draft draft) {
        Sample sample = draft.sample();
        ObjectNode provenance = Json.object();
        provenance.put("document", sample.documentId()).put("from", sample.from()).put("to", sample.to());
        provenance.put("verbatim", draft.isVerbatim());
        if (draft.documents().size() > 1) {
            draft.documents().stream().distinct().forEach(provenance.putArray("documents")::add);
        }
        if (sample.page() > 0) {
            provenance.put("page", sample.page());
        }
        return provenance;
    }
}
