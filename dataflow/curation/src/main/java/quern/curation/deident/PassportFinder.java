package quern.curation.deident;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines for machines of passports, visas and identity cards (ICAO 9303: three lines of 30 characters, two of 36 or
 * 44): names, number, day of birth, day of expiry, what the state adds.
 */
final class PassportFinder {

    private static final int CARD_CHARS = 30;
    private static final int VISA_CHARS = 36;
    private static final int PASSPORT_CHARS = 44;
    private static final int NAMES_AT = 5;
    /** Number, check digit, state, birth, check digit, sex, expiry, check digit, more. */
    private static final Pattern SECOND = Pattern.compile("([A-Z\\d<]{9}[\\d<])[A-Z<]{3}(\\d{6})[\\d<][MFX<](\\d{6})"
            + "[\\d<]([A-Z\\d<]{8,16})");
    private static final Pattern CARD_FIRST = Pattern.compile("[ACI][A-Z\\d<][A-Z<]{3}([A-Z\\d<]{9}[\\d<])"
            + "([A-Z\\d<]{15})");
    private static final Pattern CARD_SECOND = Pattern.compile("(\\d{6})[\\d<][MFX<](\\d{6})[\\d<][A-Z<]{3}"
            + "([A-Z\\d<]{11})\\d");

    private final String text;
    private final List<Finding> found;

    PassportFinder(Runs runs, List<Finding> found) {
        this.text = runs.text;
        this.found = found;
    }

    void find() {
        int from = text.indexOf("<<");
        if (from < 0) {
            return;
        }
        from = Math.max(0, text.lastIndexOf('\n', from));
        from = Math.max(0, text.lastIndexOf('\n', from - 1));
        from = Math.max(0, text.lastIndexOf('\n', from - 1));
        while (from < text.length()) {
            int to = text.indexOf('\n', from);
            to = to < 0 ? text.length() : to;
            line(from, to);
            from = to + 1;
        }
    }

    private void line(int from, int to) {
        int first = from;
        int last = to;
        while (first < last && Runs.isBlank(text.charAt(first))) {
            first++;
        }
        while (last > first && Runs.isBlank(text.charAt(last - 1))) {
            last--;
        }
        int length = last - first;
        if (length != CARD_CHARS && length != VISA_CHARS && length != PASSPORT_CHARS) {
            return;
        }
        boolean digits = false;
        boolean filled = false;
        for (int i = first; i < last; i++) {
            char c = text.charAt(i);
            digits |= c >= '0' && c <= '9';
            filled |= c == '<';
            if (c != '<' && (c < '0' || c > '9') && (c < 'A' || c > 'Z')) {
                return;
            }
        }
        if (digits && (filled || length != CARD_CHARS)) {
            numbers(first, last);
        } else if (filled && text.substring(first, last).contains("<<")) {
            names(length == CARD_CHARS ? first : first + NAMES_AT, last);
        }
    }

    private void names(int from, int to) {
        int at = from;
        for (int i = from; i <= to; i++) {
            if (i == to || text.charAt(i) == '<') {
                if (i - at > 0) {
                    found.add(new Finding(IdentifierKind.NAME, at, i, Placed.SURE));
                }
                at = i + 1;
            }
        }
    }

    private void numbers(int from, int to) {
        String line = text.substring(from, to);
        boolean card = line.length() == CARD_CHARS;
        Matcher second = SECOND.matcher(line);
        if (!card && second.matches()) {
            number(IdentifierKind.LICENSE, from + second.start(1), from + second.end(1));
            date(from + second.start(2), from + second.end(2));
            date(from + second.start(3), from + second.end(3));
            number(IdentifierKind.NATIONAL_ID, from + second.start(4), from + second.end(4));
        }
        Matcher first = CARD_FIRST.matcher(line);
        Matcher birth = CARD_SECOND.matcher(line);
        if (card && first.matches()) {
            number(IdentifierKind.LICENSE, from + first.start(1), from + first.end(1));
            number(IdentifierKind.NATIONAL_ID, from + first.start(2), from + first.end(2));
        } else if (card && birth.matches()) {
            date(from + birth.start(1), from + birth.end(1));
            date(from + birth.start(2), from + birth.end(2));
            number(IdentifierKind.NATIONAL_ID, from + birth.start(3), from + birth.end(3));
        }
    }

    /** What is left without the filling, if it has three digits and letters. */
    private void number(IdentifierKind kind, int from, int to) {
        int last = to;
        while (last > from && text.charAt(last - 1) == '<') {
            last--;
        }
        int first = from;
        while (first < last && text.charAt(first) == '<') {
            first++;
        }
        if (last - first > 2) {
            found.add(new Finding(kind, first, last, Placed.SURE));
        }
    }

    private void date(int from, int to) {
        found.add(new Finding(IdentifierKind.DATE, from, to, Placed.SURE));
    }
}
