package quern.inference.template;

import java.util.BitSet;

/** Puts text together and keeps track of where its characters came from. */
final class TextBuilder {

    private final StringBuilder value = new StringBuilder();
    private final BitSet content = new BitSet();
    private final Budget budget;

    TextBuilder(Budget budget) {
        this.budget = budget;
    }

    TextBuilder add(Text text) {
        return add(text, 0, text.length());
    }

    TextBuilder add(Text text, int from, int to) {
        budget.text(value.length() + (to - from), to - from);
        for (int at = from; at < to; ) {
            int end = text.runEnd(at, to);
            if (text.isContent(at)) {
                content.set(value.length() + at - from, value.length() + end - from);
            }
            at = end;
        }
        value.append(text.value(), from, to);
        return this;
    }

    TextBuilder add(String text) {
        budget.text(value.length() + text.length(), text.length());
        value.append(text);
        return this;
    }

    Text build() {
        return new Text(value.toString(), content);
    }
}
