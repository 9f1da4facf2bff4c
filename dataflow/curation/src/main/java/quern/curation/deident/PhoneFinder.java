package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/** Telephone and fax numbers: by form, and by a word before them that says what they are. */
final class PhoneFinder {

    private static final int REACH = 44;
    private static final int DIGITS_MIN = 5;
    private static final int DIGITS_MAX = 15;
    private static final int LISTED_MAX = 16;
    private static final String EXTENSION = "(?:\\s{0,2},?\\s?(?:ext\\.?|extension|x|durchwahl|-)\\s?\\d{1,5})?";
    private static final Pattern AMERICAN = Pattern.compile("(?:\\+?1\\s?[-. ]?\\s?)?(?:\\([1-9]\\d{2}\\)"
            + "\\s{0,3}[-./]?\\s{0,2}"
            + "|[1-9]\\d{2}\\s?[-./ ]\\s{0,2})[1-9]\\d{2}\\s?[-./ ]\\s?\\d{4}(?!\\d)" + EXTENSION);
    private static final Pattern LOCAL = Pattern.compile("[2-9]\\d{2}\\s?[-.]\\s?\\d{4}(?![\\d-]|[.,]\\d)" + EXTENSION);
    private static final Pattern INTERNATIONAL = Pattern.compile("(?:\\+\\s?|00)[1-9]\\d{0,3}(?:[\\s./-]"
            + "{0,3}\\(?\\d{1,8}\\)?){1,7}");
    private static final Pattern NATIONAL = Pattern.compile("\\(?0\\s?\\d(?:\\s?\\d){1,4}\\)?"
            + "(?:\\s{0,2}[-/ .]\\s{0,2}|\\n)\\d{1,9}"
            + "(?:\\s?[-. ]\\s?\\d{1,6}){0,4}(?!\\d)");
    /** Areas of two digits: {@code (01) 604 3444}, {@code 08-123 45 67}; no month with its year. */
    private static final Pattern SHORT_AREA = Pattern.compile("(?:\\(0[1-9]\\)\\s{0,2}[-/ .]?"
            + "|0[1-9]\\s?[-/ .]\\s?(?!(?:19|20)\\d{2}\\b))\\d{3,8}(?:\\s?[-. ]\\s?\\d{1,6}){0,4}(?!\\d)");
    /** Spain, Poland and the North within the land: {@code 22 040 57 63}. */
    private static final Pattern TWO_THREE = Pattern.compile("[1-9]\\d \\d{3} \\d{2} \\d{2}(?! ?\\d|[.,/]\\d)");
    private static final Pattern PAIRS = Pattern.compile("0[1-9](?:\\s?[. -]?\\s?\\d{2}){4}(?!\\d)");
    private static final String KIND = "(?:tele)?(?:fax|phone|fon|copieur|copie)|tel|t\u00E9l|t\u00E9l\u00E9phone"
            + "|telefon|"
            + "mobile?|cell|handy|portable|sms";
    private static final String VALUE = "(\\+?\\s?\\(?\\d(?:[\\s()./-]{0,3}\\d){3,17}" + EXTENSION + ")(?!\\d)";
    private static final String COMBINED = "(?:\\s?(?:[/&+,]|und|and|et)\\s?(?:" + KIND + ")\\b)?";
    private static final Pattern LABELLED = Pattern.compile("\\.?" + COMBINED + "\\.?[\\s.:()#"
            + "|=>-]{0,6}(?:(?:numbers?|no|nr|"
            + "nummer|num\u00E9ro|us|me|him|her|them|at|on|is|under|back|home|work|office|the|or|lautet|line|phone|of|"
            + "die|der|unter|au|est|le|privat|dienstlich|gesch\u00E4ftlich|mobil|prof|pro|perso)"
            + "\\b\\.?[\\s:()]{0,3}){0,4}[_.]{0,30}\\s?" + VALUE, Pattern.CASE_INSENSITIVE);
    /** Behind words that say that a telephone is meant, with any words between them and the number. */
    private static final Pattern FAR = Pattern.compile("(?:[\\s,]{1,2}\\p{L}[\\p{L}'\u2019-]{0,14}){1,5}[\\s:(]{1,3}"
            + VALUE);
    /** Numbers behind another one. */
    private static final Pattern NEXT = Pattern.compile("\\s{0,2}(?:\\([^()\\n]{1,20}\\)\\s{0,2})?(?:[,;/|&]|(?:or"
            + "|and|oder|"
            + "und|ou|et|bzw\\.?|sowie)\\b)\\s{0,3}(?:(?:or|and|oder|und|ou|et)\\s{1,2})?(?:(" + KIND
            + ")\\b[\\s.:]{0,3})?" + VALUE, Pattern.CASE_INSENSITIVE);
    private static final Pattern VANITY = Pattern.compile("8(?:00|33|44|55|66|77|88)\\)?[-. "
            + "]{1,2}(?=[A-Z\\d-]{0,7}[A-Z])[A-Z\\d]"
            + "{2,8}(?:-[A-Z\\d]{2,7}){0,2}(?![\\p{L}\\d])");
    /** From one full quarter of an hour to another: {@code 0700-1900}. */
    private static final Pattern SHIFT = Pattern.compile("0\\d(?:00|15|30|45)\\s?[-\u2013]\\s?(?:[01]\\d|2[0-4])"
            + "(?:00|15|30|45)");
    private static final Pattern DECIMALS = Pattern.compile("\\d{1,3}[.]\\d{1,3}\\s?[-\u2013]\\s?\\d{1,3}[.]\\d{1,3}");
    private static final Set<String> PHONES = Set.of("callback", "kontakt", "festnetz", "cellular", "tel", "telephone",
            "telefon", "phone", "cell", "cellphone",
            "mobile", "mob", "call", "called", "pager", "beeper", "home", "office", "fon", "handy", "mobil",
            "mobiltelefon", "mobilnummer", "telefonnummer", "rufnummer", "t\u00E9l", "t\u00E9l\u00E9phone", "portable",
            "reach", "reached", "dial", "ring", "rang", "text", "sms", "whatsapp", "voicemail", "unter", "hotline",
            "contact", "durchwahl", "phoned", "telephoned", "r\u00FCckruf", "anruf", "telefonnr", "telnr", "mobilnr",
            "handynummer", "telefonisch", "festnetznummer", "gsm", "natel", "landline", "switchboard", "helpline",
            "joignable", "appeler", "appelez", "rappeler", "erreichbar", "erreichen", "zentrale", "standard",
            "extension", "tty", "phones", "fixe", "privat", "dienstlich");
    /** Words behind which a number may stand some words on. */
    private static final Set<String> STRONG = Set.of("tel", "telephone", "telefon", "phone", "cellphone", "handy",
            "mobiltelefon", "mobilnummer", "telefonnummer", "rufnummer", "t\u00E9l", "t\u00E9l\u00E9phone", "reach",
            "reached", "dial", "sms", "whatsapp", "voicemail", "hotline", "phoned", "telephoned", "r\u00FCckruf", "fax",
            "facsimile", "telefax", "faxnummer", "faxed", "call", "telefonisch", "joignable", "landline", "erreichbar",
            "t\u00E9l\u00E9copie");
    private static final Set<String> FAXES = Set.of("fax", "facsimile", "telefax", "t\u00E9l\u00E9copie", "faxnummer",
            "faxed", "telecopier", "faxnr", "telefaxnummer", "t\u00E9l\u00E9copieur");
    /** Words that may stand before a number that is none of a telephone. */
    private static final Set<String> WEAK = Set.of("home", "office", "unter", "contact", "portable", "mobil", "text",
            "reach", "reached", "cell", "mobile", "call", "called", "standard", "zentrale", "privat", "dienstlich",
            "fixe",
            "extension", "erreichen", "appeler", "rappeler");

