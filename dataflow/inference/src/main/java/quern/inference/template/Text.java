package quern.inference.template;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import quern.inference.tokenizer.PromptText;

/** A string value that knows for each character whether it came from the conversation or from the template. */
final class Text implements Comparable<Text> {

    static final Text EMPTY = new Text("", new BitSet());

    private final String value;
    private final BitSet content;

    Text(String value, BitSet content) {
        this.value = value;
        this.content = content;
    }

    static Text template(String value) {
        return new Text(value, new BitSet());
    }

    static Text content(String value) {
        BitSet content = new BitSet();
        content.set(0, value.length());
        return new Text(value, content);
    }

    static Text of(String value, boolean isContent) {
        return isContent ? content(value) : template(value);
    }

    String value() {
        return value;
    }

    int length() {
        return value.length();
    }

    boolean hasContent() {
        return !content.isEmpty();
    }

    boolean isContent(int index) {
        return content.get(index);
    }

    /** Index after {@code from} where the origin changes, at most {@code to}. */
    int runEnd(int from, int to) {
        int next = content.get(from) ? content.nextClearBit(from) : content.nextSetBit(from);
        return next < 0 ? to : Math.min(next, to);
    }

    Text slice(int from, int to) {
        return from == 0 && to == value.length() ? this : new Text(value.substring(from, to), content.get(from, to));
    }

    /** Another spelling, such as upper case; where its length differs all of it counts as content if any was. */
    Text respelled(UnaryOperator<String> spelling) {
        String other = spelling.apply(value);
        return other.length() == value.length() ? new Text(other, content) : of(other, hasContent());
    }

    /** Its characters, whole code points. */
    List<Object> characters() {
        List<Object> characters = new ArrayList<>();
        int at = 0;
        while (at < value.length()) {
            int end = value.offsetByCodePoints(at, 1);
            characters.add(slice(at, end));
            at = end;
        }
        return characters;
    }

    /** By code points, as Python orders. */
    @Override
    public int compareTo(Text other) {
        int length = Math.min(value.length(), other.value.length());
        for (int i = 0; i < length; i++) {
            if (value.charAt(i) != other.value.charAt(i)) {
                return Integer.compare(value.codePointAt(i), other.value.codePointAt(i));
            }
        }
        return Integer.compare(value.length(), other.value.length());
    }

    PromptText toPrompt() {
        return PromptText.of(value, content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && text.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
