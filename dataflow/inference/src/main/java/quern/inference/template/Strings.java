package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** What Python's strings know about characters, words and lines. Indexes are those of Java, in chars. */
final class Strings {

    private Strings() {}

    /** Python's {@code isspace}. All such characters are single chars. */
    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    private static boolean isLineEnd(char c) {
        return c >= '\n' && c <= '\r' || c >= 0x1c && c <= 0x1e || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** @param characters what is taken away; null: white space */
    static Text strip(Text text, String characters, boolean left, boolean right) {
        String value = text.value();
        int from = 0;
        int to = value.length();
        while (left && from < to && isStripped(value.codePointAt(from), characters)) {
            from += Character.charCount(value.codePointAt(from));
        }
        while (right && to > from && isStripped(value.codePointBefore(to), characters)) {
            to -= Character.charCount(value.codePointBefore(to));
        }
        return text.slice(from, to);
    }

    private static boolean isStripped(int c, String characters) {
        return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    static List<Object> lines(Text text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        String value = text.value();
        int from = 0;
        for (int at = 0; at < value.length(); at++) {
            if (isLineEnd(value.charAt(at))) {
                boolean pair = value.startsWith("\r\n", at);
                int next = at + (pair ? 2 : 1);
                lines.add(text.slice(from, keepEnds ? next : at));
                from = next;
                at = next - 1;
            }
        }
        if (from < value.length()) {
            lines.add(text.slice(from, value.length()));
        }
        return lines;
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return titleCase(text.codePointAt(0)) + lower(text.substring(first));
    }

    /** Python's {@code str.title}: each run of letters by itself. */
    static String title(String text) {
        StringBuilder title = new StringBuilder(text.length());
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            title.append(inside ? lower(Character.toString(c)) : titleCase(c));
            inside = isCased(c);
        }
        return title.toString();
    }

    /** Jinja's filter {@code title}: words begin after blanks, hyphens and opening brackets. */
    static String titleWords(String text) {
        StringBuilder title = new StringBuilder(text.length());
        StringBuilder word = new StringBuilder();
        for (int c : text.codePoints().toArray()) {
            if (isSpace(c) || "-({[<".indexOf(c) >= 0) {
                appendWord(title, word);
                title.appendCodePoint(c);
            } else {
                word.appendCodePoint(c);
            }
        }
        appendWord(title, word);
        return title.toString();
    }

    private static void appendWord(StringBuilder title, StringBuilder word) {
        if (word.length() > 0) {
            int first = word.offsetByCodePoints(0, 1);
            title.append(upper(word.substring(0, first))).append(lower(word.substring(first)));
            word.setLength(0);
        }
    }

    static String swapCase(String text) {
        StringBuilder swapped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            swapped.append(Character.isUpperCase(c) ? lower(one) : Character.isLowerCase(c) ? upper(one) : one);
        });
        return swapped.toString();
    }

    private static String titleCase(int c) {
        int title = Character.toTitleCase(c);
        if (title != c || Character.isTitleCase(c)) {
            return Character.toString(title);
        }
        String upper = upper(Character.toString(c));
        return upper.codePointCount(0, upper.length()) > 1 ? capitalizeExpanded(upper) : upper;
    }

    /** Of a character that becomes several only the first stays a capital. */
    private static String capitalizeExpanded(String upper) {
        int first = upper.offsetByCodePoints(0, 1);
        return upper.substring(0, first) + lower(upper.substring(first));
    }

    private static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** Whether the text has a cased character and all of them pass. */
    static boolean allCased(String text, IntPredicate passes) {
        return text.codePoints().anyMatch(Strings::isCased)
                && text.codePoints().filter(Strings::isCased).allMatch(passes);
    }

    static boolean isTitle(String text) {
        boolean any = false;
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (isCased(c) && upper == inside) {
                return false;
            }
            inside = isCased(c);
            any |= inside;
        }
        return any;
    }

    static boolean all(String text, IntPredicate passes) {
        return !text.isEmpty() && text.codePoints().allMatch(passes);
    }

    static boolean isNumeric(int c) {
        return Character.isDigit(c) || Character.getType(c) == Character.LETTER_NUMBER
                || Character.getType(c) == Character.OTHER_NUMBER;
    }

    /** Python's {@code isdigit}: decimal digits and those set high or low. */
    static boolean isDigit(int c) {
        return Character.isDigit(c) || "\u00b2\u00b3\u00b9\u2070".indexOf(c) >= 0 || c >= 0x2074 && c <= 0x2079
                || c >= 0x2080 && c <= 0x2089 || c >= 0x2460 && c <= 0x2468;
    }

    /** Whether Python's {@code repr} shows the character as it is. */
    static boolean isPrintable(int c) {
        return c == ' ' || switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE,
                    Character.UNASSIGNED, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Chars at which the code point of that number begins; a negative number counts from the end; clamped. */
    static int offset(String text, int number) {
        int count = text.codePointCount(0, text.length());
        int counted = number < 0 ? Math.max(0, number + count) : Math.min(number, count);
        return text.offsetByCodePoints(0, counted);
    }
}
