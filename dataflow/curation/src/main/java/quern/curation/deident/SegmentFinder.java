package quern.curation.deident;

import java.util.List;
import java.util.Map;
import quern.curation.deident.SegmentTable.Held;

/**
 * Messages of HL7 version 2, whole or as the segments that people copy into tickets and logs: what a field holds is
 * known by its number ({@link SegmentTable}). Separators are those that the header names, otherwise the usual ones.
 * Lines end with any line end, or with one that was written as {@code \r} or {@code \n}.
 */
final class SegmentFinder {

    private static final int SEGMENT_CHARS_MAX = 4_000;
    private static final int NAME_CHARS = 3;
    private static final int FIELDS_MIN = 3;
    private static final int STRAY_DIGITS_MIN = 6;
    private static final int STRAY_CHARS_MAX = 30;
    private static final int STRAY_LETTERS_MAX = 6;
    private static final double STRAY = 0.8;
    /** Types of numbers (table 0203). */
    private static final Map<String, IdentifierKind> TYPES = Map.ofEntries(Map.entry("SS", IdentifierKind.SSN),
            Map.entry("DL", IdentifierKind.LICENSE), Map.entry("PPN", IdentifierKind.LICENSE),
            Map.entry("LN", IdentifierKind.LICENSE), Map.entry("MD", IdentifierKind.LICENSE),
            Map.entry("NP", IdentifierKind.LICENSE), Map.entry("NPI", IdentifierKind.NATIONAL_ID),
            Map.entry("NI", IdentifierKind.NATIONAL_ID), Map.entry("TAX", IdentifierKind.NATIONAL_ID),
            Map.entry("DEA", IdentifierKind.NATIONAL_ID),
            Map.entry("UPIN", IdentifierKind.NATIONAL_ID), Map.entry("NH", IdentifierKind.NATIONAL_ID),
            Map.entry("AN", IdentifierKind.ACCOUNT), Map.entry("BA", IdentifierKind.ACCOUNT),
            Map.entry("GN", IdentifierKind.ACCOUNT), Map.entry("MA", IdentifierKind.HEALTH_PLAN),
            Map.entry("MB", IdentifierKind.HEALTH_PLAN), Map.entry("MC", IdentifierKind.HEALTH_PLAN),
            Map.entry("HC", IdentifierKind.HEALTH_PLAN), Map.entry("SN", IdentifierKind.HEALTH_PLAN),
            Map.entry("JHN", IdentifierKind.HEALTH_PLAN), Map.entry("WC", IdentifierKind.OTHER_ID),
            Map.entry("EI", IdentifierKind.OTHER_ID), Map.entry("MR", IdentifierKind.MRN),
            Map.entry("PI", IdentifierKind.MRN), Map.entry("VN", IdentifierKind.MRN),
            Map.entry("CC", IdentifierKind.CREDIT_CARD));
    private static final int STREET = 0;
    private static final int TOWN = 2;
    private static final int CODE = 4;
    private static final int COUNTY = 8;

    private final String text;
    private final Placed placed;
    private final List<Finding> found;
    private char field = '|';
    private char component = '^';
    private char repetition = '~';
    private char inner = '&';

    SegmentFinder(Runs runs, List<Finding> found) {
        this.text = runs.text;
        this.found = found;
        this.placed = new Placed(runs.text, found);
    }

    void find() {
        int from = 0;
        while (from < text.length()) {
            int header = text.indexOf("MSH", from);
            segments(from, header < 0 ? text.length() : header);
            if (header < 0) {
                return;
            }
            separators(header + NAME_CHARS);
            from = header + NAME_CHARS;
            if (isName(header) && from < text.length() && text.charAt(from) == field) {
                from = segment("MSH", from);
            }
        }
    }

    /** {@code |^~\&} behind a header's name; what is there and separates nothing changes nothing. */
    private void separators(int at) {
        if (at + 5 > text.length() || "|#!$%*,;:@\t".indexOf(text.charAt(at)) < 0) {
            return;
        }
        for (int i = at + 1; i < at + 5; i++) {
            if (Character.isLetterOrDigit(text.charAt(i)) || Runs.isBlank(text.charAt(i))) {
                return;
            }
        }
        field = text.charAt(at);
        component = text.charAt(at + 1);
        repetition = text.charAt(at + 2);
        inner = text.charAt(at + 4);
    }

