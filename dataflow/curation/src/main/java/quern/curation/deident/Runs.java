package quern.curation.deident;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/**
 * A text cut into runs of letters and digits; what lies between two runs is a gap. Rules start at a run and look at a
 * bounded stretch behind it, so the time for a text grows with its length. One thread.
 */
final class Runs {

    /** Longest run that is looked at as a word; longer ones are no name, month or label. */
    static final int WORD_CHARS_MAX = 40;

    private static final byte LETTERS = 1;
    private static final byte DIGITS = 2;

    final String text;
    private int[] froms;
    private int[] tos;
    private byte[] kinds;
    private int count;
    /** Words in lower case, once they were asked for. */
    private String[] lowers;

    Runs(String text) {
        this.text = text;
        int expected = text.length() / 6 + 16;
        this.froms = new int[expected];
        this.tos = new int[expected];
        this.kinds = new byte[expected];
        int at = 0;
        while (at < text.length()) {
            int from = at;
            byte kind = 0;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c >= '0' && c <= '9') {
                    kind |= DIGITS;
                } else if (isLetter(c)) {
                    kind |= LETTERS;
                } else {
                    break;
                }
                at++;
            }
            if (kind == 0) {
                at++;
            } else {
                add(from, at, kind);
            }
        }
    }

    private static boolean isLetter(char c) {
        return c < 128 ? c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
                : Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK
                        || Character.isSurrogate(c);
    }

    private void add(int from, int to, byte kind) {
        if (count == froms.length) {
            int more = count + (count >> 1) + 16;
            froms = Arrays.copyOf(froms, more);
            tos = Arrays.copyOf(tos, more);
            kinds = Arrays.copyOf(kinds, more);
        }
        froms[count] = from;
        tos[count] = to;
        kinds[count++] = kind;
    }

    int count() {
        return count;
    }

    int from(int run) {
        return froms[run];
    }

    int to(int run) {
        return tos[run];
    }

    int length(int run) {
        return tos[run] - froms[run];
    }

    boolean isWord(int run) {
        return run >= 0 && run < count && kinds[run] == LETTERS && length(run) <= WORD_CHARS_MAX;
    }

    boolean isDigits(int run) {
        return run >= 0 && run < count && kinds[run] == DIGITS;
    }

    boolean hasDigits(int run) {
        return run >= 0 && run < count && (kinds[run] & DIGITS) != 0;
    }

    /** Both letters and digits. */
    boolean isMixed(int run) {
        return run >= 0 && run < count && kinds[run] == (LETTERS | DIGITS);
    }

    boolean isCapitalised(int run) {
        return isWord(run) && Character.isUpperCase(text.charAt(froms[run]));
    }

    boolean isLower(int run) {
        return isWord(run) && Character.isLowerCase(text.charAt(froms[run]));
    }

    /** Every letter a capital, at least two of them. */
    boolean isAllCapitals(int run) {
        if (!isWord(run) || length(run) < 2) {
            return false;
        }
        for (int i = froms[run]; i < tos[run]; i++) {
            if (!Character.isUpperCase(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    String word(int run) {
        return text.substring(froms[run], tos[run]);
    }

    /** The word in lower case; empty where the run is no word. */
    String lower(int run) {
        if (!isWord(run)) {
            return "";
        }
        if (lowers == null) {
            lowers = new String[count];
        }
        if (lowers[run] == null) {
            lowers[run] = LetterCase.lower(word(run));
        }
        return lowers[run];
    }

    /** What lies between a run and the next one; what follows the last one at most 40 characters far. */
    String gap(int run) {
        int from = run < 0 ? 0 : tos[run];
        int to = run + 1 < count ? froms[run + 1] : text.length();
        return text.substring(from, Math.min(to, from + WORD_CHARS_MAX));
    }

    /** Whether the gap behind a run is white space alone, with one line end at most. */
    boolean isSpace(int run) {
        return isGap(run, "", 4);
    }

    /**
     * Whether the gap behind a run holds white space (one line end at most) and the given characters only.
     *
     * @param most longest gap
     */
    boolean isGap(int run, String characters, int most) {
        if (run < 0 || run + 1 >= count) {
            return false;
        }
        int from = tos[run];
        int to = froms[run + 1];
        int lineEnds = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            lineEnds += c == '\n' ? 1 : 0;
            if (i - from >= most || lineEnds > 1 || !isBlank(c) && characters.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a gap is exactly this character. */
    boolean isGap(int run, char character) {
        return run >= 0 && run + 1 < count && froms[run + 1] == tos[run] + 1 && text.charAt(tos[run]) == character;
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\u00A0' || c == '\u202F';
    }

    char charAt(int index) {
        return index < 0 || index >= text.length() ? '\n' : text.charAt(index);
    }

    /** The first run that begins at or behind a place; {@link #count()} where there is none. */
    int runAt(int place) {
        int found = Arrays.binarySearch(froms, 0, count, place);
        return found >= 0 ? found : -found - 1;
    }

    /** A pattern to be tried at places of this text, over a bounded stretch. */
    Anchored anchored(Pattern pattern) {
        return new Anchored(pattern.matcher(text));
    }

    /** A pattern tried at a place. */
    static final class Anchored {

        private final Matcher matcher;

        private Anchored(Matcher matcher) {
            this.matcher = matcher.useTransparentBounds(true).useAnchoringBounds(false);
        }

        /** @param reach longest match */
        boolean at(int place, int reach) {
            matcher.reset();
            int length = matcher.regionEnd();
            matcher.region(place, Math.min(length, place + reach));
            return matcher.lookingAt();
        }

        int from(int group) {
            return matcher.start(group);
        }

        int to(int group) {
            return matcher.end(group);
        }

        int to() {
            return matcher.end();
        }

        String group(int group) {
            return matcher.group(group);
        }
    }
}
