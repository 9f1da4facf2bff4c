package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files of a model directory that count: weights in one or several safetensors files, and what describes them. */
final class SafetensorsFiles {

    private static final int INDEX_BYTES_MAX = 1 << 24;
    private static final int SHARDS_MAX = 1024;
    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");

    private final Path directory;
    private final Map<String, MemorySegment> weights = new TreeMap<>();
    /** What the fingerprint is made of, as it was when the directory was opened. */
    private final Map<String, MemorySegment> files = new TreeMap<>();
    private String fingerprint;

    /**
     * Maps them.
     *
     * @param descriptions names of files that are part of the model where they are
     * @throws ModelFormatException if there are no weights, or they are in Python's pickle format
     */
    SafetensorsFiles(Path directory, List<String> descriptions, Arena arena) {
        this.directory = directory;
        for (String name : descriptions) {
            if (Files.isRegularFile(directory.resolve(name))) {
                files.put(name, ModelFiles.map(directory.resolve(name), arena));
            }
        }
        for (String name : weightFiles()) {
            weights.put(name, ModelFiles.map(directory.resolve(name), arena));
        }
        files.putAll(weights);
    }

    /** Safetensors files by name. */
    Map<String, MemorySegment> weights() {
        return weights;
    }

    private Set<String> weightFiles() {
        Path index = directory.resolve("model.safetensors.index.json");
        if (!Files.isRegularFile(index)) {
            if (Files.isRegularFile(directory.resolve("model.safetensors"))) {
                return Set.of("model.safetensors");
            }
            throw new ModelFormatException(directory.toString(), hasPickles()
                    ? "has its weights in Python's pickle format, which can run code; convert them to safetensors"
                    : "has no model.safetensors and no model.safetensors.index.json");
        }
        Set<String> shards = new TreeSet<>();
        for (JsonNode shard : JsonFiles.object(index, INDEX_BYTES_MAX).path("weight_map")) {
            String file = shard.asText();
            if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}\\.safetensors")) {
                throw new ModelFormatException(index.toString(), "names the file \"" + file
                        + "\", expected a plain name that ends in .safetensors");
            }
            if (shards.add(file) && shards.size() > SHARDS_MAX) {
                throw new ModelFormatException(index.toString(), "names more than " + SHARDS_MAX + " files");
            }
        }
        return shards;
    }

    private boolean hasPickles() {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.anyMatch(entry -> PICKLES.stream().anyMatch(entry.toString()::endsWith));
        } catch (IOException failed) {
            throw new ModelFormatException(directory.toString(), "cannot be listed", failed);
        }
    }

    /** See {@link ModelFile#fingerprint()}. */
    synchronized String fingerprint(ModelFingerprint.Progress progress) {
        if (fingerprint == null) {
            MessageDigest digest = Fingerprints.sha256();
            long total = files.values().stream().mapToLong(MemorySegment::byteSize).sum();
            long done = 0;
            for (var file : files.entrySet()) {
                MemorySegment bytes = file.getValue();
                /* Names and lengths are hashed too, so that bytes cannot move from one file to the next unseen. */
                digest.update((file.getKey() + "\0" + bytes.byteSize() + "\0").getBytes(StandardCharsets.UTF_8));
                Fingerprints.update(digest, bytes, done, total, progress);
                done += bytes.byteSize();
            }
            fingerprint = HexFormat.of().formatHex(digest.digest());
        }
        return fingerprint;
    }
}
