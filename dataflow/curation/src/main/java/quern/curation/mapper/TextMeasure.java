package quern.curation.mapper;

import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import quern.curation.PieceSource;

/** Where the units end in which a text's length is counted. Places are in chars. */
interface TextMeasure {

    /** A measure of code points. */
    TextMeasure CODE_POINTS = (text, from, units) -> {
        int at = from;
        for (int i = 0; i < units && at < text.length(); i++) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    };

    /** Where so many units end that begin at {@code from}; the text's length where there are no more. */
    int end(String text, int from, int units);

    /** The ends of all units; empty where they are only known from the start of each piece on. */
    default Optional<int[]> ends(String text) {
        return Optional.empty();
    }

    /** A measure of a tokenizer's tokens. */
    static TextMeasure tokens(PieceSource tokenizer) {
        return new TextMeasure() {
            @Override
            public Optional<int[]> ends(String text) {
                return tokenizer.ends(text);
            }

            @Override
            public int end(String text, int from, int units) {
                // Only as much of a long text is cut as is looked at; what stands at its end may be a token's part.
                for (long chars = from + 8L * units + 256; chars < text.length(); chars += chars - from) {
                    boolean within = Character.isLowSurrogate(text.charAt((int) chars));
                    String part = text.substring(from, within ? (int) chars - 1 : (int) chars);
                    int end = tokenEnd(tokenizer, part, units, units / 4 + 32);
                    if (end < part.length()) {
                        return from + end;
                    }
                }
                return from + tokenEnd(tokenizer, text.substring(from), units, 0);
            }
        };
    }

    /** @param more tokens there must be behind; the text's length where there are not */
    private static int tokenEnd(PieceSource tokenizer, String text, int tokens, int more) {
        Optional<int[]> ends = tokenizer.ends(text);
        int count = ends.map(all -> all.length).orElseGet(() -> tokenizer.pieces(text).length);
        if (count <= tokens + more) {
            return text.length();
        }
        return ends.map(all -> all[tokens - 1]).orElseGet(() -> longest(tokenizer, text, tokens));
    }

    /**
     * A beginning of whole words with at most so many tokens by itself, where the tokenizer changes the text; of a
     * part of a word where the first one has more.
     */
    private static int longest(PieceSource tokenizer, String text, int tokens) {
        int[] words = IntStream.range(1, text.length()).filter(at -> Character.isWhitespace(text.charAt(at))
                && !Character.isWhitespace(text.charAt(at - 1))).toArray();
        int most = most(words.length, word -> tokenizer.pieces(text.substring(0, words[word])).length <= tokens);
        if (most > 0) {
            return words[most - 1];
        }
        int chars = most(text.length() - 1, at -> tokenizer.pieces(text.substring(0, at + 1)).length <= tokens);
        return chars > 0 && Character.isLowSurrogate(text.charAt(chars)) ? chars - 1 : chars;
    }

    /** How many of the first {@code count} fit, where those that fit come first. */
    private static int most(int count, IntPredicate fits) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (fits.test(middle - 1)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
