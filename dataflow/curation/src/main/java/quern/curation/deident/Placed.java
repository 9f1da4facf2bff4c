package quern.curation.deident;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes what the standard of a message says to stand at a place, where what stands there can be that. Such findings are
 * surer than those by form. One text.
 */
final class Placed {

    /** Surer than any label or form. */
    static final double SURE = 0.995;

    private static final int MONTH_DIGITS = 6;
    /** Year, month, day, time, zone, in digits without marks. */
    static final Pattern STAMP = Pattern.compile("((?:18|19|20)\\d{2})(0[1-9]|1[0-2])(?:(0[1-9]|[12]\\d|3[01])"
            + "(T?\\d{2}(?:\\d{2}){0,2}(?:\\.\\d{1,6})?(?:Z|[+-]\\d{4})?)?)?");
    private static final int PHONE_DIGITS_MIN = 5;
    private static final int ID_CHARS_MAX = 60;

    private final String text;
    private final List<Finding> found;

    Placed(String text, List<Finding> found) {
        this.text = text;
        this.found = found;
    }

    void name(Parts parts, int part) {
        if (parts.letters(part) > 0 && parts.digits(part) == 0) {
            add(IdentifierKind.NAME, parts, part);
        }
    }

    void address(Parts parts, int part) {
        if (parts.letters(part) + parts.digits(part) > 1) {
            add(IdentifierKind.ADDRESS, parts, part);
        }
    }

    void phone(IdentifierKind kind, Parts parts, int part) {
        if (parts.digits(part) >= PHONE_DIGITS_MIN && parts.of(part).indexOf('@') < 0) {
            add(kind, parts, part);
        }
    }

    void id(IdentifierKind kind, Parts parts, int part, int digitsMin) {
        if (parts.digits(part) >= digitsMin && parts.length(part) <= ID_CHARS_MAX) {
            add(kind, parts, part);
        }
    }

    void mail(Parts parts, int part) {
        if (parts.of(part).indexOf('@') > 0) {
            add(IdentifierKind.EMAIL, parts, part);
        }
    }

    /** A day, with the time behind it ({@code 196102041530}); a month with its year; not a year alone. */
    void date(Parts parts, int part) {
        if (parts.length(part) >= MONTH_DIGITS && STAMP.matcher(parts.of(part)).matches()) {
            add(IdentifierKind.DATE, parts, part);
        }
    }

    private void add(IdentifierKind kind, Parts parts, int part) {
        found.add(new Finding(kind, parts.from(part), parts.to(part), SURE));
    }
}
