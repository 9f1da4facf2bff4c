package quern.inference.tokenizer;

import java.util.function.Consumer;

/** Pieces of a text on their way to words: a word is handed over when no later piece can join it. */
final class Pieces {

    private final String text;
    private final WordRule.Behavior behavior;
    private final Consumer<String> words;
    private int from;
    private int to;
    private boolean matched;
    private boolean any;

    Pieces(String text, WordRule.Behavior behavior, Consumer<String> words) {
        this.text = text;
        this.behavior = behavior;
        this.words = words;
    }

    void add(int pieceFrom, int pieceTo, boolean match) {
        boolean joins = any && switch (behavior) {
            case REMOVED -> false;
            case ISOLATED -> false;
            case CONTIGUOUS -> matched == match;
            case MERGED_WITH_PREVIOUS -> match && !matched;
            case MERGED_WITH_NEXT -> matched && !match;
        };
        if (!joins) {
            end();
            from = pieceFrom;
        }
        to = pieceTo;
        matched = match;
        any = true;
    }

    void end() {
        if (any && !(behavior == WordRule.Behavior.REMOVED && matched)) {
            words.accept(text.substring(from, to));
        }
        any = false;
    }
}
