package quern.inference.tokenizer;

import java.util.BitSet;

/**
 * A rendered prompt that remembers which characters came from the template and which from messages, so that a control
 * token written out in a message stays plain text. Immutable.
 */
public final class PromptText {

    private final String text;
    private final BitSet content;

    private PromptText(String text, BitSet content) {
        this.text = text;
        this.content = content;
    }

    /** Text of which every character is the template's. */
    public static PromptText template(String text) {
        return new PromptText(text, new BitSet());
    }

    /** Text of which every character is a message's. */
    public static PromptText content(String text) {
        BitSet content = new BitSet();
        content.set(0, text.length());
        return new PromptText(text, content);
    }

    /** @param content indices of the characters that came from messages; copied */
    public static PromptText of(String text, BitSet content) {
        return new PromptText(text, content.get(0, text.length()));
    }

    public String text() {
        return text;
    }

    public int length() {
        return text.length();
    }

    char charAt(int index) {
        return text.charAt(index);
    }

    /** Whether the character came from a message. */
    public boolean isContent(int index) {
        return content.get(index);
    }

    @Override
    public String toString() {
        return text;
    }
}
