package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import quern.config.EngineConfig.Pooling;

/** What a model's own files say about embeddings: those of sentence-transformers, or GGUF's {@code pooling_type}. */
final class PoolingFiles {

    /** Where sentence-transformers keeps it, unless {@code modules.json} says otherwise. */
    static final String FOLDER = "1_Pooling";

    private static final int BYTES_MAX = 1 << 20;
    private static final String TYPES = "sentence_transformers.models.";

    /* A mean divided by another number than the count has the same direction. */
    private static final Map<String, Pooling> MODES = Map.of(
            "pooling_mode_cls_token", Pooling.CLS,
            "pooling_mode_mean_tokens", Pooling.MEAN,
            "pooling_mode_mean_sqrt_len_tokens", Pooling.MEAN,
            "pooling_mode_lasttoken", Pooling.LAST);
    private static final List<String> UNSUPPORTED =
            List.of("pooling_mode_max_tokens", "pooling_mode_weightedmean_tokens");

    private PoolingFiles() {}

    /**
     * @throws ModelFormatException if the model's embeddings pass through something that is not supported, named
     */
    static Optional<Pooling> of(Path directory) {
        Path modules = directory.resolve("modules.json");
        if (!Files.isRegularFile(modules)) {
            return of(directory, FOLDER);
        }
        Optional<Pooling> pooling = Optional.empty();
        for (JsonNode module : JsonFiles.array(modules, BYTES_MAX)) {
            String type = module.path("type").asText("");
            String kind = type.substring(type.lastIndexOf('.') + 1);
            switch (kind) {
                case "Transformer", "Normalize" -> { }
                case "Pooling" -> pooling = of(directory, plain(module.path("path").asText(), modules));
                default -> throw new ModelFormatException(modules.toString(), "embeddings pass through " + type
                        + ", supported are Transformer, Pooling and Normalize of " + TYPES);
            }
        }
        return pooling;
    }

    private static String plain(String path, Path modules) {
        if (!path.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,100}")) {
            throw new ModelFormatException(
                    modules.toString(), "names the path \"" + path + "\", expected a plain name");
        }
        return path;
    }

    private static Optional<Pooling> of(Path directory, String folder) {
        Path file = directory.resolve(folder).resolve("config.json");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        JsonNode config = JsonFiles.object(file, BYTES_MAX);
        List<String> chosen = new ArrayList<>();
        config.fieldNames().forEachRemaining(key -> {
            if ((MODES.containsKey(key) || UNSUPPORTED.contains(key)) && config.path(key).asBoolean(false)) {
                chosen.add(key);
            }
        });
        if (chosen.isEmpty()) {
            return Optional.empty();
        }
        if (chosen.size() > 1 || !MODES.containsKey(chosen.getFirst())) {
            throw new ModelFormatException(
                    file.toString(), "asks for " + chosen + ", supported is one of " + MODES.keySet());
        }
        return Optional.of(MODES.get(chosen.getFirst()));
    }

    /** Longest text that sentence-transformers gives the model, if the directory says. */
    static OptionalInt tokensMax(Path directory) {
        JsonNode config = JsonFiles.objectIfPresent(directory.resolve("sentence_bert_config.json"), BYTES_MAX);
        int tokens = config.path("max_seq_length").asInt(0);
        return tokens > 0 ? OptionalInt.of(tokens) : OptionalInt.empty();
    }

    /** {@code ARCHITECTURE.pooling_type} as llama.cpp numbers them. */
    static Optional<Pooling> of(GgufMetadata metadata, String architecture, String where) {
        String key = architecture + ".pooling_type";
        int type = metadata.integer(key, 0);
        return switch (type) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(Pooling.MEAN);
            case 2 -> Optional.of(Pooling.CLS);
            case 3 -> Optional.of(Pooling.LAST);
            default -> throw new ModelFormatException(
                    where, key + " is " + type + ", supported are 0 (none), 1 (mean), 2 (cls) and 3 (last)");
        };
    }
}
