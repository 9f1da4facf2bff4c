package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A chat template as it lies on disk, read without the weights beside it.
 *
 * @param template Jinja; absent: the model has none
 * @param begin how the token that begins a text is written; empty: none
 * @param end how the token that ends a text is written; empty: none
 */
public record ChatTemplateSource(Optional<String> template, String begin, String end) {

    private static final int CONFIG_BYTES_MAX = 1 << 23;
    private static final int TEMPLATE_BYTES_MAX = 1 << 20;
    private static final String TOOL_USE = "tool_use";

    /**
     * @param path a GGUF file, a model's directory, its {@code tokenizer_config.json} or a file with the template alone
     * @param tools whether the conversation has tools: a model may ship a template of its own for them
     * @throws ModelFormatException if it cannot be read or is damaged
     */
    public static ChatTemplateSource read(Path path, boolean tools) {
        if (Files.isDirectory(path)) {
            return ofDirectory(path, tools);
        }
        if (path.toString().endsWith(".json")) {
            return ofConfig(JsonFiles.object(path, CONFIG_BYTES_MAX), Optional.empty(), tools);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = ModelFiles.map(path, arena);
            boolean gguf = bytes.byteSize() >= Integer.BYTES
                    && bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 0) == GgufReader.MAGIC;
            return gguf ? ofGguf(GgufReader.read(bytes, path.toString()).metadata(), tools)
                    : new ChatTemplateSource(Optional.of(text(path)), "", "");
        }
    }

    private static ChatTemplateSource ofGguf(GgufMetadata metadata, boolean tools) {
        Optional<String> plain = metadata.text("tokenizer.chat_template");
        Optional<String> template = tools
                ? metadata.text("tokenizer.chat_template." + TOOL_USE).or(() -> plain) : plain;
        List<String> tokens = metadata.has("tokenizer.ggml.tokens")
                ? metadata.texts("tokenizer.ggml.tokens") : List.of();
        return new ChatTemplateSource(template, token(metadata, "tokenizer.ggml.bos_token_id", tokens),
                token(metadata, "tokenizer.ggml.eos_token_id", tokens));
    }

    private static String token(GgufMetadata metadata, String key, List<String> tokens) {
        OptionalInt id = metadata.token(key, tokens.size());
        return id.isPresent() ? tokens.get(id.getAsInt()) : "";
    }

    private static ChatTemplateSource ofDirectory(Path directory, boolean tools) {
        Path own = directory.resolve("chat_template.jinja");
        Path ofTools = directory.resolve("additional_chat_templates").resolve(TOOL_USE + ".jinja");
        Path chosen = tools && Files.isRegularFile(ofTools) ? ofTools : own;
        Optional<String> template = Files.isRegularFile(chosen) ? Optional.of(text(chosen)) : Optional.empty();
        Path config = directory.resolve("tokenizer_config.json");
        return ofConfig(JsonFiles.objectIfPresent(config, CONFIG_BYTES_MAX), template, tools);
    }

    private static ChatTemplateSource ofConfig(JsonNode config, Optional<String> file, boolean tools) {
        JsonNode template = config.path("chat_template");
        Optional<String> stated = template.isTextual() ? Optional.of(template.asText())
                : (tools ? named(template, TOOL_USE) : Optional.<String>empty()).or(() -> named(template, "default"));
        return new ChatTemplateSource(file.or(() -> stated), token(config.path("bos_token")),
                token(config.path("eos_token")));
    }

    private static Optional<String> named(JsonNode templates, String name) {
        return templates.valueStream().filter(one -> one.path("name").asText().equals(name))
                .map(one -> one.path("template").asText()).findFirst();
    }

    private static String token(JsonNode named) {
        return named.isObject() ? named.path("content").asText("") : named.isTextual() ? named.asText() : "";
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > TEMPLATE_BYTES_MAX) {
                throw new ModelFormatException(
                        file.toString(), Files.size(file) + " bytes, at most " + TEMPLATE_BYTES_MAX);
            }
            return Files.readString(file);
        } catch (IOException failed) {
            throw new ModelFormatException(file.toString(), "is no template: not UTF-8, or cannot be read", failed);
        }
    }
}
