package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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
import quern.inference.tokenizer.Frame;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Vocabulary;

/** Reads tokenizer and chat template of a model directory. */
final class HuggingFaceVocabulary {

    static final int TOKENIZER_BYTES_MAX = 48 << 20;
    private static final int CONFIG_BYTES_MAX = 1 << 23;
    private static final int TEMPLATE_BYTES_MAX = 1 << 20;
    private static final int ROWS_SPARE = 1 << 16;

    private final Path directory;
    private final JsonNode config;
    private final JsonNode tokenizerConfig;
    private final JsonNode generationConfig;

    /** @param config {@code config.json} */
    HuggingFaceVocabulary(Path directory, JsonNode config) {
        this(directory, config,
                JsonFiles.objectIfPresent(directory.resolve("tokenizer_config.json"), CONFIG_BYTES_MAX),
                JsonFiles.objectIfPresent(directory.resolve("generation_config.json"), CONFIG_BYTES_MAX));
    }

    private HuggingFaceVocabulary(
            Path directory, JsonNode config, JsonNode tokenizerConfig, JsonNode generationConfig) {
        this.directory = directory;
        this.config = config;
        this.tokenizerConfig = tokenizerConfig;
        this.generationConfig = generationConfig;
    }

    /** {@code tokenizer_config.json}. */
    JsonNode tokenizerConfig() {
        return tokenizerConfig;
    }

    Path directory() {
        return directory;
    }

