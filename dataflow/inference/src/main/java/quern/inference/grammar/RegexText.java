package quern.inference.grammar;

/** A pattern being read. */
final class RegexText {

    private final int[] chars;
    private final String at;
    private int position;

    RegexText(String pattern, String at) {
        this.chars = pattern.codePoints().toArray();
        this.at = at;
    }

    boolean atEnd() {
        return position == chars.length;
    }

    /** The next character, 0 at the end. */
    int peek() {
        return atEnd() ? 0 : chars[position];
    }

    int next() {
        if (atEnd()) {
            throw problem("ends too early");
        }
        return chars[position++];
    }

    boolean take(int c) {
        boolean there = !atEnd() && chars[position] == c;
        position += there ? 1 : 0;
        return there;
    }

    /** Whether {@code {n}}, {@code {n,}} or {@code {n,m}} comes next; any other brace stands for itself. */
    boolean quantifierAhead() {
        int i = position;
        if (i >= chars.length || chars[i++] != '{') {
            return false;
        }
        int digits = i;
        while (i < chars.length && isDigit(chars[i])) {
            i++;
        }
        if (i == digits) {
            return false;
        }
        if (i < chars.length && chars[i] == ',') {
            i++;
            while (i < chars.length && isDigit(chars[i])) {
                i++;
            }
        }
        return i < chars.length && chars[i] == '}';
    }

    int number() {
        int value = 0;
        while (!atEnd() && isDigit(peek())) {
            value = Math.min(1_000_000, 10 * value + next() - '0');
        }
        return value;
    }

    int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw problem("a hexadecimal digit is missing");
            }
            value = 16 * value + digit;
        }
        return value;
    }

    GrammarException problem(String what) {
        return new GrammarException(at, "pattern cannot be used: " + what + " (character " + position + ")");
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
