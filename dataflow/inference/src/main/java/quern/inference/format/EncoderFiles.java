package quern.inference.format;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Opens encoders of every supported format. */
public final class EncoderFiles {

    /** {@code general.architecture} of encoders, supported or not. */
    private static final Set<String> GGUF = Set.of(GgufEncoder.ARCHITECTURE, "nomic-bert", "nomic-bert-moe",
            "jina-bert-v2", "jina-bert-v3", "modern-bert", "neo-bert", "eurobert", "t5encoder");

    private EncoderFiles() {}

    /**
     * Whether the model at a path is an encoder rather than a model that generates; false where there is none.
     *
     * @throws ModelFormatException if it is damaged before the place that tells; what follows is read when it is opened
     */
    public static boolean isEncoder(Path path) {
        if (Files.isDirectory(path)) {
            return EncoderFamily.isEncoder(JsonFiles.objectIfPresent(
                    path.resolve("config.json"), EncoderDirectory.CONFIG_BYTES_MAX));
        }
        if (!Files.isRegularFile(path) || path.toString().endsWith(".safetensors")) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            var bytes = ModelFiles.map(path, arena);
            return GgufReader.isGguf(bytes)
                    && GgufReader.architecture(bytes, path.toString()).filter(GGUF::contains).isPresent();
        }
    }

    /**
     * Maps an encoder; the caller closes it.
     *
     * @param path a GGUF file or a directory with {@code config.json} and safetensors files
     * @throws quern.config.QuernException if it cannot be read, is damaged or is a kind that is not supported
     */
    public static EncoderFile open(Path path) {
        if (!Files.exists(path)) {
            throw new ModelFormatException(path.toString(), "does not exist");
        }
        Arena arena = Arena.ofShared();
        try {
            return Files.isDirectory(path)
                    ? new EncoderDirectory(path, arena)
                    : new GgufEncoder(ModelFiles.map(path, arena), path.toString(), arena::close);
        } catch (RuntimeException | Error refused) {
            arena.close();
            throw refused;
        }
    }
}
