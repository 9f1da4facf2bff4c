package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import quern.inference.tokenizer.CharsMap;
import quern.inference.tokenizer.PreTokenizer;
import quern.inference.tokenizer.TextRule;
import quern.inference.tokenizer.WordRule;
import quern.inference.tokenizer.WordRule.Behavior;
import quern.inference.tokenizer.WordRule.Metaspace.Front;
import quern.inference.tokenizer.WordRule.Split;
import quern.inference.tokenizer.Writing;
import quern.inference.tokenizer.pattern.TextPattern;

/** Reads the normalizers and pre-tokenizers of {@code tokenizer.json}; one that is not known is refused by name. */
final class TokenizerSteps {

    /** What the step Whitespace takes for parts of words; patterns in a file mean more by \\w. */
    private static final String WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200C}\\x{200D}";
    private static final int DEPTH_MAX = 8;
    private static final int STEPS_MAX = 64;
    private static final int CONTENT_CHARS_MAX = 256;
    private static final int BYTE_STEPS_MAX = 2;

    private final String where;

    TokenizerSteps(String where) {
        this.where = where;
    }

    static String type(JsonNode step) {
        return step.path("type").asText("");
    }

    /** A step or the members of a sequence, those of nested sequences too. */
    List<JsonNode> flat(JsonNode node, String members) {
        List<JsonNode> steps = new ArrayList<>();
        flatten(node, members, 0, steps);
        return steps;
    }

    private void flatten(JsonNode node, String members, int depth, List<JsonNode> steps) {
        if (depth > DEPTH_MAX || steps.size() > STEPS_MAX) {
            throw new ModelFormatException(where, members + " nested deeper than " + DEPTH_MAX + " or more than "
                    + STEPS_MAX);
        }
        if (type(node).equals("Sequence")) {
            node.path(members).forEach(step -> flatten(step, members, depth + 1, steps));
        } else if (node.isObject()) {
            steps.add(node);
        } else if (!node.isNull() && !node.isMissingNode()) {
            throw new ModelFormatException(where, members + " hold " + node.getNodeType() + ", expected an object");
        }
    }

    List<TextRule> normalizers(JsonNode root) {
        List<TextRule> rules = new ArrayList<>();
        for (JsonNode step : flat(root, "normalizers")) {
            rules.add(normalizer(step));
        }
        return rules;
    }

    private TextRule normalizer(JsonNode step) {
        return switch (type(step)) {
            case "NFC" -> new TextRule.Form(Normalizer.Form.NFC);
            case "NFD" -> new TextRule.Form(Normalizer.Form.NFD);
            case "NFKC" -> new TextRule.Form(Normalizer.Form.NFKC);
            case "NFKD" -> new TextRule.Form(Normalizer.Form.NFKD);
            case "Lowercase" -> new TextRule.Lowercase();
            case "Strip" -> new TextRule.Strip(
                    step.path("strip_left").asBoolean(true), step.path("strip_right").asBoolean(true));
            case "StripAccents" -> new TextRule.StripAccents();
            case "Prepend" -> new TextRule.Prepend(brief(step.path("prepend").asText()));
            case "Replace" -> replace(step);
            case "Nmt" -> new TextRule.Nmt();
            case "ByteLevel" -> new TextRule.Bytes();
            case "BertNormalizer" -> {
                boolean lowercase = step.path("lowercase").asBoolean(true);
                yield new TextRule.Bert(step.path("clean_text").asBoolean(true),
                        step.path("handle_chinese_chars").asBoolean(true),
                        step.path("strip_accents").asBoolean(lowercase), lowercase);
            }
            case "Precompiled" -> new TextRule.Table(
                    CharsMap.ofGraphemes(base64(step.path("precompiled_charsmap").asText(""))));
            default -> throw unknown("normalizer", step, "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents,"
                    + " Prepend, Replace, Nmt, ByteLevel, BertNormalizer, Precompiled and Sequence");
        };
    }

    private byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException malformed) {
            throw new ModelFormatException(where, "precompiled_charsmap is no base 64", malformed);
        }
    }

    /** A Replace of a normalizer or decoder. */
    TextRule replace(JsonNode step) {
        String content = brief(step.path("content").asText(""));
        JsonNode pattern = step.path("pattern");
        if (pattern.path("String").isTextual()) {
            return new TextRule.Replace(pattern.path("String").asText(), content);
        }
        return new TextRule.ReplacePattern(pattern(pattern), content);
    }

    /** Each match of a text becomes it, so it bounds what a text grows to. */
    private String brief(String content) {
        if (content.length() > CONTENT_CHARS_MAX) {
            throw new ModelFormatException(where, "a step puts in " + content.length() + " characters, at most "
                    + CONTENT_CHARS_MAX);
        }
        return content;
    }

    private TextPattern pattern(JsonNode pattern) {
        if (pattern.isTextual()) {
            return TextPattern.literal(pattern.asText());
        }
        if (pattern.path("String").isTextual()) {
            return TextPattern.literal(pattern.path("String").asText());
        }
        if (!pattern.path("Regex").isTextual()) {
            throw new ModelFormatException(where, "pattern " + pattern + ", expected a String or a Regex");
        }
        return TextPattern.of(pattern.path("Regex").asText());
    }

    List<WordRule> preTokenizers(JsonNode root) {
        List<WordRule> rules = new ArrayList<>();
        for (JsonNode step : flat(root, "pretokenizers")) {
            preTokenizer(step, rules);
        }
        // Each writes a text anew in up to twice its length.
        long byteSteps = rules.stream().filter(WordRule.Bytes.class::isInstance).count();
        if (byteSteps > BYTE_STEPS_MAX) {
            throw new ModelFormatException(where, byteSteps + " ByteLevel pre-tokenizers, at most " + BYTE_STEPS_MAX);
        }
        return rules;
    }

    private void preTokenizer(JsonNode step, List<WordRule> rules) {
        switch (type(step)) {
            case "ByteLevel" -> {
                if (step.path("add_prefix_space").asBoolean(true)) {
                    rules.add(new WordRule.BlankInFront());
                }
                if (step.path("use_regex").asBoolean(true)) {
                    rules.add(Split.isolated(PreTokenizer.GPT2));
                }
                rules.add(new WordRule.Bytes());
            }
            case "Split" -> rules.add(new Split(
                    pattern(step.path("pattern")), behavior(step), step.path("invert").asBoolean(false)));
            case "Digits" -> rules.add(new Split(TextPattern.of("\\p{N}"),
                    step.path("individual_digits").asBoolean(false) ? Behavior.ISOLATED : Behavior.CONTIGUOUS, false));
            case "Punctuation" -> rules.add(Split.punctuation(behavior(step)));
            case "Whitespace" -> rules.add(new Split(
                    TextPattern.of("[" + WORD + "]+|[^" + WORD + "\\s]+"), Behavior.REMOVED, true));
            case "WhitespaceSplit" -> rules.add(Split.space());
            case "BertPreTokenizer" -> {
                rules.add(Split.space());
                rules.add(Split.punctuation(Behavior.ISOLATED));
            }
            case "CharDelimiterSplit" -> rules.add(new Split(
                    TextPattern.literal(step.path("delimiter").asText(" ")), Behavior.REMOVED, false));
            case "Metaspace" -> rules.add(metaspace(step));
            case "UnicodeScripts" -> rules.add(new WordRule.Scripts());
            case "FixedLength" -> rules.add(new WordRule.FixedLength(Math.max(1, step.path("length").asInt(5))));
            default -> throw unknown("pre-tokenizer", step, "ByteLevel, Split, Digits, Punctuation, Whitespace,"
                    + " WhitespaceSplit, BertPreTokenizer, CharDelimiterSplit, Metaspace, UnicodeScripts, FixedLength"
                    + " and Sequence");
        }
    }

    private Behavior behavior(JsonNode step) {
        String name = step.path("behavior").asText("Isolated");
        return switch (name.toLowerCase(Locale.ROOT).replace("_", "")) {
            case "removed" -> Behavior.REMOVED;
            case "isolated" -> Behavior.ISOLATED;
            case "contiguous" -> Behavior.CONTIGUOUS;
            case "mergedwithprevious" -> Behavior.MERGED_WITH_PREVIOUS;
            case "mergedwithnext" -> Behavior.MERGED_WITH_NEXT;
            default -> throw new ModelFormatException(where, type(step) + " with behavior " + name);
        };
    }

    private WordRule metaspace(JsonNode step) {
        String scheme = scheme(step);
        Front front = switch (scheme) {
            case "always" -> Front.ALWAYS;
            case "first" -> Front.FIRST;
            case "never" -> Front.NEVER;
            default -> throw new ModelFormatException(where, "Metaspace with prepend_scheme " + scheme);
        };
        return new WordRule.Metaspace(sign(step), front, step.path("split").asBoolean(true));
    }

    /** Older files have a flag in place of the scheme. */
    static String scheme(JsonNode step) {
        return step.path("prepend_scheme").asText(step.path("add_prefix_space").asBoolean(true) ? "always" : "never");
    }

    /** What a Metaspace writes for a blank. */
    String sign(JsonNode step) {
        String sign = step.path("replacement").asText(Writing.BLANK_SIGN);
        if (sign.codePointCount(0, sign.length()) != 1) {
            throw new ModelFormatException(where, "Metaspace with replacement " + step.path("replacement")
                    + ", expected one character");
        }
        return sign;
    }

    ModelFormatException unknown(String what, JsonNode step, String supported) {
        return new ModelFormatException(
                where, what + " " + (type(step).isEmpty() ? step : type(step)) + ", supported are " + supported);
    }
}