    /** A {@code tokenizer.json} by itself, without what other files of a directory say. */
    static Tokenizer alone(Path file) {
        JsonNode root = JsonFiles.object(file, TOKENIZER_BYTES_MAX);
        var vocabulary = new HuggingFaceVocabulary(
                file, MissingNode.getInstance(), MissingNode.getInstance(), MissingNode.getInstance());
        try {
            return vocabulary.json(root, rows(root), file.toString());
        } catch (ModelFormatException refused) {
            throw refused;
        } catch (QuernException refused) {
            throw new ModelFormatException(file.toString(), refused.getMessage(), refused);
        }
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

    /**
     * The tokenizer of {@code tokenizer.json}, else that of {@code tokenizer.model}, else that of {@code vocab.txt}.
     *
     * @param rows of the embedding matrix; ids without a token count as unused
     */
    Tokenizer tokenizer(int rows) {
        return tokenizer(OptionalInt.of(rows));
    }

    /** The same, its ids counted up to the highest that the files name. */
    Tokenizer tokenizer() {
        return tokenizer(OptionalInt.empty());
    }

    private Tokenizer tokenizer(OptionalInt rows) {
        Path file = directory.resolve("tokenizer.json");
        Path pieces = directory.resolve("tokenizer.model");
        Path words = directory.resolve(WordPieceFile.NAME);
        try {
            if (Files.isRegularFile(file)) {
                JsonNode root = JsonFiles.object(file, TOKENIZER_BYTES_MAX);
                return json(root, rows.orElseGet(() -> rows(root)), file.toString());
            }
            if (Files.isRegularFile(pieces)) {
                SentencePieceModel model = SentencePieceModel.read(pieces);
                return model.tokenizer(this, rows.orElseGet(() -> rows(model)));
            }
            if (Files.isRegularFile(words)) {
                JsonNode root = WordPieceFile.read(words, tokenizerConfig);
                return json(root, rows.orElseGet(() -> rows(root)), words.toString());
            }
        } catch (ModelFormatException refused) {
            throw refused;
        } catch (QuernException refused) {
            throw new ModelFormatException(file.toString(), refused.getMessage(), refused);
        }
        throw new ModelFormatException(file.toString(), "does not exist, so the model takes token ids only");
    }

    private Tokenizer json(JsonNode root, int rows, String where) {
        Vocabulary vocabulary = vocabulary(root, rows, where);
        return TokenizerJson.read(root, vocabulary, frame(TokenizerJson.frame(root, where), vocabulary), where);
    }

    /** The file's frame, but {@code add_bos_token} and {@code add_eos_token} as the directory says, if it does. */
    Frame frame(Frame stated, Vocabulary vocabulary) {
        List<Integer> front = stated.front();
        List<Integer> behind = stated.behind();
        JsonNode addBegin = tokenizerConfig.path("add_bos_token");
        JsonNode addEnd = tokenizerConfig.path("add_eos_token");
        OptionalInt begin = special("bos_token", "bos_token_id", vocabulary.texts());
        OptionalInt end = special("eos_token", "eos_token_id", vocabulary.texts());
        if (addBegin.isBoolean() && begin.isPresent()) {
            front = with(front, begin.getAsInt(), addBegin.asBoolean());
        }
        if (addEnd.isBoolean() && end.isPresent()) {
            behind = with(behind, end.getAsInt(), addEnd.asBoolean());
        }
        return new Frame(front, behind);
    }

    private static List<Integer> with(List<Integer> tokens, int token, boolean present) {
        if (tokens.contains(token) == present) {
            return tokens;
        }
        return present ? List.of(token) : tokens.stream().filter(other -> other != token).toList();
    }

    Vocabulary vocabulary(JsonNode root, int rows, String where) {
        List<String> texts = new ArrayList<>(Collections.nCopies(rows, null));
        List<TokenKind> kinds = new ArrayList<>(Collections.nCopies(rows, TokenKind.UNUSED));
        JsonNode model = root.path("model");
        boolean byteFallback = model.path("byte_fallback").asBoolean(false);
        String unknown = model.path("unk_token").asText("");
        if (model.path("vocab").isArray()) {
            int unknownId = model.path("unk_id").asInt(-1);
            int next = 0;
            for (JsonNode entry : model.path("vocab")) {
                String text = entry.path(0).asText();
                int id = id(IntNode.valueOf(next++), rows, where);
                put(id, text, kind(text, id == unknownId, byteFallback), texts, kinds);
            }
        } else {
            for (var entry : model.path("vocab").properties()) {
                String text = entry.getKey();
                put(id(entry.getValue(), rows, where), text, kind(text, text.equals(unknown), byteFallback), texts,
                        kinds);
            }
        }
        for (JsonNode added : root.path("added_tokens")) {
            String text = added.path("content").asText();
            put(id(added.path("id"), rows, where), text, addedKind(added, text.equals(unknown)), texts, kinds);
        }
        fill(texts);
        OptionalInt begin = special("bos_token", "bos_token_id", texts);
        if (begin.isEmpty()) {
            begin = TokenizerJson.frame(root, where).front().stream()
                    .filter(id -> id >= 0 && id < texts.size()).mapToInt(Integer::intValue).findFirst();
        }
        return new Vocabulary(texts, kinds, begin, begin.isPresent(), ends(texts));
    }

    private static TokenKind kind(String text, boolean unknown, boolean byteFallback) {
        boolean isByte = byteFallback && text.length() == 6 && text.startsWith("<0x") && text.endsWith(">")
                && text.substring(3, 5).matches("[0-9A-Fa-f]{2}");
        return isByte ? TokenKind.BYTE : unknown ? TokenKind.UNKNOWN : TokenKind.NORMAL;
    }

    /** The kind of an entry of a list of added tokens. */
    static TokenKind addedKind(JsonNode added, boolean unknown) {
        return unknown ? TokenKind.UNKNOWN
                : added.path("special").asBoolean(false) ? TokenKind.CONTROL : TokenKind.USER_DEFINED;
    }

    /** Names the ids that have no token. */
    static void fill(List<String> texts) {
        for (int id = 0; id < texts.size(); id++) {
            if (texts.get(id) == null) {
                texts.set(id, "[unused " + id + "]");
            }
        }
    }

    private int rows(SentencePieceModel model) {
        int rows = model.size();
        for (var added : tokenizerConfig.path("added_tokens_decoder").properties()) {
            rows = Math.max(rows, added.getKey().matches("\\d{1,6}") ? 1 + Integer.parseInt(added.getKey()) : 0);
        }
        return rows;
    }

    /** Highest id that {@code tokenizer.json} names, plus one. */
    static int rows(JsonNode root) {
        int rows = 0;
        JsonNode vocab = root.path("model").path("vocab");
        for (JsonNode entry : vocab) {
            rows = Math.max(rows, vocab.isArray() ? rows + 1 : 1 + entry.asInt(-1));
        }
        for (JsonNode added : root.path("added_tokens")) {
            rows = Math.max(rows, 1 + added.path("id").asInt(-1));
        }
        // A lying id must not decide how much memory is taken.
        return Math.min(rows, 2 * (vocab.size() + root.path("added_tokens").size()) + ROWS_SPARE);
    }

    private static void put(int id, String text, TokenKind kind, List<String> texts, List<TokenKind> kinds) {
        texts.set(id, text);
        kinds.set(id, kind);
    }

    private static int id(JsonNode node, int rows, String where) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < 0 || node.asInt() >= rows) {
            throw new ModelFormatException(
                    where, "token id " + node + ", expected 0 to " + (rows - 1) + " as the embeddings have");
        }
        return node.asInt();
    }

    /** A token named in {@code tokenizer_config.json}, else the id in {@code config.json}. */
    OptionalInt special(String textKey, String idKey, List<String> texts) {
        JsonNode named = tokenizerConfig.path(textKey);
        String text = named.isObject() ? named.path("content").asText("") : named.asText("");
        int id = text.isEmpty() ? -1 : texts.indexOf(text);
        if (id < 0) {
            id = config.path(idKey).asInt(-1);
        }
        return id >= 0 && id < texts.size() ? OptionalInt.of(id) : OptionalInt.empty();
    }

    GgufTokenizer.Specials specials(Vocabulary vocabulary) {
        return new GgufTokenizer.Specials(special("unk_token", "unk_token_id", vocabulary.texts()),
                special("pad_token", "pad_token_id", vocabulary.texts()), chatTemplate());
    }

    List<Integer> ends(List<String> texts) {
        Set<Integer> ends = new LinkedHashSet<>();
        special("eos_token", "eos_token_id", texts).ifPresent(ends::add);
        for (JsonNode ids : List.of(config.path("eos_token_id"), generationConfig.path("eos_token_id"))) {
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