    private void segments(int from, int to) {
        int next = from;
        for (int bar = text.indexOf(field, from, to); bar >= 0; bar = text.indexOf(field, next, to)) {
            next = bar + 1;
            int name = bar - NAME_CHARS;
            if (name >= from && isName(name)) {
                next = segment(text.substring(name, bar), bar);
            }
        }
    }

    /** A capital, then capitals and digits, at the begin of a line or of a quoted message. */
    private boolean isName(int at) {
        if (!isCapital(text.charAt(at)) || at + NAME_CHARS > text.length()) {
            return false;
        }
        for (int i = at + 1; i < at + NAME_CHARS; i++) {
            if (!isCapital(text.charAt(i)) && !Character.isDigit(text.charAt(i))) {
                return false;
            }
        }
        char before = at == 0 ? '\n' : text.charAt(at - 1);
        return !Character.isLetterOrDigit(before) && before != field && before != '-' && before != '_'
                || isWritten(at - 2);
    }

    private static boolean isCapital(char c) {
        return c >= 'A' && c <= 'Z';
    }

    /** A line end of two characters: {@code \r}. */
    private boolean isWritten(int at) {
        return at >= 0 && at + 1 < text.length() && text.charAt(at) == '\\'
                && (text.charAt(at + 1) == 'r' || text.charAt(at + 1) == 'n');
    }

    /** @return the segment's end */
    private int segment(String name, int bar) {
        Held[] fields = SegmentTable.fields(name);
        int end = end(bar);
        if (fields == null || end - bar < FIELDS_MIN) {
            return end;
        }
        Parts parts = new Parts(text, bar + 1, end, field, Parts.NO_RELEASE);
        if (parts.count() < FIELDS_MIN) {
            return end;
        }
        boolean header = name.equals("MSH");
        for (int i = 0; i < parts.count(); i++) {
            int number = header ? i + 2 : i + 1;
            Held held = number < fields.length ? fields[number] : null;
            if (held == Held.OBSERVED) {
                held = observed(parts.of(1));
            }
            if (parts.length(i) > 0 && held != null) {
                Parts repeated = new Parts(text, parts.from(i), parts.to(i), repetition, Parts.NO_RELEASE);
                for (int one = 0; one < repeated.count(); one++) {
                    value(held, repeated, one);
                }
            } else if (parts.length(i) > STRAY_DIGITS_MIN) {
                stray(name, parts, i);
            }
        }
        return end;
    }

