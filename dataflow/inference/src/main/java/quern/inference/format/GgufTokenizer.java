package quern.inference.format;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import quern.inference.tokenizer.Frame;
import quern.inference.tokenizer.TokenKind;
import quern.inference.tokenizer.Vocabulary;

/**
 * A tokenizer as GGUF keeps it.
 *
 * @param model {@code gpt2}: byte-level pieces and merges; {@code llama}: SentencePiece's pieces and scores
 * @param pre name of the pre-tokenizer
 * @param scores one a token, the higher merges first; empty for {@code gpt2}
 * @param merges "left right", the first merges first; empty for {@code llama}
 * @param ends tokens that end an answer, the most usual first
 * @param addBegin the token of the beginning goes before a text
 * @param addEnd the first end token goes behind it
 * @param addSpacePrefix for {@code llama}: a blank goes before the text
 */
record GgufTokenizer(
        String model,
        String pre,
        List<String> tokens,
        float[] scores,
        List<TokenKind> kinds,
        List<String> merges,
        OptionalInt begin,
        List<Integer> ends,
        boolean addBegin,
        boolean addEnd,
        boolean addSpacePrefix,
        Specials specials) {

    /** What has a key of its own beside the vocabulary. */
    record Specials(OptionalInt unknown, OptionalInt padding, Optional<String> chatTemplate) {}

    private static final String KEY = "tokenizer.ggml.";

    static GgufTokenizer scored(
            Vocabulary vocabulary, float[] scores, Frame frame, boolean addSpacePrefix, Specials specials) {
        return new GgufTokenizer("llama", "default", vocabulary.texts(), scores, vocabulary.kinds(), List.of(),
                vocabulary.begin(), vocabulary.ends(), addsBegin(vocabulary, frame), !frame.behind().isEmpty(),
                addSpacePrefix, specials);
    }

    static GgufTokenizer merged(
            Vocabulary vocabulary, String pre, List<String> merges, Frame frame, Specials specials) {
        return new GgufTokenizer("gpt2", pre, vocabulary.texts(), new float[0], vocabulary.kinds(), merges,
                vocabulary.begin(), vocabulary.ends(), addsBegin(vocabulary, frame), !frame.behind().isEmpty(),
                false, specials);
    }

    private static boolean addsBegin(Vocabulary vocabulary, Frame frame) {
        return vocabulary.begin().isPresent() && frame.front().contains(vocabulary.begin().getAsInt());
    }

    void put(GgufWriter writer) {
        boolean scored = model.equals("llama");
        writer.text(KEY + "model", model).text(KEY + "pre", pre).texts(KEY + "tokens", tokens);
        if (scored) {
            writer.floats(KEY + "scores", scores);
        } else {
            writer.texts(KEY + "merges", merges);
        }
        writer.integers(KEY + "token_type", kinds.stream().mapToInt(TokenKind::ggufId).toArray())
                .flag(KEY + "add_bos_token", addBegin);
        if (addEnd) {
            writer.flag(KEY + "add_eos_token", true);
        }
        if (scored) {
            writer.flag(KEY + "add_space_prefix", addSpacePrefix);
        }
        begin.ifPresent(id -> writer.integer(KEY + "bos_token_id", id));
        if (!ends.isEmpty()) {
            writer.integer(KEY + "eos_token_id", ends.get(0));
        }
        if (ends.size() > 1) {
            writer.integer(KEY + "eot_token_id", ends.get(1));
        }
        specials.unknown.ifPresent(id -> writer.integer(KEY + "unknown_token_id", id));
        specials.padding.ifPresent(id -> writer.integer(KEY + "padding_token_id", id));
        specials.chatTemplate.ifPresent(template -> writer.text("tokenizer.chat_template", template));
    }
}
