package quern.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The model directories whose answers transformers has given. */
public final class ReferenceFamilies {

    /** Every case there is; the last two are mixtures of experts. */
    public static final List<String> ALL = List.of(
            "llama", "llama_rope_llama3", "llama_bf16_sharded", "qwen2", "qwen3", "mistral", "gemma2", "gemma3", "phi3",
            "granite", "smollm3", "olmo2", "mixtral", "qwen3_moe");

    private ReferenceFamilies() {}

    public static Stream<String> all() {
        return ALL.stream();
    }

    public static Path directory(String name) {
        return SharedFiles.at("reference/hf/" + name);
    }

    /** A copy of a case whose {@code config.json} is spelled as transformers 4 did. */
    public static Path legacy(String name, Path into) throws IOException {
        try (Stream<Path> files = Files.list(directory(name))) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file)) {
                    Files.copy(file, into.resolve(file.getFileName().toString()));
                }
            }
        }
        Files.move(into.resolve("config.legacy.json"), into.resolve("config.json"),
                StandardCopyOption.REPLACE_EXISTING);
        return into;
    }
}
