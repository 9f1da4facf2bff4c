package quern.curation.unicode;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Short sequences of character classes, all looked for at once in one pass over a text: bit n of the state says that
 * the n-th element of all, and those before it in its rule, stand just before (Shift-And; Baeza-Yates and Gonnet 1992).
 *
 * <p>A rule is a row of elements: a class in brackets, a character, {@code \s}, {@code \w} or a point, the latter three
 * as Java has them for Unicode; {@code \s?} may be missing, {@code ^} stands for the beginning of the text.
 */
final class MojibakeRules {

    private static final int STATES_MAX = 128;
    private static final String SPACES = "\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
            + "\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000";
    private static final String NO_POINT = "\n\r\u0085\u2028\u2029";
    private static final int WORD_TYPES = 1 << Character.NON_SPACING_MARK | 1 << Character.ENCLOSING_MARK
            | 1 << Character.COMBINING_SPACING_MARK | 1 << Character.DECIMAL_DIGIT_NUMBER
            | 1 << Character.CONNECTOR_PUNCTUATION;

    /** Per character the states it may stand in: two words each. */
    private final long[] states = new long[2 * (Character.MAX_VALUE + 1)];
    /** The same for characters of two units, those of words apart. */
    private final long[] wide = new long[2];
    private final long[] wideWord = new long[2];
    private final long[] first = new long[2];
    private final long[] firstOfText = new long[2];
    private final long[] last = new long[2];
    private int count;

    MojibakeRules(List<String> rules) {
        for (String rule : rules) {
            if (rule.contains("\\s?")) {
                add(rule.replace("\\s?", "\\s"));
                add(rule.replace("\\s?", ""));
            } else {
                add(rule);
            }
        }
    }

    private void add(String rule) {
        boolean anchored = rule.startsWith("^");
        List<String> elements = elements(anchored ? rule.substring(1) : rule);
        if (count + elements.size() > STATES_MAX) {
            throw new IllegalArgumentException("more than " + STATES_MAX + " elements in rules of wrong encodings");
        }
        set(anchored ? firstOfText : first, count);
        for (String element : elements) {
            switch (element) {
                case "\\s" -> SPACES.chars().forEach(c -> set(c, count));
                case "\\w" -> addWord();
                case "." -> addOthers(characters(NO_POINT));
                default -> {
                    if (element.startsWith("[^")) {
                        addOthers(characters(element.substring(2, element.length() - 1)));
                    } else {
                        String list = element.startsWith("[") ? element.substring(1, element.length() - 1) : element;
                        characters(list).stream().forEach(c -> set(c, count));
                    }
                }
            }
            count++;
        }
        set(last, count - 1);
    }

    private void addWord() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            if (isWord(c)) {
                set(c, count);
            }
        }
        set(wideWord, count);
    }

    private void addOthers(BitSet excluded) {
        for (int c = excluded.nextClearBit(0); c <= Character.MAX_VALUE; c = excluded.nextClearBit(c + 1)) {
            set(c, count);
        }
        set(wide, count);
        set(wideWord, count);
    }

    private void set(int c, int state) {
        states[2 * c + (state >> 6)] |= 1L << state;
    }

    private static void set(long[] bits, int state) {
        bits[state >> 6] |= 1L << state;
    }

    private static boolean isWord(int c) {
        return Character.isAlphabetic(c) || (WORD_TYPES >> Character.getType(c) & 1) != 0 || c == 0x200C || c == 0x200D;
    }

    private static List<String> elements(String rule) {
        List<String> elements = new ArrayList<>();
        for (int from = 0; from < rule.length(); ) {
            int to = rule.charAt(from) == '[' ? rule.indexOf(']', from) + 1 : from + length(rule, from);
            elements.add(rule.substring(from, to));
            from = to;
        }
        return elements;
    }

    /** Of a character as it is written: itself, an escape, or one of four digits. */
    private static int length(String written, int at) {
        return written.charAt(at) != '\\' ? 1 : written.charAt(at + 1) == 'u' ? 6 : 2;
    }

    /** The characters of a class that is no complement, written without its brackets. */
    static BitSet characters(String written) {
        BitSet characters = new BitSet();
        for (int at = 0; at < written.length(); ) {
            int from = character(written, at);
            at += length(written, at);
            int to = from;
            if (at + 1 < written.length() && written.charAt(at) == '-') {
                to = character(written, at + 1);
                at += 1 + length(written, at + 1);
            }
            characters.set(from, to + 1);
        }
        return characters;
    }

    private static int character(String written, int at) {
        return length(written, at) == 6 ? Integer.parseInt(written.substring(at + 2, at + 6), 16) : written.charAt(at);
    }

    /** Whether a rule matches within a part of a text. */
    boolean find(String text, int from, int to) {
        long low = 0;
        long high = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            long atLow = states[2 * c];
            long atHigh = states[2 * c + 1];
            if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
                long[] beyond = isWord(text.codePointAt(i)) ? wideWord : wide;
                atLow = beyond[0];
                atHigh = beyond[1];
                i++;
            }
            long startLow = i == 0 ? first[0] | firstOfText[0] : first[0];
            long startHigh = i == 0 ? first[1] | firstOfText[1] : first[1];
            high = (high << 1 | low >>> 63 | startHigh) & atHigh;
            low = (low << 1 | startLow) & atLow;
            if ((low & last[0] | high & last[1]) != 0) {
                return true;
            }
        }
        return false;
    }
}
