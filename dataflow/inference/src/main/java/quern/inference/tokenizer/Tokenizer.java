package quern.inference.tokenizer;

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
     * @param begin whether to put the beginning-of-sequence token first, if the model uses one
     */
    int[] encode(String text, boolean begin);

    /** Ids of a rendered template: control tokens written out in it become their ids, everything between is text. */
    default int[] encodeTemplate(String rendered) {
        return encodeTemplate(PromptText.template(rendered));
    }

    /** The same, but only control tokens of which every character is the template's become their ids. */
    int[] encodeTemplate(PromptText rendered);

    /** Bytes of one token; empty for control tokens. A code point may span tokens. */
    byte[] bytes(int token);

    /** Text of the ids: their bytes put together, control tokens left out, malformed bytes as U+FFFD. */
    String decode(int[] tokens);

    OptionalInt beginToken();

    /** Tokens that end an answer. */
    List<Integer> endTokens();

    boolean isControl(int token);

    /** How the token is written in a template ({@code <s>}, {@code <|im_end|>}), also for plain tokens. */
    String text(int token);
}
