package quern.curation.deident;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * A text as rules read it: every kind of space, dash, slash and digit as the plain one, full-width letters as ASCII,
 * letters with combining marks as one character, nothing invisible, and the letters that character recognition puts in
 * place of 0 and 1 between digits as those digits. Knows where each character stands in the original. Immutable.
 */
final class PlainText {

    private static final int FULL_WIDTH = 0xFEE0;

    private final String text;
    /** Where each character stands; null where nothing moved. */
    private final int[] places;
    private final int originalLength;

    private PlainText(String text, int[] places, int originalLength) {
        this.text = text;
        this.places = places;
        this.originalLength = originalLength;
    }

    static PlainText of(String original) {
        char[] plain = null;
        int[] places = null;
        int to = 0;
        for (int i = 0; i < original.length(); i++) {
            char c = original.charAt(i);
            char read = c < 128 ? ascii(c, original, i) : plain(c);
            boolean gone = read == 0 && c != 0;
            boolean joined = isMark(c) && to > 0 && composed(plain == null ? original.charAt(i - 1) : plain[to - 1],
                    c) != 0;
            if (plain == null && (read != c || joined)) {
                plain = original.toCharArray();
            }
            if ((gone || joined) && places == null) {
                places = new int[original.length()];
                Arrays.setAll(places, place -> place);
            }
            if (joined) {
                plain[to - 1] = composed(plain[to - 1], c);
            } else if (!gone) {
                if (plain != null) {
                    plain[to] = read;
                }
                if (places != null) {
                    places[to] = i;
                }
                to++;
            }
        }
        return new PlainText(plain == null ? original : new String(plain, 0, to), places, original.length());
    }

    String text() {
        return text;
    }

    /** Where a place of the plain text is in the original. */
    int original(int place) {
        return places == null ? place : place >= text.length() ? originalLength : places[place];
    }

    /** {@code O} and {@code l} between digits, with one separator at most on either side. */
    private static char ascii(char c, String text, int at) {
        if (c == '\f' || c == 0x0B) {
            return '\n';
        }
        boolean zero = c == 'O' || c == 'o';
        if (!zero && c != 'l' && c != 'I') {
            return c;
        }
        boolean before = isDigit(text, at - 1) || isSeparator(text, at - 1) && isDigit(text, at - 2);
        boolean after = isDigit(text, at + 1) || isSeparator(text, at + 1) && isDigit(text, at + 2);
        return before && after && (isDigit(text, at - 1) || isDigit(text, at + 1)) ? zero ? '0' : '1' : c;
    }

    private static boolean isDigit(String text, int at) {
        return at >= 0 && at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private static boolean isSeparator(String text, int at) {
        return at >= 0 && at < text.length() && "-./".indexOf(text.charAt(at)) >= 0;
    }

    private static boolean isMark(char c) {
        return c >= 0x300 && c < 0x370;
    }

    /** One character for a letter and a combining mark, 0 where there is none. */
    private static char composed(char letter, char mark) {
        if (!Character.isLetter(letter)) {
            return 0;
        }
        String one = Normalizer.normalize(new String(new char[] {letter, mark}), Normalizer.Form.NFC);
        return one.length() == 1 ? one.charAt(0) : 0;
    }

    /** @return 0 where nothing is to be seen */
    private static char plain(char c) {
        if (c >= 0xFF01 && c <= 0xFF5E) {
            return (char) (c - FULL_WIDTH);
        }
        if (c >= 0x660 && Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER) {
            return (char) ('0' + Character.digit(c, 10));
        }
        if (c >= 0x2000 && c <= 0x200A) {
            return ' ';
        }
        return switch (c) {
            case 0xA0, 0x202F, 0x205F, 0x3000 -> ' ';
            case 0x85, 0x2028, 0x2029 -> '\n';
            case 0x2010, 0x2011, 0x2012, 0x2013, 0x2043, 0x2212, 0xFE58, 0xFE63 -> '-';
            case 0x2044, 0x2215 -> '/';
            case 0xB7, 0x2024, 0x2027, 0x22C5 -> '.';
            case 0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E,
                0x2066, 0x2067, 0x2068, 0x2069 -> 0;
            default -> c;
        };
    }
}
