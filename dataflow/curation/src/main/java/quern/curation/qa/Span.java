package quern.curation.qa;

/**
 * A run of characters of a text.
 *
 * @param from first UTF-16 unit
 * @param to one past the last
 */
record Span(int from, int to) {

    /** The span without white space, and without some characters, at its ends. */
    static Span trimmed(String text, int from, int to, String alsoCut) {
        while (from < to && isCut(text.charAt(from), alsoCut)) {
            from++;
        }
        while (from < to && isCut(text.charAt(to - 1), alsoCut)) {
            to--;
        }
        return new Span(from, to);
    }

    boolean isEmpty() {
        return from >= to;
    }

    /** The characters, every run of white space as one space. */
    String in(String text) {
        return text.substring(from, to).replaceAll("\\s+", " ").strip();
    }

    int wordCount(String text) {
        String words = in(text);
        return words.isEmpty() ? 0 : words.split(" ").length;
    }

    private static boolean isCut(char c, String alsoCut) {
        return Character.isWhitespace(c) || c == '\u00A0' || alsoCut.indexOf(c) >= 0;
    }
}
