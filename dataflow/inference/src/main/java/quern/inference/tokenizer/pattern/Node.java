package quern.inference.tokenizer.pattern;

import java.util.List;

/** A parsed pattern. */
sealed interface Node {

    /** @param codePoints one of them is consumed */
    record One(CharSet codePoints) implements Node {}

    record Row(List<Node> parts) implements Node {}

    /** Tried in order. */
    record Choice(List<Node> branches) implements Node {}

    /** How a repetition chooses: the most first, the fewest first, or the most without ever giving back. */
    enum Greed { GREEDY, LAZY, POSSESSIVE }

    /** @param max -1 for no limit */
    record Repeat(Node body, int min, int max, Greed greed) implements Node {}

    record Atomic(Node body) implements Node {}

    record Ahead(Node body, boolean negated) implements Node {}

    record Behind(CharSet codePoints, boolean negated) implements Node {}

    record At(Place place) implements Node {}

    /** Conditions on a position. */
    enum Place { TEXT_START, TEXT_END, TEXT_END_OR_LAST_BREAK, LINE_START, LINE_END, WORD_EDGE, NO_WORD_EDGE }

    /** Whether it can match without consuming anything. */
    default boolean nullable() {
        return switch (this) {
            case One one -> false;
            case Row row -> row.parts().stream().allMatch(Node::nullable);
            case Choice choice -> choice.branches().stream().anyMatch(Node::nullable);
            case Repeat repeat -> repeat.min() == 0 || repeat.body().nullable();
            case Atomic atomic -> atomic.body().nullable();
            case Ahead ahead -> true;
            case Behind behind -> true;
            case At at -> true;
        };
    }
}
