package quern.curation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import quern.ingest.Sample;

/** Writes the kept samples to part files that become the shards, and the documents they come from. */
final class ShardWriter implements AutoCloseable {

    private static final String DOCUMENTS = "documents.txt";

    private final Path directory;
    private final long shardBytes;
    private final String textKey;
    private final boolean keepStats;
    private final RunCounts counts;
    private final AppendFile documents;
    private AppendFile part;
    private String lastDocument;

    ShardWriter(Path directory, Recipe recipe, long shardBytes, RunCounts counts, Map<String, Long> lengths,
            String lastDocument) {
        this.directory = directory;
        this.shardBytes = recipe.shardBytes() > 0 ? recipe.shardBytes() : shardBytes;
        this.textKey = recipe.textKey();
        this.keepStats = recipe.keepStats();
        this.counts = counts;
        this.lastDocument = lastDocument;
        documents = new AppendFile(documentsPath(directory), lengths.getOrDefault(DOCUMENTS, 0L));
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

    void append(Draft draft) {
        draft.settle(textKey);
        byte[] line = line(draft);
        if (part == null || part.length() > 0 && part.length() + line.length > shardBytes) {
            closePart();
            part = new AppendFile(partPath(directory, counts.partSamples.size()), 0);
            counts.partSamples.add(0L);
        }
        part.append(line, line.length);
        counts.partSamples.set(counts.partSamples.size() - 1, counts.partSamples.getLast() + 1);
        counts.kept++;
        String document = draft.sample().documentId();
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
        if (part != null) {
            part.force();
        }
    }

    void lengths(Map<String, Long> into) {
        into.put(DOCUMENTS, documents.length());
        if (part != null) {
            into.put(part.path().getFileName().toString(), part.length());
        }
    }

    @Override
    public void close() {
        documents.close();
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

    private byte[] line(Draft draft) {
        Sample sample = draft.sample();
        ObjectNode node = sample.fields();
        node.properties().removeIf(field -> {
            String key = field.getKey();
            boolean kept = keepStats && (key.equals(Draft.STATS) || key.equals(Draft.META));
            return key.startsWith(Draft.PRIVATE_PREFIX) && !kept;
        });
        ObjectNode provenance = node.putObject(DatasetManifest.PROVENANCE);
        provenance.put("document", sample.documentId()).put("from", sample.from()).put("to", sample.to());
        provenance.put("verbatim", draft.isVerbatim());
        if (sample.page() > 0) {
            provenance.put("page", sample.page());
        }
        byte[] json = Json.bytes(node);
        byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
