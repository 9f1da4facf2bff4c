package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The {@code vocab.txt} of BERT, a token a line in order of ids, as the {@code tokenizer.json} that transformers would
 * make of it.
 */
final class WordPieceFile {

    static final String NAME = "vocab.txt";

    private static final int BYTES_MAX = 1 << 24;
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private WordPieceFile() {}

    /** @param tokenizerConfig {@code tokenizer_config.json}, for {@code do_lower_case}, {@code strip_accents} */
    static JsonNode read(Path file, JsonNode tokenizerConfig) {
        ObjectNode root = JsonFiles.MAPPER.createObjectNode();
        boolean lowercase = tokenizerConfig.path("do_lower_case").asBoolean(true);
        ObjectNode normalizer = root.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true)
                .put("handle_chinese_chars", tokenizerConfig.path("tokenize_chinese_chars").asBoolean(true))
                .put("lowercase", lowercase);
        normalizer.set("strip_accents", tokenizerConfig.hasNonNull("strip_accents")
                ? tokenizerConfig.get("strip_accents") : JsonFiles.MAPPER.nullNode());
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = root.putObject("model").put("type", "WordPiece").put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
        ObjectNode vocabulary = model.putObject("vocab");
        List<String> lines = lines(file);
        for (int id = 0; id < lines.size(); id++) {
            vocabulary.put(lines.get(id), id);
        }
        ArrayNode added = root.putArray("added_tokens");
        for (String token : SPECIAL) {
            if (vocabulary.has(token)) {
                added.addObject().put("content", token).put("special", true).set("id", vocabulary.get(token));
            }
        }
        ObjectNode frame = root.putObject("post_processor").put("type", "BertProcessing");
        for (var end : List.of(List.of("cls", "[CLS]"), List.of("sep", "[SEP]"))) {
            if (!vocabulary.has(end.get(1))) {
                throw new ModelFormatException(file.toString(), "has no line " + end.get(1));
            }
            frame.putArray(end.get(0)).add(end.get(1)).add(vocabulary.get(end.get(1)));
        }
        return root;
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new ModelFormatException(file.toString(), Files.size(file) + " bytes, at most " + BYTES_MAX);
            }
            return Files.readAllLines(file);
        } catch (CharacterCodingException malformed) {
            throw new ModelFormatException(file.toString(), "is not UTF-8", malformed);
        } catch (IOException failed) {
            throw new ModelFormatException(file.toString(), "cannot be read", failed);
        }
    }
}
