package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import quern.inference.tokenizer.TextRule;
import quern.inference.tokenizer.WordRule;
import quern.inference.tokenizer.WordRule.Metaspace.Front;
import quern.inference.tokenizer.Writing;
import quern.inference.tokenizer.Writing.FrontBlank;

/**
 * Reads the decoder of {@code tokenizer.json} as what each token stands for. A blank in front of a text is taken away
 * where the steps of encoding put it there.
 */
final class TokenizerDecoder {

    private final TokenizerSteps steps;
    private final String where;
    private Writing.Bytes bytes = Writing.Bytes.NONE;
    private final List<TextRule> replaced = new ArrayList<>();
    private String innerPrefix = "";
    private String wordEnd = "";
    private boolean tidy;

    private TokenizerDecoder(String where) {
        this.steps = new TokenizerSteps(where);
        this.where = where;
    }

    /** @param byteFallback whether {@code <0xNN>} stand for bytes */
    static Writing read(
            JsonNode root, List<TextRule> texts, List<WordRule> words, boolean byteFallback, String where) {
        TokenizerDecoder decoder = new TokenizerDecoder(where);
        boolean alphabet = words.stream().anyMatch(WordRule.Bytes.class::isInstance)
                || texts.stream().anyMatch(TextRule.Bytes.class::isInstance);
        if (byteFallback) {
            decoder.bytes = Writing.Bytes.FALLBACK;
        } else if (alphabet) {
            decoder.bytes = Writing.Bytes.ALPHABET;
        }
        for (JsonNode step : decoder.steps.flat(root, "decoders")) {
            decoder.add(step);
        }
        FrontBlank front = decoder.innerPrefix.isEmpty() ? front(texts, words) : FrontBlank.FIRST;
        return new Writing(
                decoder.bytes, decoder.replaced, decoder.innerPrefix, decoder.wordEnd, front, decoder.tidy);
    }

    private static FrontBlank front(List<TextRule> texts, List<WordRule> words) {
        for (TextRule rule : texts) {
            if (rule instanceof TextRule.Prepend) {
                return FrontBlank.ALWAYS;
            }
        }
        for (WordRule rule : words) {
            if (rule instanceof WordRule.Metaspace metaspace) {
                return metaspace.front() == Front.ALWAYS ? FrontBlank.ALWAYS
                        : metaspace.front() == Front.FIRST ? FrontBlank.FIRST : FrontBlank.NONE;
            }
        }
        return FrontBlank.NONE;
    }

    private void add(JsonNode step) {
        switch (TokenizerSteps.type(step)) {
            case "ByteLevel" -> bytes = Writing.Bytes.ALPHABET;
            case "ByteFallback" -> bytes = Writing.Bytes.FALLBACK;
            case "Fuse" -> { }
            case "Replace" -> replaced.add(steps.replace(step));
            case "Metaspace" -> replaced.add(new TextRule.Replace(steps.sign(step), " "));
            case "Strip" -> {
                if (!step.path("content").asText(" ").equals(" ") || step.path("stop").asInt(0) > 0) {
                    throw new ModelFormatException(
                            where, "decoder Strip " + step + ", supported is of a blank in front");
                }
            }
            case "WordPiece" -> {
                innerPrefix = step.path("prefix").asText("##");
                tidy = step.path("cleanup").asBoolean(true);
            }
            case "BPEDecoder" -> wordEnd = step.path("suffix").asText("</w>");
            default -> throw steps.unknown("decoder", step,
                    "ByteLevel, ByteFallback, Fuse, Replace, Metaspace, Strip, WordPiece, BPEDecoder and Sequence");
        }
    }
}
