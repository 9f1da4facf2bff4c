package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A dataset, for good: what is in it, byte by byte, and what it was made from. The same recipe over the same
 * documents gives the same manifest, on any machine. Each line of a shard is a sample whose {@code __quern__} names
 * its document and offsets.
 *
 * @param id SHA-256 over everything below, hex
 * @param name project name of the recipe
 * @param recipeHash SHA-256 of the recipe's text
 * @param operators the operators in order
 * @param in samples and unreadable documents read
 * @param made samples that mappers made beyond the ones they were given
 * @param kept samples in the shards
 * @param dropped dropped samples by operator and reason; {@code in + made = kept + dropped}
 * @param shards the files, in order
 * @param rejects the log of dropped samples
 * @param documentIds documents that have a sample in the dataset, sorted
 * @param labels union of the labels of the sources, sorted
 * @param tombstones manifests of the dataset before documents were erased from it, in that order
 */
public record DatasetManifest(
        String id,
        String name,
        String recipeHash,
        List<String> operators,
        long in,
        long made,
        long kept,
        Map<String, Map<String, Long>> dropped,
        List<Shard> shards,
        Shard rejects,
        List<String> documentIds,
        List<String> labels,
        List<Tombstone> tombstones) {

    /** Its name in a run's directory. Where it exists, the dataset is complete. */
    public static final String FILE = "manifest.json";
    /** Field of every line that holds its provenance. */
    public static final String PROVENANCE = "__quern__";

    /**
     * @param file name in the dataset's directory
     * @param sha256 of the file's bytes, hex
     * @param samples lines of it
     */
    public record Shard(String file, String sha256, long bytes, long samples) {

        /** Of a file as it is. */
        public static Shard of(Path file, long samples) throws IOException {
            MessageDigest digest = Hashes.sha256();
            byte[] buffer = new byte[1 << 16];
            long bytes = 0;
            try (InputStream in = Files.newInputStream(file)) {
                for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                    digest.update(buffer, 0, n);
                    bytes += n;
                }
            }
            return new Shard(file.getFileName().toString(), Hashes.hex(digest.digest()), bytes, samples);
        }
    }

    /**
     * Another manifest that this one has taken the place of, because documents were erased.
     *
     * @param manifest its id
     * @param erasure which erasure it was
     * @param documents of the erased ones, those that had anything in the dataset
     * @param samples kept samples of theirs that are gone, those made of several documents too
     * @param dropped of theirs that had been dropped: their traces are gone
     * @param reentered samples of others that had been dropped in favour of theirs and are kept now
     * @param notReentered those that are still missing
     * @param notes what else must be known of it
     */
    public record Tombstone(String manifest, String erasure, long documents, long samples, long dropped,
            long reentered, long notReentered, List<String> notes) {

        public Tombstone {
            notes = List.copyOf(notes);
        }
    }

    /** The same with the id that follows from the rest. */
    public DatasetManifest withId() {
        ObjectNode node = toJson();
        node.remove("id");
        return new DatasetManifest(Hashes.hex(Hashes.sha256().digest(Json.bytes(node))), name, recipeHash, operators,
                in, made, kept, dropped, shards, rejects, documentIds, labels, tombstones);
    }

    /** Whether the id follows from the rest. */
    public boolean isGenuine() {
        return withId().id().equals(id);
    }

    public ObjectNode toJson() {
        ObjectNode node = Json.object();
        node.put("id", id).put("name", name).put("recipe", recipeHash);
        operators.forEach(node.putArray("operators")::add);
        node.put("in", in).put("made", made).put("kept", kept);
        ObjectNode reasons = node.putObject("dropped");
        dropped.forEach((operator, counts) -> {
            ObjectNode one = reasons.putObject(operator);
            new TreeMap<>(counts).forEach(one::put);
        });
        var files = node.putArray("shards");
        shards.forEach(shard -> files.add(toJson(shard)));
        node.set("rejects", toJson(rejects));
        documentIds.forEach(node.putArray("documents")::add);
        labels.forEach(node.putArray("labels")::add);
        tombstones.forEach(one -> node.withArray("tombstones").add(toJson(one)));
        return node;
    }

    /** Reads the manifest of a finished run. */
    public static DatasetManifest read(Path directory) {
        JsonNode node = Json.read(directory.resolve(FILE));
        Map<String, Map<String, Long>> dropped = new java.util.LinkedHashMap<>();
        node.path("dropped").properties().forEach(entry -> {
            Map<String, Long> reasons = new TreeMap<>();
            entry.getValue().properties().forEach(reason -> reasons.put(reason.getKey(), reason.getValue().asLong()));
            dropped.put(entry.getKey(), reasons);
        });
        List<Shard> shards = new ArrayList<>();
        node.path("shards").forEach(shard -> shards.add(shard(shard)));
        return new DatasetManifest(node.path("id").asText(), node.path("name").asText(), node.path("recipe").asText(),
                texts(node.path("operators")), node.path("in").asLong(), node.path("made").asLong(),
                node.path("kept").asLong(), dropped, shards, shard(node.path("rejects")),
                texts(node.path("documents")), texts(node.path("labels")), tombstones(node.path("tombstones")));
    }

    private static ObjectNode toJson(Shard shard) {
        return Json.object().put("file", shard.file()).put("sha256", shard.sha256()).put("bytes", shard.bytes())
                .put("samples", shard.samples());
    }

    private static ObjectNode toJson(Tombstone one) {
        ObjectNode node = Json.object().put("manifest", one.manifest()).put("erasure", one.erasure())
                .put("documents", one.documents()).put("samples", one.samples()).put("dropped", one.dropped())
                .put("reentered", one.reentered()).put("not_reentered", one.notReentered());
        one.notes().forEach(node.putArray("notes")::add);
        return node;
    }

    private static List<Tombstone> tombstones(JsonNode list) {
        List<Tombstone> tombstones = new ArrayList<>();
        list.forEach(node -> tombstones.add(new Tombstone(node.path("manifest").asText(),
                node.path("erasure").asText(), node.path("documents").asLong(), node.path("samples").asLong(),
                node.path("dropped").asLong(), node.path("reentered").asLong(), node.path("not_reentered").asLong(),
                texts(node.path("notes")))));
        return tombstones;
    }

    private static Shard shard(JsonNode node) {
        return new Shard(node.path("file").asText(), node.path("sha256").asText(), node.path("bytes").asLong(),
                node.path("samples").asLong());
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
