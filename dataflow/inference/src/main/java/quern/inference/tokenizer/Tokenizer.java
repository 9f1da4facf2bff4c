package quern.inference.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Text to token ids and back. Immutable and safe for any thread. */
public interface Tokenizer {

    /** Longest text that is encoded at once, in chars; a longer one is a {@link quern.config.QuernException}. */
    int TEXT_CHARS_MAX = 1 << 22;

    int vocabularySize();

    /**
     * Ids of plain text. Text that looks like a control token stays text.
     *
     * @param begin whether to put the tokens in front that the model expects there, if it expects any
     */
    int[] encode(String text, boolean begin);

    /**
     * The tokens of plain text as they are written; a part that has none is itself where the tokenizer
     * is one of SentencePiece's kinds, which does the same, else the unknown token.
     */
    default String[] pieces(String text) {
        return Arrays.stream(encode(text, false)).mapToObj(this::text).toArray(String[]::new);
    }

    /** Ids of a whole plain text with its {@link #frame()}, as an encoder such as BERT takes it. */
    default int[] encodeFramed(String text) {
        return frame().around(encode(text, false));
    }

    /** The tokens the model was trained to see around a whole text. */
    default Frame frame() {
        return Frame.NONE;
    }

    /** Ids of a rendered template: control tokens written out in it become their ids, everything between is text. */
    default int[] encodeTemplate(String rendered) {
        return encodeTemplate(PromptText.template(rendered));
    }

    /** The same, but only control tokens of which every character is the template's become their ids. */
    int[] encodeTemplate(PromptText rendered);

    /** Bytes of one token; empty for control tokens. A code point may span tokens. */
    byte[] bytes(int token);

    /**
     * Text of the ids: their bytes put together, control tokens left out, malformed bytes as U+FFFD. A blank that
     * encoding puts in front of a text is taken away again.
     */
    String decode(int[] tokens);

    OptionalInt beginToken();

    /** Tokens that end an answer. */
    List<Integer> endTokens();

    boolean isControl(int token);

    /** How the token is written in a template ({@code <s>}, {@code <|im_end|>}), also for plain tokens. */
    String text(int token);
}
