package quern.curation.deident;

import java.util.List;
import java.util.Locale;

/** Cards of contacts and entries of calendars: vCard (RFC 6350) and iCalendar (RFC 5545), line by line. */
final class CardFinder {

    private static final int LINE_CHARS_MAX = 1_000;
    private static final int PROPERTY_CHARS_MAX = 24;

    private final String text;
    private final Placed placed;

    CardFinder(Runs runs, List<Finding> found) {
        this.text = runs.text;
        this.placed = new Placed(runs.text, found);
    }

    void find() {
        int from = text.indexOf("BEGIN:V");
        while (from >= 0 && from < text.length()) {
            int to = text.indexOf('\n', from);
            to = to < 0 ? text.length() : to;
            line(from, Math.min(to, from + LINE_CHARS_MAX));
            from = to + 1;
        }
    }

    /** {@code TEL;TYPE=cell:(617) 555-0123}. */
    private void line(int from, int to) {
        int end = from;
        while (end < to && end - from < PROPERTY_CHARS_MAX && ";:".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        int colon = end;
        boolean quoted = false;
        while (colon < to && (quoted || text.charAt(colon) != ':')) {
            quoted ^= text.charAt(colon) == '"';
            colon++;
        }
        if (end == from || colon >= to) {
            return;
        }
        String property = text.substring(text.lastIndexOf('.', end) >= from ? text.lastIndexOf('.', end) + 1 : from,
                end);
        String parameters = text.substring(end, colon);
        Parts value = new Parts(text, colon + 1, to, ';', '\\');
        int whole = 0;
        switch (property) {
            case "N" -> {
                placed.name(value, 0);
                placed.name(value, 1);
                placed.name(value, 2);
            }
            case "FN", "NICKNAME", "CONTACT" -> placed.name(value, whole);
            case "ADR" -> {
                for (int i = 0; i < Math.min(value.count(), 6); i++) {
                    if (i != 4) {
                        placed.address(value, i);
                    }
                }
            }
            case "LABEL" -> placed.address(value, whole);
            case "LOCATION" -> {
                if (value.digits(whole) > 0) {
                    placed.address(value, whole);
                }
            }
            case "TEL" -> {
                boolean fax = parameters.toLowerCase(Locale.ROOT).contains("fax");
                Parts number = new Parts(text, colon + 1, to, ':', '\\');
                placed.phone(fax ? IdentifierKind.FAX : IdentifierKind.PHONE, number, number.count() - 1);
            }
            case "BDAY", "ANNIVERSARY", "DEATHDATE", "DTSTART", "DTEND", "DTSTAMP", "CREATED", "REV" ->
                    placed.date(value, whole);
            case "UID" -> placed.id(IdentifierKind.OTHER_ID, value, whole, 5);
            case "ATTENDEE", "ORGANIZER" -> commonName(end, colon);
            default -> { }
        }
    }

    /** The parameter {@code CN} of who takes part. */
    private void commonName(int from, int to) {
        Parts parameters = new Parts(text, from, to, ';', Parts.NO_RELEASE);
        for (int i = 0; i < parameters.count(); i++) {
            if (parameters.of(i).startsWith("CN=") && parameters.of(i).indexOf('@') < 0) {
                placed.name(new Parts(text, parameters.from(i) + 3, parameters.to(i), ';', Parts.NO_RELEASE), 0);
            }
        }
    }
}
