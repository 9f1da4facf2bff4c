package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import quern.inference.tokenizer.ByteLevelTokenizer;
import quern.inference.tokenizer.MergedPieceTokenizer;
import quern.inference.tokenizer.PreTokenizer;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tokenizer.Vocabulary;

/**
 * Makes a tokenizer from {@code tokenizer.json}: byte-level BPE or a SentencePiece vocabulary with merges. A step that
 * is not known is refused, never left out. Patterns are recognised, not run: only those of {@link PreTokenizer}.
 */
final class TokenizerJson {

    private static final String BLANK = "\u2581";

    private final JsonNode root;
    private final Vocabulary vocabulary;
    private final String where;

    private TokenizerJson(JsonNode root, Vocabulary vocabulary, String where) {
        this.root = root;
        this.vocabulary = vocabulary;
        this.where = where;
    }

    static Tokenizer read(JsonNode root, Vocabulary vocabulary, String where) {
        return new TokenizerJson(root, vocabulary, where).read();
    }

    private Tokenizer read() {
        JsonNode model = root.path("model");
        if (!model.path("type").asText("BPE").equals("BPE")) {
            throw new ModelFormatException(where, "model type " + model.path("type") + ", supported is BPE");
        }
        List<JsonNode> steps = steps(root.path("pre_tokenizer"), "pretokenizers");
        boolean byteLevel = steps.stream().anyMatch(step -> type(step).equals("ByteLevel"));
        return byteLevel ? byteLevel(steps) : pieces(steps);
    }

    private Tokenizer byteLevel(List<JsonNode> steps) {
        boolean compose = false;
        for (JsonNode step : steps(root.path("normalizer"), "normalizers")) {
            if (!type(step).equals("NFC")) {
                throw new ModelFormatException(where, "normalizer " + type(step) + ", supported is NFC");
            }
            compose = true;
        }
        List<String> patterns = new ArrayList<>();
        for (JsonNode step : steps) {
            switch (type(step)) {
                case "Split" -> patterns.add(splitPattern(step));
                case "Digits" -> patterns.add(step.path("individual_digits").asBoolean() ? "\\p{N}" : "\\p{N}+");
                case "ByteLevel" -> {
                    if (step.path("add_prefix_space").asBoolean(false)) {
                        throw new ModelFormatException(where, "add_prefix_space is true, supported is false");
                    }
                    if (step.path("use_regex").asBoolean(true)) {
                        patterns.add(PreTokenizer.GPT2);
                    }
                }
                default -> throw new ModelFormatException(where, "pre-tokenizer " + type(step)
                        + ", supported are Split, Digits and ByteLevel");
            }
        }
        return new ByteLevelTokenizer(vocabulary, merges(), PreTokenizer.matching(patterns),
                root.path("model").path("ignore_merges").asBoolean(false), compose);
    }

    private String splitPattern(JsonNode step) {
        String pattern = step.path("pattern").path("Regex").asText("");
        if (pattern.isEmpty() || step.path("invert").asBoolean(false)
                || !step.path("behavior").asText().equals("Isolated")) {
            throw new ModelFormatException(where, "Split other than by an isolated pattern");
        }
        return pattern;
    }

    private Tokenizer pieces(List<JsonNode> steps) {
        String front = "";
        boolean everywhere = true;
        boolean blanks = false;
        for (JsonNode step : steps(root.path("normalizer"), "normalizers")) {
            switch (type(step)) {
                case "Prepend" -> front = step.path("prepend").asText();
                case "Replace" -> blanks = isBlankReplacement(step);
                default -> throw new ModelFormatException(where, "normalizer " + type(step)
                        + ", supported are Prepend and Replace");
            }
        }
        for (JsonNode step : steps) {
            boolean metaspace = type(step).equals("Metaspace") && step.path("replacement").asText(BLANK).equals(BLANK);
            if (!metaspace || step.path("split").asBoolean(true)) {
                throw new ModelFormatException(where, "pre-tokenizer " + type(step)
                        + ", supported are ByteLevel and Metaspace without splitting");
            }
            String scheme = step.path("prepend_scheme")
                    .asText(step.path("add_prefix_space").asBoolean(true) ? "always" : "never");
            front = scheme.equals("never") ? "" : BLANK;
            everywhere = !scheme.equals("first");
            blanks = true;
        }
        if (!blanks || !front.isEmpty() && !front.equals(BLANK)) {
            throw new ModelFormatException(where, "neither ByteLevel nor blanks as U+2581, supported are these two");
        }
        return new MergedPieceTokenizer(vocabulary, merges(), !front.isEmpty(), everywhere);
    }

    private boolean isBlankReplacement(JsonNode step) {
        if (!step.path("pattern").path("String").asText().equals(" ") || !step.path("content").asText().equals(BLANK)) {
            throw new ModelFormatException(where, "Replace other than of a blank by U+2581");
        }
        return true;
    }

    private List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : root.path("model").path("merges")) {
            if (merge.isTextual()) {
                merges.add(merge.asText());
                continue;
            }
            String left = merge.path(0).asText();
            String right = merge.path(1).asText();
            if (merge.size() != 2 || left.indexOf(' ') >= 0 || right.indexOf(' ') >= 0) {
                throw new ModelFormatException(where, "merge " + merge + ", expected two tokens without blanks");
            }
            merges.add(left + " " + right);
        }
        return merges;
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
