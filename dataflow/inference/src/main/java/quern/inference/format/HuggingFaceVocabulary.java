package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import quern.config.QuernException;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Vocabulary;

/** Reads tokenizer and chat template of a model directory. */
final class HuggingFaceVocabulary {

    private static final int TOKENIZER_BYTES_MAX = 48 << 20;
    private static final int CONFIG_BYTES_MAX = 1 << 23;
    private static final int TEMPLATE_BYTES_MAX = 1 << 20;

    private final Path directory;
    private final JsonNode config;
    private final JsonNode tokenizerConfig;

    /** @param config {@code config.json} */
    HuggingFaceVocabulary(Path directory, JsonNode config) {
        this.directory = directory;
        this.config = config;
        this.tokenizerConfig =
                JsonFiles.objectIfPresent(directory.resolve("tokenizer_config.json"), CONFIG_BYTES_MAX);
    }

    Optional<String> chatTemplate() {
        Path file = directory.resolve("chat_template.jinja");
        try {
            if (Files.isRegularFile(file)) {
                if (Files.size(file) > TEMPLATE_BYTES_MAX) {
                    throw new ModelFormatException(
                            file.toString(), Files.size(file) + " bytes, at most " + TEMPLATE_BYTES_MAX);
                }
                return Optional.of(Files.readString(file));
            }
        } catch (IOException failed) {
            throw new ModelFormatException(file.toString(), "cannot be read", failed);
        }
        JsonNode template = tokenizerConfig.path("chat_template");
        if (template.isTextual()) {
            return Optional.of(template.asText());
        }
        for (JsonNode named : template) {
            if (named.path("name").asText().equals("default")) {
                return Optional.of(named.path("template").asText());
            }
        }
        return Optional.empty();
    }

    /** @param rows of the embedding matrix; ids without a token count as unused */
    Tokenizer tokenizer(int rows) {
        Path file = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(file.toString(), "does not exist, so the model takes token ids only");
        }
        JsonNode root = JsonFiles.object(file, TOKENIZER_BYTES_MAX);
        try {
            return TokenizerJson.read(root, vocabulary(root, rows), file.toString());
        } catch (ModelFormatException refused) {
            throw refused;
        } catch (QuernException refused) {
            throw new ModelFormatException(file.toString(), refused.getMessage(), refused);
        }
    }

    private Vocabulary vocabulary(JsonNode root, int rows) {
        List<String> texts = new ArrayList<>(Collections.nCopies(rows, null));
        List<TokenKind> kinds = new ArrayList<>(Collections.nCopies(rows, TokenKind.UNUSED));
        JsonNode model = root.path("model");
        boolean byteFallback = model.path("byte_fallback").asBoolean(false);
        String unknown = model.path("unk_token").asText("");
        for (var entry : model.path("vocab").properties()) {
            String text = entry.getKey();
            boolean isByte = byteFallback && text.length() == 6 && text.startsWith("<0x") && text.endsWith(">");
            put(id(entry.getValue(), rows), text, isByte ? TokenKind.BYTE
                    : text.equals(unknown) ? TokenKind.UNKNOWN : TokenKind.NORMAL, texts, kinds);
        }
        for (JsonNode added : root.path("added_tokens")) {
            String text = added.path("content").asText();
            TokenKind kind = text.equals(unknown) ? TokenKind.UNKNOWN
                    : added.path("special").asBoolean(false) ? TokenKind.CONTROL : TokenKind.USER_DEFINED;
            put(id(added.path("id"), rows), text, kind, texts, kinds);
        }
        for (int id = 0; id < rows; id++) {
            if (texts.get(id) == null) {
                texts.set(id, "[unused " + id + "]");
            }
        }
        OptionalInt begin = special("bos_token", "bos_token_id", texts);
        return new Vocabulary(texts, kinds, begin, addBegin(root, begin, texts), ends(texts));
    }

    private static void put(int id, String text, TokenKind kind, List<String> texts, List<TokenKind> kinds) {
        texts.set(id, text);
        kinds.set(id, kind);
    }

    private int id(JsonNode node, int rows) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < 0 || node.asInt() >= rows) {
            throw new ModelFormatException(directory.resolve("tokenizer.json").toString(),
                    "token id " + node + ", expected 0 to " + (rows - 1) + " as the embeddings have");
        }
        return node.asInt();
    }

    /** A token named in {@code tokenizer_config.json}, else the id in {@code config.json}. */
    private OptionalInt special(String textKey, String idKey, List<String> texts) {
        JsonNode named = tokenizerConfig.path(textKey);
        String text = named.isObject() ? named.path("content").asText("") : named.asText("");
        int id = text.isEmpty() ? -1 : texts.indexOf(text);
        if (id < 0) {
            id = config.path(idKey).asInt(-1);
        }
        return id >= 0 && id < texts.size() ? OptionalInt.of(id) : OptionalInt.empty();
    }

    private boolean addBegin(JsonNode root, OptionalInt begin, List<String> texts) {
        JsonNode stated = tokenizerConfig.path("add_bos_token");
        if (stated.isBoolean() || begin.isEmpty()) {
            return begin.isPresent() && stated.asBoolean();
        }
        String text = texts.get(begin.getAsInt());
        JsonNode post = root.path("post_processor");
        List<JsonNode> steps = new ArrayList<>(List.of(post));
        post.path("processors").forEach(steps::add);
        return steps.stream().anyMatch(step ->
                step.path("single").path(0).path("SpecialToken").path("id").asText("").equals(text));
    }

    private List<Integer> ends(List<String> texts) {
        Set<Integer> ends = new LinkedHashSet<>();
        special("eos_token", "eos_token_id", texts).ifPresent(ends::add);
        JsonNode generation =
                JsonFiles.objectIfPresent(directory.resolve("generation_config.json"), CONFIG_BYTES_MAX);
        for (JsonNode ids : List.of(config.path("eos_token_id"), generation.path("eos_token_id"))) {
            List<JsonNode> all = new ArrayList<>(List.of(ids));
            ids.forEach(all::add);
            for (JsonNode id : all) {
                if (id.isIntegralNumber() && id.canConvertToInt() && id.asInt() >= 0 && id.asInt() < texts.size()) {
                    ends.add(id.asInt());
                }
            }
        }
        return List.copyOf(ends);
    }
}