    private final Runs runs;
    private final List<Finding> found;
    private final Runs.Anchored american;
    private final Runs.Anchored local;
    private final Runs.Anchored international;
    private final Runs.Anchored national;
    private final Runs.Anchored pairs;
    private final Runs.Anchored shortArea;
    private final Runs.Anchored twoThree;
    private final Runs.Anchored labelled;
    private final Runs.Anchored far;
    private final Runs.Anchored next;
    private final Runs.Anchored vanity;
    private final DateReader dates;
    private final CodeReader codes;
    private int done;

    PhoneFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
        this.american = runs.anchored(AMERICAN);
        this.local = runs.anchored(LOCAL);
        this.international = runs.anchored(INTERNATIONAL);
        this.national = runs.anchored(NATIONAL);
        this.pairs = runs.anchored(PAIRS);
        this.twoThree = runs.anchored(TWO_THREE);
        this.shortArea = runs.anchored(SHORT_AREA);
        this.labelled = runs.anchored(LABELLED);
        this.far = runs.anchored(FAR);
        this.next = runs.anchored(NEXT);
        this.vanity = runs.anchored(VANITY);
        this.dates = new DateReader(runs);
        this.codes = new CodeReader(runs);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.from(run) < done) {
                continue;
            }
            if (runs.isDigits(run)) {
                plain(run);
            } else if (runs.isWord(run)) {
                word(run, runs.lower(run));
            }
        }
    }

    private void word(int run, String word) {
        boolean fax = FAXES.contains(word);
        if (!fax && !PHONES.contains(word)) {
            return;
        }
        IdentifierKind kind = fax ? IdentifierKind.FAX : IdentifierKind.PHONE;
        boolean weak = WEAK.contains(word);
        if (labelled.at(runs.to(run), REACH + 24)) {
            int least = weak ? DIGITS_MIN + 2 : DIGITS_MIN;
            String value = labelled.group(1);
            boolean decimals = codes.digits(labelled.from(1), labelled.to(1)) < DIGITS_MIN + 2
                    && DECIMALS.matcher(value).matches();
            if (!decimals && said(kind, labelled, least, weak ? 0.86 : 0.94)) {
                return;
            }
        }
        if (STRONG.contains(word) && far.at(runs.to(run), REACH + REACH) && said(kind, far, DIGITS_MIN + 2, 0.8)) {
            return;
        }
        behind(run, kind);
    }

    /** A number that a word announced, and those listed behind it. */
    private boolean said(IdentifierKind kind, Runs.Anchored match, int least, double confidence) {
        int from = match.from(1);
        int to = match.to(1);
        int count = codes.digits(from, to);
        int first = runs.runAt(from);
        if (count < least || first < runs.count() && runs.from(first) < to && dates.read(first) != null) {
            return false;
        }
        add(kind, from, to, confidence);
        for (int listed = 0; listed < LISTED_MAX && next.at(to, REACH + 24); listed++) {
            if (codes.digits(next.from(2), next.to(2)) < DIGITS_MIN || dates.read(runs.runAt(next.from(2))) != null) {
                break;
            }
            String other = next.from(1) < 0 ? "" : LetterCase.lower(next.group(1));
            add(other.isEmpty() ? kind : other.contains("fax") || other.contains("copie") ? IdentifierKind.FAX
                    : IdentifierKind.PHONE, next.from(2), next.to(2), Math.min(confidence, 0.9));
            to = next.to(2);
        }
        return true;
    }

    /** {@code 617 555 0123 (mobile)}, {@code 5550123 (fax)}. */
    private void behind(int run, IdentifierKind kind) {
        char mark = runs.charAt(runs.from(run) - 1);
        if (run > 0 && (mark == '(' || mark == '[') && runs.isDigits(run - 1) && runs.isGap(run - 1, "([)", 3)) {
            int from = codes.back(run - 1);
            if (codes.digits(from, runs.to(run - 1)) >= DIGITS_MIN) {
                found.add(new Finding(kind, from, runs.to(run - 1), 0.85));
            }
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
        if (CodeShape.isSystem(runs, from)) {
            return;
        }
        if (!formed(run, from) && from != runs.from(run)) {
            formed(run, runs.from(run));
        }
    }

    private boolean formed(int run, int from) {
        int before = found.size();
        if (runs.charAt(runs.from(run)) == '8' && runs.length(run) == 3 && vanity.at(runs.from(run), REACH)) {
            add(IdentifierKind.PHONE, runs.from(run), vanity.to(), 0.8);
        } else if (american.at(from, REACH)) {
            add(IdentifierKind.PHONE, from, american.to(), 0.93);
        } else if (international.at(from, REACH) && size(international) >= 8 && size(international) <= DIGITS_MAX) {
            add(IdentifierKind.PHONE, from, international.to(), runs.charAt(from) == '+' ? 0.95 : 0.75);
        } else if (runs.charAt(runs.from(run)) == '0') {
            zero(run, from);
        } else if (runs.length(run) == 2 && twoThree.at(from, REACH) && !(runs.isDigits(run - 1)
                && runs.isSpace(run - 1))) {
            add(IdentifierKind.PHONE, from, twoThree.to(), 0.72);
        } else if (local.at(from, REACH) && !Contexts.isVersion(runs, run)) {
            add(IdentifierKind.PHONE, from, local.to(), 0.55);
        }
        return found.size() > before;
    }

    private void zero(int run, int from) {
        if (pairs.at(from, REACH)) {
            add(IdentifierKind.PHONE, from, pairs.to(), 0.9);
        } else if (national.at(from, REACH) && size(national) >= 7 && size(national) <= 14
                && !SHIFT.matcher(runs.text.substring(from, national.to())).matches()) {
            add(IdentifierKind.PHONE, from, national.to(), size(national) < 9 ? 0.72 : 0.87);
        } else if (runs.length(run) == 2 && shortArea.at(from, REACH) && size(shortArea) >= 8
                && size(shortArea) <= 12) {
            add(IdentifierKind.PHONE, from, shortArea.to(), 0.78);
        } else if (runs.length(run) >= 9 && runs.length(run) <= 13) {
            add(IdentifierKind.PHONE, from, runs.to(run), 0.6);
        }
    }

    private int size(Runs.Anchored match) {
        return codes.digits(match.from(0), match.to());
    }

    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
        done = to;
    }
}
