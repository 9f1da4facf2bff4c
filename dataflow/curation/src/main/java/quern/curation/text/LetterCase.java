package quern.curation.text;

import java.util.Locale;

/**
 * Whole texts in lower and upper case, independent of a language, in linear time: Java's own take quadratic time
 * where characters become several, and more than that for capital sigmas in one word.
 *
 * <p>A capital sigma that ends a word becomes the final one as Unicode and Python have it: letters before it and none
 * behind it, whatever points and marks stand between.
 */
public final class LetterCase {

    private static final char DOTTED_I = '\u0130';
    private static final char SIGMA = '\u03A3';
    private static final int PIECE_CHARACTERS = 1024;
    private static final int IGNORED_TYPES = 1 << Character.NON_SPACING_MARK | 1 << Character.ENCLOSING_MARK
            | 1 << Character.FORMAT | 1 << Character.MODIFIER_LETTER | 1 << Character.MODIFIER_SYMBOL;
    /** Unicode's Word_Break MidLetter, MidNumLet and Single_Quote. */
    private static final String IGNORED = "':.\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55"
            + "\uFF07\uFF0E\uFF1A";

    private LetterCase() {}

    /** The same object where nothing changes. */
    public static String lower(String text) {
        if (text.indexOf(DOTTED_I) < 0 && text.indexOf(SIGMA) < 0) {
            return text.toLowerCase(Locale.ROOT);
        }
        StringBuilder lower = new StringBuilder(text.length() + 16);
        int from = 0;
        for (int at = next(text, 0); at < text.length(); at = next(text, from)) {
            lower.append(text.substring(from, at).toLowerCase(Locale.ROOT));
            if (text.charAt(at) == DOTTED_I) {
                lower.append("i\u0307");
            } else {
                lower.append(endsWord(text, at) ? '\u03C2' : '\u03C3');
            }
            from = at + 1;
        }
        return lower.append(text.substring(from).toLowerCase(Locale.ROOT)).toString();
    }

    /** The same object where nothing changes, in a text that is not long. */
    public static String upper(String text) {
        if (text.length() <= PIECE_CHARACTERS) {
            return text.toUpperCase(Locale.ROOT);
        }
        StringBuilder upper = new StringBuilder(text.length() + 16);
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + PIECE_CHARACTERS);
            to += to < text.length() && Character.isHighSurrogate(text.charAt(to - 1)) ? 1 : 0;
            upper.append(text.substring(from, to).toUpperCase(Locale.ROOT));
            from = to;
        }
        return upper.toString();
    }

    private static int next(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) != DOTTED_I && text.charAt(at) != SIGMA) {
            at++;
        }
        return at;
    }

    private static boolean endsWord(String text, int sigma) {
        int before = sigma;
        while (before > 0 && isIgnored(text.codePointBefore(before))) {
            before -= Character.charCount(text.codePointBefore(before));
        }
        if (before == 0 || !isCased(text.codePointBefore(before))) {
            return false;
        }
        int behind = sigma + 1;
        while (behind < text.length() && isIgnored(text.codePointAt(behind))) {
            behind += Character.charCount(text.codePointAt(behind));
        }
        return behind == text.length() || !isCased(text.codePointAt(behind));
    }

    private static boolean isIgnored(int c) {
        return (1 << Character.getType(c) & IGNORED_TYPES) != 0 || IGNORED.indexOf(c) >= 0;
    }

    private static boolean isCased(int c) {
        return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
    }
}
