package quern.curation.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** One byte of facts for each code point. */
public final class CodePoints {

    /** Unicode categories L and N: Python's {@code isalnum}. */
    static final int ALPHANUMERIC = 1;
    /** Data-Juicer's special characters. */
    static final int SPECIAL = 2;
    /** Space, line feed, tab: what separates words. */
    static final int WORD_GAP = 4;
    /** What Python's {@code splitlines} splits at. */
    static final int LINE_END = 8;
    /** Python's {@code isspace}. */
    static final int SPACE = 16;
    /** Unicode category L: Python's {@code isalpha}. */
    static final int LETTER = 32;
    /** Lower case of it is special where it is not, or the other way round, or depends on its neighbours. */
    static final int CASE_CUTS = 64;

    private static final int LETTERS = 1 << Character.UPPERCASE_LETTER | 1 << Character.LOWERCASE_LETTER
            | 1 << Character.TITLECASE_LETTER | 1 << Character.MODIFIER_LETTER | 1 << Character.OTHER_LETTER;
    private static final int NUMBERS = 1 << Character.DECIMAL_DIGIT_NUMBER | 1 << Character.LETTER_NUMBER
            | 1 << Character.OTHER_NUMBER;
    /** No plane above the third holds letters or numbers, none above the first two cases. */
    private static final int LETTERS_BELOW = 0x40000;
    private static final int CASES_BELOW = 0x20000;
    private static final byte[] FACTS = build();

    private CodePoints() {}

    static int facts(int codePoint) {
        return FACTS[codePoint];
    }

    public static boolean isSpecial(int codePoint) {
        return (FACTS[codePoint] & SPECIAL) != 0;
    }

    public static boolean isSpace(int codePoint) {
        return (FACTS[codePoint] & SPACE) != 0;
    }

    public static boolean isAlphanumeric(int codePoint) {
        return (FACTS[codePoint] & ALPHANUMERIC) != 0;
    }

    static boolean isLineEnd(int codePoint) {
        return (FACTS[codePoint] & LINE_END) != 0;
    }

    private static byte[] build() {
        byte[] facts = new byte[Character.MAX_CODE_POINT + 1];
        for (int c = 0; c < LETTERS_BELOW; c++) {
            int type = 1 << Character.getType(c);
            int letter = (type & LETTERS) != 0 ? LETTER : 0;
            facts[c] = (byte) (letter | ((type & (LETTERS | NUMBERS)) != 0 ? ALPHANUMERIC : 0));
        }
        mark(facts, WORD_GAP, " \n\t");
        mark(facts, LINE_END, "\n\u000B\f\r\u001C\u001D\u001E\u0085\u2028\u2029");
        mark(facts, SPACE, "\t\n\u000B\f\r\u001C\u001D\u001E\u001F \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004"
                + "\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000");
        markSpecial(facts);
        markCase(facts);
        return facts;
    }

    private static void mark(byte[] facts, int fact, String characters) {
        characters.codePoints().forEach(c -> facts[c] |= (byte) fact);
    }

    private static void markCase(byte[] facts) {
        for (int c = 0; c < CASES_BELOW; c++) {
            if (((facts[c] ^ facts[Character.toLowerCase(c)]) & SPECIAL) != 0) {
                facts[c] |= CASE_CUTS;
            }
        }
        mark(facts, CASE_CUTS, Words.CONTEXTUAL_CASE);
    }

    private static void markSpecial(byte[] facts) {
        try (InputStream in = CodePoints.class.getResourceAsStream("special-characters.txt");
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    for (String range : line.split(" ")) {
                        markRange(facts, range);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("special-characters.txt of quern.curation.text", e);
        }
    }

    private static void markRange(byte[] facts, String range) {
        int dash = range.indexOf('-');
        int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash), 16);
        int to = dash < 0 ? from : Integer.parseInt(range.substring(dash + 1), 16);
        for (int c = from; c <= to; c++) {
            facts[c] |= SPECIAL;
        }
    }
}
