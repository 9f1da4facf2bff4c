package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Telephone and fax numbers: by form, and by a word before them that says what they are. */
final class PhoneFinder {

    private static final int REACH = 44;
    private static final int DIGITS_MIN = 5;
    private static final int DIGITS_MAX = 15;
    private static final String EXTENSION = "(?:\\s{0,2},?\\s?(?:ext\\.?|extension|x|durchwahl|-)\\s?\\d{1,5})?";
    private static final Pattern AMERICAN = Pattern.compile("(?:\\+?1\\s?[-. ]?\\s?)?(?:\\([1-9]\\d{2}\\)"
            + "\\s{0,3}[-./]?\\s{0,2}"
            + "|[1-9]\\d{2}\\s?[-./\u2010\u2011\u2013 ]\\s{0,2})[1-9]\\d{2}\\s?[-. \u2010\u2011\u2013]"
            + "\\s?\\d{4}(?!\\d)" + EXTENSION);
    private static final Pattern LOCAL = Pattern.compile("[2-9]\\d{2}\\s?[-.]\\s?\\d{4}(?![\\d-]|[.,]\\d)" + EXTENSION);
    private static final Pattern INTERNATIONAL = Pattern.compile("(?:\\+\\s?|00)[1-9]\\d{0,3}(?:[\\s./-]"
            + "{0,3}\\(?\\d{1,8}\\)?){1,7}");
    private static final Pattern NATIONAL = Pattern.compile("\\(?0\\s?\\d(?:\\s?\\d){1,4}\\)?\\s{0,2}[-/ .]"
            + "\\s{0,2}\\d{1,9}"
            + "(?:\\s?[-. ]\\s?\\d{1,6}){0,4}(?!\\d)");
    private static final Pattern PAIRS = Pattern.compile("0[1-9](?:\\s?[. -]?\\s?\\d{2}){4}(?!\\d)");
    private static final Pattern LABELLED = Pattern.compile("\\.?[\\s.:()#-]{0,5}(?:(?:numbers?|number|no|"
            + "nr|nummer|us|me|him|"
            + "her|them|at|on|is|under|back|home|work|office|the|or|is|lautet|line|phone|of|die|der|unter)"
            + "\\b\\.?[\\s:]{0,3}){0,4}"
            + "(\\+?\\s?\\(?\\d[\\d\\s()./\u2010\u2011\u2013-]{3,26}\\d" + EXTENSION + ")(?!\\d)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern DECIMALS = Pattern.compile("\\d{1,3}[.]\\d{1,3}\\s?[-\u2013]\\s?\\d{1,3}[.]\\d{1,3}");
    private static final Set<String> PHONES = Set.of("callback", "kontakt", "festnetz", "cellular", "tel", "telephone",
            "telefon", "phone", "cell", "cellphone",
            "mobile", "mob", "call", "called", "pager", "beeper", "home", "office", "fon", "handy", "mobil",
            "mobiltelefon", "mobilnummer", "telefonnummer", "rufnummer", "t\u00E9l", "t\u00E9l\u00E9phone", "portable",
            "reach", "reached", "dial", "ring", "rang", "text", "sms", "whatsapp", "voicemail", "unter", "hotline",
            "contact", "durchwahl", "phoned", "telephoned", "r\u00FCckruf", "anruf");
    private static final Set<String> FAXES = Set.of("fax", "facsimile", "telefax", "t\u00E9l\u00E9copie", "faxnummer",
            "faxed", "telecopier");
    /** Words that may stand before a number that is none of a telephone. */
    private static final Set<String> WEAK = Set.of("home", "office", "unter", "contact", "portable", "mobil", "text",
            "reach", "reached", "cell", "mobile", "call", "called");

    private final Runs runs;
    private final List<Finding> found;
    private final Runs.Anchored american;
    private final Runs.Anchored local;
    private final Runs.Anchored international;
    private final Runs.Anchored national;
    private final Runs.Anchored pairs;
    private final Runs.Anchored labelled;
    private int done;

    PhoneFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
        this.american = runs.anchored(AMERICAN);
        this.local = runs.anchored(LOCAL);
        this.international = runs.anchored(INTERNATIONAL);
        this.national = runs.anchored(NATIONAL);
        this.pairs = runs.anchored(PAIRS);
        this.labelled = runs.anchored(LABELLED);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.from(run) < done) {
                continue;
            }
            if (runs.isDigits(run)) {
                plain(run);
            } else if (runs.isWord(run)) {
                String word = runs.lower(run);
                boolean fax = FAXES.contains(word);
                if ((fax || PHONES.contains(word)) && labelled.at(runs.to(run), REACH + 24)) {
                    labelled(word, fax);
                }
            }
        }
    }

    private void labelled(String word, boolean fax) {
        int count = digits(labelled.from(1), labelled.to(1));
        if (count < DIGITS_MIN + 2 && DECIMALS.matcher(labelled.group(1)).matches()) {
            return;
        }
        int least = WEAK.contains(word) ? DIGITS_MIN + 2 : DIGITS_MIN;
        if (count >= least && count <= DIGITS_MAX + 5) {
            add(fax ? IdentifierKind.FAX : IdentifierKind.PHONE, labelled.from(1), labelled.to(1),
                    WEAK.contains(word) ? 0.86 : 0.94);
        }
    }

    private void plain(int run) {
        int from = runs.from(run);
        char before = runs.charAt(from - 1);
        if (run > 0 && runs.hasDigits(run - 1) && from - runs.to(run - 1) == 1 && "-./".indexOf(before) >= 0) {
            return;
        }
        if (before == '(' || before == '+') {
            from--;
        } else if (before == ' ' && runs.charAt(from - 2) == '+') {
            from -= 2;
        }
        if (runs.charAt(from - 1) == '+') {
            from--;
        }
        if (!formed(run, from) && from != runs.from(run)) {
            formed(run, runs.from(run));
        }
    }

    private boolean formed(int run, int from) {
        int before = found.size();
        if (american.at(from, REACH)) {
            add(IdentifierKind.PHONE, from, american.to(), 0.93);
        } else if (international.at(from, REACH) && size(international) >= 8 && size(international) <= DIGITS_MAX) {
            add(IdentifierKind.PHONE, from, international.to(), runs.charAt(from) == '+' ? 0.95 : 0.75);
        } else if (runs.charAt(runs.from(run)) == '0') {
            zero(run, from);
        } else if (local.at(from, REACH) && !Contexts.isVersion(runs, run)) {
            add(IdentifierKind.PHONE, from, local.to(), 0.55);
        }
        return found.size() > before;
    }

    private void zero(int run, int from) {
        if (pairs.at(from, REACH)) {
            add(IdentifierKind.PHONE, from, pairs.to(), 0.9);
        } else if (national.at(from, REACH) && size(national) >= 7 && size(national) <= 14) {
            add(IdentifierKind.PHONE, from, national.to(), size(national) < 9 ? 0.72 : 0.87);
        } else if (runs.length(run) >= 9 && runs.length(run) <= 13) {
            add(IdentifierKind.PHONE, from, runs.to(run), 0.6);
        }
    }

    private int size(Runs.Anchored match) {
        return digits(match.from(0), match.to());
    }

    private int digits(int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += Character.isDigit(runs.text.charAt(i)) ? 1 : 0;
        }
        return count;
    }

    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
        done = to;
    }
}