    private int end(int bar) {
        int most = Math.min(text.length(), bar + SEGMENT_CHARS_MAX);
        for (int i = bar; i < most; i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r' || c == 0x1C || isWritten(i) && i + 2 < most && isCapital(text.charAt(i + 2))) {
                return i;
            }
        }
        return most;
    }

    private static Held observed(String type) {
        return switch (type) {
            case "DT", "TS", "DTM" -> Held.DATE;
            case "XPN", "PN" -> Held.NAME;
            case "XCN", "CN" -> Held.STAFF;
            case "XAD", "AD" -> Held.ADDRESS;
            case "XTN", "TN" -> Held.CONTACT;
            case "CX", "CK", "EI" -> Held.OTHER_ID;
            default -> null;
        };
    }

    private void value(Held held, Parts repeated, int one) {
        Parts parts = new Parts(text, repeated.from(one), repeated.to(one), component, Parts.NO_RELEASE);
        switch (held) {
            case NAME -> names(parts, 0);
            case STAFF -> staff(parts);
            case ADDRESS -> address(parts);
            case PLACE -> placed.address(parts, 0);
            case CONTACT -> contact(parts);
            case DATE -> {
                placed.date(parts, 0);
                placed.date(parts, 1);
            }
            case MRN -> number(IdentifierKind.MRN, parts);
            case ACCOUNT -> number(IdentifierKind.ACCOUNT, parts);
            case HEALTH_PLAN -> number(IdentifierKind.HEALTH_PLAN, parts);
            case SSN -> number(IdentifierKind.SSN, parts);
            case LICENSE -> number(IdentifierKind.LICENSE, parts);
            case DEVICE -> number(IdentifierKind.DEVICE, parts);
            case NATIONAL_ID -> number(IdentifierKind.NATIONAL_ID, parts);
            case OTHER_ID -> number(IdentifierKind.OTHER_ID, parts);
            case OBSERVED -> { }
        }
    }

    /** Family name, given name, others; the family name may have parts of its own. */
    private void names(Parts parts, int first) {
        for (int i = first; i < Math.min(parts.count(), first + 3); i++) {
            Parts words = new Parts(text, parts.from(i), parts.to(i), inner, Parts.NO_RELEASE);
            for (int word = 0; word < words.count(); word++) {
                placed.name(words, word);
            }
        }
    }

    private void staff(Parts parts) {
        if (isLogin(parts.of(0)) && (parts.count() == 1 || parts.letters(1) + parts.letters(2) > 0)) {
            found.add(new Finding(IdentifierKind.OTHER_ID, parts.from(0), parts.to(0), Placed.SURE));
            names(parts, 1);
            return;
        }
        if (parts.count() == 1) {
            Parts words = new Parts(text, parts.from(0), parts.to(0), inner, Parts.NO_RELEASE);
            placed.id(idKind(words), words, 0, FIELDS_MIN);
            for (int i = words.count() == 1 ? 0 : 1; i < Math.min(words.count(), 4); i++) {
                placed.name(words, i);
            }
            return;
        }
        placed.id(idKind(parts), parts, 0, FIELDS_MIN);
        names(parts, parts.digits(0) == 0 && parts.letters(0) > 0 && parts.letters(1) > 0 && parts.count() == 2 ? 0
                : 1);
    }

    /** Small letters, with digits or not; capitals with a digit or two behind: a name of an account. */
    private static boolean isLogin(String value) {
        return value.matches("[a-z][a-z._-]{2,20}\\d{0,2}|[A-Z]{3,12}\\d{1,2}");
    }

    private static IdentifierKind idKind(Parts parts) {
        return Checksums.npi(parts.of(0)) ? IdentifierKind.NATIONAL_ID : IdentifierKind.LICENSE;
    }

    private void address(Parts parts) {
        for (int i = 0; i < parts.count(); i++) {
            if (i <= TOWN || i == CODE || i == COUNTY) {
                Parts words = new Parts(text, parts.from(i), parts.to(i), inner, Parts.NO_RELEASE);
                for (int word = 0; word < (i == STREET ? words.count() : 1); word++) {
                    placed.address(words, word);
                }
            }
        }
    }

    private void contact(Parts parts) {
        boolean fax = parts.of(2).equals("FX") || parts.of(1).equals("FX");
        IdentifierKind kind = fax ? IdentifierKind.FAX : IdentifierKind.PHONE;
        placed.phone(kind, parts, 0);
        placed.mail(parts, 0);
        placed.mail(parts, 3);
        if (parts.digits(5) > 1) {
            placed.id(kind, parts, 5, 2);
        }
        placed.phone(kind, parts, 6);
        placed.phone(kind, parts, 11);
    }

    private void number(IdentifierKind kind, Parts parts) {
        placed.id(TYPES.getOrDefault(parts.of(4), kind), parts, 0, kind == IdentifierKind.HEALTH_PLAN ? FIELDS_MIN : 2);
    }

    /** A long number where people's segments hold none: senders put numbers of their own there. */
    private void stray(String segment, Parts parts, int part) {
        boolean person = segment.equals("PID") || segment.equals("NK1") || segment.equals("GT1");
        boolean plan = segment.equals("IN1") || segment.equals("IN2");
        Parts value = new Parts(text, parts.from(part), parts.to(part), component, Parts.NO_RELEASE);
        if ((person || plan) && value.digits(0) >= STRAY_DIGITS_MIN && value.length(0) <= STRAY_CHARS_MAX
                && value.letters(0) <= STRAY_LETTERS_MAX) {
            found.add(new Finding(plan ? IdentifierKind.HEALTH_PLAN : IdentifierKind.OTHER_ID, value.from(0),
                    value.to(0), STRAY));
        }
    }
}
