package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.inference.tokenizer.Frame;
import quern.inference.tokenizer.PreTokenizer;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Vocabulary;

/** What GGUF keeps of a {@code tokenizer.json}: byte-level pieces with merges, or SentencePiece's with scores. */
final class TokenizerExport {

    private static final String BLANK = "\u2581";

    private final JsonNode root;
    private final HuggingFaceVocabulary files;
    private final Vocabulary vocabulary;
    private final String where;

    private TokenizerExport(JsonNode root, HuggingFaceVocabulary files, Vocabulary vocabulary, String where) {
        this.root = root;
        this.files = files;
        this.vocabulary = vocabulary;
        this.where = where;
    }

    /**
     * Empty if the directory has neither {@code tokenizer.json} nor {@code tokenizer.model}.
     *
     * @param rows of the embedding matrix
     * @throws ModelFormatException if it is of a kind that GGUF has no place for
     */
    static Optional<GgufTokenizer> of(Path directory, HuggingFaceVocabulary files, int rows) {
        Path file = directory.resolve("tokenizer.json");
        Path pieces = directory.resolve("tokenizer.model");
        if (!Files.isRegularFile(file)) {
            return Files.isRegularFile(pieces)
                    ? Optional.of(SentencePieceModel.read(pieces).exported(files, rows)) : Optional.empty();
        }
        JsonNode root = JsonFiles.object(file, HuggingFaceVocabulary.TOKENIZER_BYTES_MAX);
        Vocabulary vocabulary = files.vocabulary(root, rows, file.toString());
        return Optional.of(new TokenizerExport(root, files, vocabulary, file.toString()).export());
    }

    private GgufTokenizer export() {
        String kind = TokenizerJson.type(root.path("model"));
        if (!kind.equals("BPE")) {
            throw new ModelFormatException(
                    where, "tokenizer of type " + kind + " cannot be written to GGUF, supported is BPE");
        }
        Frame frame = files.frame(TokenizerJson.frame(root, where), vocabulary);
        List<JsonNode> steps = steps(root.path("pre_tokenizer"), "pretokenizers");
        boolean byteLevel = steps.stream().anyMatch(step -> type(step).equals("ByteLevel"));
        return byteLevel
                ? GgufTokenizer.merged(vocabulary, preTokenizer(steps), merges(), frame, files.specials(vocabulary))
                : GgufTokenizer.scored(vocabulary, scores(), frame, blankInFront(steps), files.specials(vocabulary));
    }

    private String preTokenizer(List<JsonNode> steps) {
        List<String> patterns = new ArrayList<>();
        for (JsonNode step : steps) {
            switch (type(step)) {
                case "Split" -> patterns.add(step.path("pattern").path("Regex").asText(""));
                case "Digits" -> patterns.add(step.path("individual_digits").asBoolean() ? "\\p{N}" : "\\p{N}+");
                case "ByteLevel" -> {
                    if (step.path("use_regex").asBoolean(true)) {
                        patterns.add(PreTokenizer.GPT2);
                    }
                }
                default -> throw new ModelFormatException(
                        where, "pre-tokenizer " + type(step) + " cannot be written to GGUF");
            }
        }
        boolean wholeWordFirst = root.path("model").path("ignore_merges").asBoolean(false);
        return PreTokenizer.nameOf(patterns, wholeWordFirst).orElseThrow(() -> new ModelFormatException(
                where, "no pre-tokenizer that GGUF names cuts by " + patterns
                        + (wholeWordFirst ? " and takes whole words first" : "")));
    }

    /** Whether text begins with a blank: by a normalizer, or by the pre-tokenizer. */
    private boolean blankInFront(List<JsonNode> steps) {
        boolean front = false;
        for (JsonNode step : steps(root.path("normalizer"), "normalizers")) {
            front |= type(step).equals("Prepend") && step.path("prepend").asText().equals(BLANK);
        }
        for (JsonNode step : steps) {
            String scheme = step.path("prepend_scheme")
                    .asText(step.path("add_prefix_space").asBoolean(true) ? "always" : "never");
            front |= type(step).equals("Metaspace") && !scheme.equals("never");
        }
        return front;
    }

    private List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : root.path("model").path("merges")) {
            merges.add(merge.isTextual() ? merge.asText() : merge.path(0).asText() + " " + merge.path(1).asText());
        }
        return merges;
    }

    /**
     * SentencePiece merges the pair whose piece has the highest score: minus the rank of the first merge that makes it.
     * Pieces that no merge makes come after all that one does; special tokens and bytes have 0, as in its own files.
     */
    private float[] scores() {
        Map<String, Integer> ranks = new HashMap<>();
        for (String merge : merges()) {
            int blank = merge.indexOf(' ');
            if (blank < 1) {
                throw new ModelFormatException(where, "merge \"" + merge + "\", expected two tokens");
            }
            ranks.putIfAbsent(merge.substring(0, blank) + merge.substring(blank + 1), ranks.size());
        }
        float[] scores = new float[vocabulary.size()];
        int behind = ranks.size();
        for (int id = 0; id < scores.length; id++) {
            if (vocabulary.kinds().get(id) == TokenKind.NORMAL) {
                Integer rank = ranks.get(vocabulary.texts().get(id));
                scores[id] = -(rank == null ? behind++ : rank);
            }
        }
        return scores;
    }

    /** A step or the members of a sequence. */
    private static List<JsonNode> steps(JsonNode node, String members) {
        List<JsonNode> steps = new ArrayList<>();
        if (type(node).equals("Sequence")) {
            node.path(members).forEach(step -> steps.addAll(steps(step, members)));
        } else if (node.isObject()) {
            steps.add(node);
        }
        return steps;
    }

    private static String type(JsonNode step) {
        return step.path("type").asText("");
    }
}
