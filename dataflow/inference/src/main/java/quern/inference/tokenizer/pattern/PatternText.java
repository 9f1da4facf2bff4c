package quern.inference.tokenizer.pattern;

/** A pattern being read, code point by code point. */
final class PatternText {

    private final String pattern;
    private int at;

    PatternText(String pattern) {
        this.pattern = pattern;
    }

    boolean atEnd() {
        return at >= pattern.length();
    }

    int peek() {
        return atEnd() ? -1 : pattern.codePointAt(at);
    }

    boolean ahead(String next) {
        return pattern.startsWith(next, at);
    }

    int next() {
        if (atEnd()) {
            throw problem("ends too early");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    boolean take(int c) {
        if (peek() != c) {
            return false;
        }
        at += Character.charCount(c);
        return true;
    }

    void expect(int c) {
        if (!take(c)) {
            throw problem("expected " + Character.toString(c));
        }
    }

    /** What stands before the next {@code end}, which is taken too. */
    String until(char end) {
        int to = pattern.indexOf(end, at);
        if (to < 0) {
            throw problem("expected " + end);
        }
        String found = pattern.substring(at, to);
        at = to + 1;
        return found;
    }

    /** Up to {@code most} hexadecimal digits as a number. */
    int hexadecimal(int most) {
        int value = 0;
        int digits = 0;
        while (digits < most && !atEnd() && Character.digit(pattern.charAt(at), 16) >= 0) {
            value = value * 16 + Character.digit(pattern.charAt(at++), 16);
            digits++;
        }
        if (digits == 0 || value > Character.MAX_CODE_POINT) {
            throw problem("expected the hexadecimal number of a code point");
        }
        return value;
    }

    /** Whether a count such as {@code {2}} or {@code {1,3}} begins here; other braces are literal. */
    boolean countAhead() {
        int to = pattern.indexOf('}', at);
        return to > at && pattern.substring(at + 1, to).matches("\\d+(,\\d*)?|,\\d+");
    }

    PatternException problem(String what) {
        return new PatternException(pattern, what + " at character " + at);
    }
}
