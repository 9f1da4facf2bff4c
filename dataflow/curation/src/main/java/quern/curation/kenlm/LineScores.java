package quern.curation.kenlm;

import java.util.Arrays;

/**
 * Scores the lines of a text that comes in parts. Lines end as Python's {@code splitlines} ends them. What is scored
 * are the words between white space of ASCII, as KenLM's Python module cuts them; what is counted are those between any
 * white space, as Data-Juicer counts them. The two differ where a piece holds a white space of another script.
 */
final class LineScores {

    private static final int WORD_BYTES = 64;
    private static final int CODE_POINT_BYTES_MAX = 4;
    /** White space beyond ASCII lies up to here, but for one. */
    private static final char LAST_NARROW_SPACE = 0x205F;
    private static final char WIDE_SPACE = 0x3000;

    private final KenlmModel model;
    private final SentenceScorer scorer;
    private byte[] word = new byte[WORD_BYTES];
    private int wordBytes;
    private boolean isInLine;
    private boolean isInCounted;
    private boolean isAfterReturn;
    private double score;
    private long counted;

    LineScores(KenlmModel model) {
        this.model = model;
        this.scorer = model.scorer();
    }

    /** @param part of the text, whole code points */
    void append(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c > ' ' && c < 0x7F) {
                inWord();
                put(c);
            } else if (Character.isHighSurrogate(c)) {
                int whole = part.codePointAt(i);
                inWord();
                put(whole);
                i += Character.charCount(whole) - 1;
            } else {
                appendOther(c);
            }
        }
    }

    private void appendOther(char c) {
        if (c > LAST_NARROW_SPACE && c != WIDE_SPACE) {
            inWord();
            put(c);
        } else if (isLineEnd(c)) {
            if (c != '\n' || !isAfterReturn) {
                inLine();
                endLine();
            }
            isAfterReturn = c == '\r';
        } else if (c == ' ' || c == '\t') {
            inLine();
            endWord();
            isInCounted = false;
        } else if (c == 0x1F || c >= 0xA0 && Character.getType(c) == Character.SPACE_SEPARATOR) {
            inLine();
            isInCounted = false;
            put(c);
        } else {
            inWord();
            put(c);
        }
    }

    private void inLine() {
        if (!isInLine) {
            scorer.begin();
        }
        isInLine = true;
        isAfterReturn = false;
    }

    private void inWord() {
        inLine();
        if (!isInCounted) {
            counted++;
        }
        isInCounted = true;
    }

    private void endWord() {
        if (wordBytes > 0) {
            scorer.add(model.index(word, wordBytes));
        }
        wordBytes = 0;
    }

    private void endLine() {
        endWord();
        score += scorer.end();
        counted++;
        isInLine = false;
        isInCounted = false;
    }

    /** Ten to the power of the negative score over what was counted; 0 where no line was. */
    double perplexity() {
        if (isInLine) {
            endLine();
        }
        return counted == 0 ? 0 : Math.pow(10, -score / counted);
    }

    private static boolean isLineEnd(int c) {
        return c >= '\n' && c <= '\r' || c >= 0x1C && c <= 0x1E || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** Appends a code point to the word in UTF-8; a surrogate alone is a question mark, as Java encodes it. */
    private void put(int c) {
        if (wordBytes > word.length - CODE_POINT_BYTES_MAX) {
            word = Arrays.copyOf(word, 2 * word.length);
        }
        if (c < 0x80) {
            word[wordBytes++] = (byte) c;
        } else if (c < 0x800) {
            word[wordBytes++] = (byte) (0xC0 | c >> 6);
            putTail(c);
        } else if (c < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                word[wordBytes++] = '?';
                return;
            }
            word[wordBytes++] = (byte) (0xE0 | c >> 12);
            putTail(c >> 6);
            putTail(c);
        } else {
            word[wordBytes++] = (byte) (0xF0 | c >> 18);
            putTail(c >> 12);
            putTail(c >> 6);
            putTail(c);
        }
    }

    private void putTail(int c) {
        word[wordBytes++] = (byte) (0x80 | c & 0x3F);
    }
}
