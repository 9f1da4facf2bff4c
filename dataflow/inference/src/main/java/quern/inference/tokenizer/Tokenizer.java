package quern.inference.tokenizer;

import java.util.List;
import java.util.OptionalInt;

/** Text to token ids and back. Immutable and safe for any thread. */
public interface Tokenizer {

    int vocabularySize();

    /**
     * Ids of plain text. Text that looks like a control token stays text.
     *
     * @param begin whether to put the beginning-of-sequence token first, if the model uses one
     */
    int[] encode(String text, boolean begin);

    /** Ids of a rendered template: control tokens written out in it become their ids, everything between is text. */
    int[] encodeTemplate(String rendered);

    /** Bytes of one token; empty for control tokens. A code point may span tokens. */
    byte[] bytes(int token);

    /** Text of the ids, control tokens left out, malformed bytes as U+FFFD. */
    String decode(int[] tokens);

    OptionalInt beginToken();

    /** Tokens that end an answer. */
    List<Integer> endTokens();

    boolean isControl(int token);

    /** How the token is written in a template ({@code <s>}, {@code <|im_end|>}), also for plain tokens. */
    String text(int token);
}
