package quern.curation.text;

/** Python's string methods where they differ from Java's. */
public final class PythonText {

    private PythonText() {}

    /** Python's {@code str.strip()}. The same object where nothing is cut. */
    public static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && CodePoints.isSpace(text.charAt(from))) {
            from++;
        }
        while (from < to && CodePoints.isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Whether nothing would be left by {@link #strip}. */
    public static boolean isBlank(String text) {
        return text.chars().allMatch(CodePoints::isSpace);
    }

    /** Unicode White_Space, what {@code \s} matches there: unlike {@code isspace}, without U+001C to U+001F. */
    public static boolean isWhiteSpaceProperty(int codePoint) {
        return CodePoints.isSpace(codePoint) && (codePoint < 0x1C || codePoint > 0x1F);
    }

    /** The word without special characters at its ends; code point by code point. */
    public static String stripSpecial(String word) {
        int from = 0;
        int to = word.length();
        while (from < to && CodePoints.isSpecial(word.codePointAt(from))) {
            from += Character.charCount(word.codePointAt(from));
        }
        while (from < to && CodePoints.isSpecial(word.codePointBefore(to))) {
            to -= Character.charCount(word.codePointBefore(to));
        }
        return word.substring(from, to);
    }
}
