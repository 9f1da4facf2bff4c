package quern.inference.format;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import quern.inference.tokenizer.Tokenizer;

/** Opens tokenizers without the weights beside them. */
public final class TokenizerFiles {

    private static final int CONFIG_BYTES_MAX = 1 << 20;

    private TokenizerFiles() {}

    /**
     * Reads a tokenizer; weights are not touched and need not be there.
     *
     * @param path a GGUF file, which may have a vocabulary only; a {@code tokenizer.json} or {@code tokenizer.model} by
     *     itself; or a directory with one of them, where {@code tokenizer_config.json} counts too
     * @throws ModelFormatException if there is none, or it is damaged or of a kind that is not supported
     */
    public static Tokenizer open(Path path) {
        if (!Files.exists(path)) {
            throw new ModelFormatException(path.toString(), "does not exist");
        }
        if (Files.isDirectory(path)) {
            return directory(path);
        }
        String name = path.getFileName().toString();
        if (name.endsWith(".json")) {
            return HuggingFaceVocabulary.alone(path);
        }
        if (name.endsWith(".model")) {
            return SentencePieceModel.read(path).tokenizer();
        }
        try (Arena arena = Arena.ofConfined()) {
            GgufHeader header = GgufReader.read(ModelFiles.map(path, arena), path.toString());
            return GgufVocabulary.tokenizer(header.metadata(), path.toString());
        }
    }

    private static Tokenizer directory(Path path) {
        var config = JsonFiles.objectIfPresent(path.resolve("config.json"), CONFIG_BYTES_MAX);
        return new HuggingFaceVocabulary(path, config).tokenizer();
    }
}
