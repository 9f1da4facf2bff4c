package quern.curation.deident;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Segments of X12 (claims, eligibility, payments: {@code NM1*IL*1*DOE*JOHN****MI*W123456789~}) and of EDIFACT
 * ({@code NAD+PAT+4711++Doe:John'}): who, where, born when, under which number, by the standards' elements.
 */
final class ClaimFinder {

    private static final int SEGMENT_CHARS_MAX = 600;
    private static final int DIGITS_MIN = 3;
    private static final String PERSON = "1";
    private static final Set<String> NAMES = Set.of("NM1", "N1", "N3", "N4", "REF", "DMG", "DTP", "DTM", "PER", "CLM",
            "CLP", "SBR", "TRN", "BHT", "PAT", "N2", "NAD", "PNA", "COM", "RFF", "CTA", "HCP", "SVD");
    /** What an X12 code says that the number behind it is. */
    private static final Map<String, IdentifierKind> QUALIFIERS = Map.ofEntries(Map.entry("SY", IdentifierKind.SSN),
            Map.entry("34", IdentifierKind.SSN), Map.entry("MI", IdentifierKind.HEALTH_PLAN),
            Map.entry("0F", IdentifierKind.HEALTH_PLAN), Map.entry("1L", IdentifierKind.HEALTH_PLAN),
            Map.entry("1W", IdentifierKind.HEALTH_PLAN), Map.entry("6P", IdentifierKind.HEALTH_PLAN),
            Map.entry("IG", IdentifierKind.HEALTH_PLAN), Map.entry("F6", IdentifierKind.HEALTH_PLAN),
            Map.entry("NQ", IdentifierKind.HEALTH_PLAN), Map.entry("HN", IdentifierKind.HEALTH_PLAN),
            Map.entry("II", IdentifierKind.HEALTH_PLAN), Map.entry("C", IdentifierKind.HEALTH_PLAN),
            Map.entry("MC", IdentifierKind.HEALTH_PLAN), Map.entry("MR", IdentifierKind.HEALTH_PLAN),
            Map.entry("EA", IdentifierKind.MRN), Map.entry("EJ", IdentifierKind.ACCOUNT),
            Map.entry("23", IdentifierKind.ACCOUNT), Map.entry("XX", IdentifierKind.NATIONAL_ID),
            Map.entry("EI", IdentifierKind.NATIONAL_ID), Map.entry("FI", IdentifierKind.NATIONAL_ID),
            Map.entry("24", IdentifierKind.NATIONAL_ID), Map.entry("TJ", IdentifierKind.NATIONAL_ID),
            Map.entry("1G", IdentifierKind.NATIONAL_ID), Map.entry("0B", IdentifierKind.LICENSE),
            Map.entry("D9", IdentifierKind.OTHER_ID), Map.entry("F8", IdentifierKind.OTHER_ID),
            Map.entry("G1", IdentifierKind.OTHER_ID), Map.entry("9F", IdentifierKind.OTHER_ID),
            Map.entry("1K", IdentifierKind.OTHER_ID), Map.entry("Y4", IdentifierKind.OTHER_ID),
            Map.entry("6R", IdentifierKind.OTHER_ID), Map.entry("3H", IdentifierKind.OTHER_ID),
            Map.entry("BB", IdentifierKind.OTHER_ID), Map.entry("XZ", IdentifierKind.OTHER_ID),
            Map.entry("VY", IdentifierKind.OTHER_ID), Map.entry("G3", IdentifierKind.OTHER_ID));
    private static final Set<String> PHONES = Set.of("TE", "HP", "WP", "CP", "NP", "AL", "MO");

    private final String text;
    private final Placed placed;

    ClaimFinder(Runs runs, List<Finding> found) {
        this.text = runs.text;
        this.placed = new Placed(runs.text, found);
    }

    void find() {
        if (text.indexOf('*') >= 0) {
            segments('*', '~', Parts.NO_RELEASE);
        }
        if (text.indexOf('+') >= 0 && text.indexOf('\'') >= 0) {
            segments('+', '\'', '?');
        }
    }

    private void segments(char separator, char terminator, char release) {
        int next = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, next)) {
            next = at + 1;
            int name = name(at, terminator);
            if (name >= 0 && NAMES.contains(text.substring(name, at))) {
                int end = end(at, terminator, release);
                boolean ended = end < text.length() && text.charAt(end) == terminator;
                Parts parts = new Parts(text, name, end, separator, release);
                if ((ended || parts.count() > 2 && separator == '*') && parts.count() > 1) {
                    if (separator == '*') {
                        claim(parts);
                    } else {
                        party(parts);
                    }
                    next = Math.max(next, end);
                }
            }
        }
    }

    /** Where two or three capitals and digits begin that stand before a separator, behind a segment; -1 for none. */
    private int name(int separator, char terminator) {
        int from = separator;
        while (from > 0 && separator - from < 4 && (Character.isUpperCase(text.charAt(from - 1))
                || Character.isDigit(text.charAt(from - 1)))) {
            from--;
        }
        int before = from;
        while (before > 0 && from - before < 3 && Runs.isBlank(text.charAt(before - 1))) {
            before--;
        }
        boolean begins = before == 0 || text.charAt(before - 1) == terminator
                || text.substring(before, from).indexOf('\n') >= 0;
        return begins && separator - from >= 2 && separator - from <= 3 ? from : -1;
    }

    private int end(int from, char terminator, char release) {
        int most = Math.min(text.length(), from + SEGMENT_CHARS_MAX);
        for (int i = from; i < most; i++) {
            char c = text.charAt(i);
            if (c == release && release != Parts.NO_RELEASE) {
                i++;
            } else if (c == terminator || c == '\n') {
                return i;
            }
        }
        return most;
    }

    private void claim(Parts e) {
        switch (e.of(0)) {
            case "NM1" -> {
                if (e.of(2).equals(PERSON)) {
                    placed.name(e, 3);
                    placed.name(e, 4);
                    placed.name(e, 5);
                }
                numbered(e, 8, 9);
            }
            case "N1" -> numbered(e, 3, 4);
            case "N3" -> {
                placed.address(e, 1);
                placed.address(e, 2);
            }
            case "N4" -> {
                placed.address(e, 1);
                placed.address(e, 3);
            }
            case "REF" -> numbered(e, 1, 2);
            case "DMG" -> placed.date(e, 2);
            case "DTM" -> placed.date(e, 2);
            case "DTP" -> dates(e, 3);
            case "PAT" -> placed.date(e, 6);
            case "PER" -> contact(e);
            case "CLM" -> placed.id(IdentifierKind.ACCOUNT, e, 1, DIGITS_MIN);
            case "CLP" -> {
                placed.id(IdentifierKind.ACCOUNT, e, 1, DIGITS_MIN);
                placed.id(IdentifierKind.OTHER_ID, e, 7, DIGITS_MIN);
            }
            case "SBR" -> placed.id(IdentifierKind.HEALTH_PLAN, e, 3, DIGITS_MIN);
            case "TRN" -> placed.id(IdentifierKind.OTHER_ID, e, 2, DIGITS_MIN);
            case "BHT" -> {
                placed.id(IdentifierKind.OTHER_ID, e, 3, DIGITS_MIN);
                placed.date(e, 4);
            }
            default -> { }
        }
    }

    private void numbered(Parts elements, int qualifier, int number) {
        IdentifierKind kind = QUALIFIERS.get(elements.of(qualifier));
        if (kind != null) {
            placed.id(kind, elements, number, DIGITS_MIN);
        }
    }

    /** One day or, with a hyphen between, two. */
    private void dates(Parts elements, int element) {
        if (element < elements.count()) {
            Parts days = new Parts(text, elements.from(element), elements.to(element), '-', Parts.NO_RELEASE);
            placed.date(days, 0);
            placed.date(days, 1);
        }
    }

    private void contact(Parts elements) {
        for (int i = 3; i + 1 < elements.count(); i += 2) {
            String qualifier = elements.of(i);
            if (PHONES.contains(qualifier)) {
                placed.phone(IdentifierKind.PHONE, elements, i + 1);
            } else if (qualifier.equals("FX")) {
                placed.phone(IdentifierKind.FAX, elements, i + 1);
            } else if (qualifier.equals("EM")) {
                placed.mail(elements, i + 1);
            }
        }
    }

    private void party(Parts e) {
        switch (e.of(0)) {
            case "NAD" -> {
                placed.id(IdentifierKind.OTHER_ID, first(e, 2), 0, DIGITS_MIN);
                each(e, 4, false);
                each(e, 5, true);
                placed.address(e, 6);
                placed.address(e, 8);
            }
            case "PNA" -> {
                placed.id(IdentifierKind.MRN, first(e, 2), 0, DIGITS_MIN);
                for (int i = 5; i < Math.min(e.count(), 11); i++) {
                    placed.name(first(e, i), 1);
                }
            }
            case "DTM" -> placed.date(first(e, 1), 1);
            case "RFF" -> placed.id(IdentifierKind.OTHER_ID, first(e, 1), 1, DIGITS_MIN);
            case "COM" -> {
                Parts parts = first(e, 1);
                placed.phone(parts.of(1).equals("FX") ? IdentifierKind.FAX : IdentifierKind.PHONE, parts, 0);
                placed.mail(parts, 0);
            }
            default -> { }
        }
    }

    /** The components of an element; none where there are not so many elements. */
    private Parts first(Parts elements, int element) {
        return element < elements.count() ? new Parts(text, elements.from(element), elements.to(element), ':', '?')
                : new Parts(text, 0, 0, ':', '?');
    }

    private void each(Parts elements, int element, boolean street) {
        Parts parts = first(elements, element);
        for (int i = 0; i < parts.count(); i++) {
            if (street) {
                placed.address(parts, i);
            } else {
                placed.name(parts, i);
            }
        }
    }
}
