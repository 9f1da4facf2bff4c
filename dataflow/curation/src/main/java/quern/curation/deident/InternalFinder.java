package quern.curation.deident;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What numbers an organisation gives within itself: extensions, bleeps and pagers of three to five digits, numbers of
 * specimens as laboratories print them. A word or a mark before them says what they are; log-in names and codes of
 * letters, which are found by such words, too, have rules of their own.
 */
final class InternalFinder {

    private static final int REACH = 64;
    private static final int YEAR_CHARS = 4;
    /** Digits of a number that messages go to. */
    private static final int SHORT_CODE = 5;
    private static final int WORDS_BETWEEN_MAX = 6;
    private static final double SAID = 0.85;
    /** Between such a word and its number; then the number and those listed behind it. */
    private static final Pattern NUMBER = Pattern.compile("(?:\\s\\p{L}{2,14}(?=:))?"
            + "(?:\\.?[\\s:#-]{0,3}(?:numbers?|no|nr|nummer|num|is|on|at"
            + "|unter|ist|me|us|him|her|them|holder|intern|internal)\\b\\.?){0,3}[\\s.:#(-]{1,4}(\\d{3,5}"
            + "(?:(?:\\s?[/,]\\s?|\\s(?:or|and|oder|und|ou|et)\\s)\\d{3,5}(?![\\d.:/%-]|\\s?\\p{L})){0,3})"
            + "(?![\\d:%\u00B0]|[./,-]\\d|-\\p{L}|\\s?(?:\u00B0|%|[-\u2013/]\\s?\\d))", Pattern.CASE_INSENSITIVE);
    /** Words for nothing but such numbers. */
    private static final Set<String> SURE = Set.of("extn", "bleep", "bleeps", "blp", "pager", "pagers", "beeper",
            "durchwahl", "durchwahlen", "nebenstelle", "nst", "piepser", "pieper", "piep", "dect", "klappe", "dw",
            "pgr", "vocera", "spectralink", "ascom", "hausapparat", "haustelefon", "funknummer", "funknr");
    /** Words for other things, too: of three digits behind them, or a year, nothing is known. */
    private static final Set<String> DOUBTFUL = Set.of("ext", "exts", "extension", "local", "funk", "poste",
            "apparat", "app", "hausruf", "loc", "int", "intern", "internal");
    /** What is done with a telephone; a time of day or a count may stand behind them, too. */
    private static final Set<String> VERBS = Set.of("dial", "ring", "rang", "call", "page", "paged", "bleeped", "reach",
            "reached", "contact", "text", "sms", "kontakt", "r\u00FCckruf", "unter", "available", "reachable",
            "erreichbar", "anruf", "helpdesk", "switchboard", "hotline");
    private static final Set<String> GOES_ON = Set.of("or", "and", "for", "if", "to", "when", "anytime", "melden",
            "erreichbar", "oder", "und", "anrufen", "an", "zu", "until", "between", "before", "after", "bis");
    /** Words for telephones, behind which the number within the house may stand. */
    private static final Set<String> PHONES = Set.of("tel", "telephone", "telefon", "phone", "ph", "fon", "ruf", "fax",
            "telefax", "t\u00E9l");
    /** Before {@code ext 120}: a movement. */
    private static final Set<String> MOVEMENTS = Set.of("flex", "flexion", "knee", "hip", "wrist", "elbow", "neck",
            "shoulder", "finger", "ankle", "lumbar", "cervical", "back", "leg", "active", "passive", "full", "knie",
            "hair", "lane");
    /** Before a surname that is such a word. */
    private static final Set<String> TITLES = Set.of("herr", "herrn", "frau", "mr", "mrs", "ms", "dr", "prof");
    /** Whom one reaches within the house. */
    private static final Set<String> OFFICES = Set.of("secretary", "sec", "reception", "desk", "office", "switchboard",
            "ward", "clinic", "helpdesk", "nurses", "station", "line", "direct", "call", "contact", "phone", "tel",
            "telephone", "ph", "pharmacy", "department", "dept", "unit", "lab", "registrar", "sekretariat", "zentrale",
            "anmeldung", "pforte", "empfang", "bureau", "front", "main", "stationssekretariat", "cell", "ask", "dial");
    /** Everybody's numbers. */
    private static final Set<String> PUBLIC = Set.of("110", "111", "112", "115", "116", "117", "118", "119", "100",
            "101", "144", "211", "311", "411", "811", "911", "988", "999", "000", "11833", "11880");
    private static final Pattern SPECIMEN = Pattern.compile("[A-Z]{1,2},\\d{2}\\.\\d{4,8}(?:\\.[A-Z\\d])?"
            + "(?![\\p{L}\\d])");
    /** What a word may stand before. */
    private enum Role { SURE, DOUBTFUL, PHONE, VERB, LOGIN, BY, BOOKED, CARD }

    private static final Map<String, Role> ROLE_OF = roles();

    private final Runs runs;
    private final String text;
    private final List<Finding> found;
    private final LoginFinder logins;
    private final LetteredFinder lettered;
    private final Runs.Anchored number;
    private final Runs.Anchored specimen;

    InternalFinder(Runs runs, Lexicon lexicon, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
        this.logins = new LoginFinder(runs, lexicon, found);
        this.lettered = new LetteredFinder(runs, lexicon, found);
        this.number = runs.anchored(NUMBER);
        this.specimen = runs.anchored(SPECIMEN);
    }

    private static Map<String, Role> roles() {
        Map<String, Role> roles = new HashMap<>();
        SURE.forEach(word -> roles.putIfAbsent(word, Role.SURE));
        DOUBTFUL.forEach(word -> roles.putIfAbsent(word, Role.DOUBTFUL));
        PHONES.forEach(word -> roles.putIfAbsent(word, Role.PHONE));
        VERBS.forEach(word -> roles.putIfAbsent(word, Role.VERB));
        LoginFinder.LOGINS.forEach(word -> roles.putIfAbsent(word, Role.LOGIN));
        LoginFinder.BY.forEach(word -> roles.putIfAbsent(word, Role.BY));
        LetteredFinder.BOOKED.forEach(word -> roles.putIfAbsent(word, Role.BOOKED));
        LetteredFinder.CARDS.forEach(word -> roles.putIfAbsent(word, Role.CARD));
        return roles;
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            int length = runs.length(run);
            if (runs.isWord(run)) {
                if (length > 1 && length < 16) {
                    word(run, runs.lower(run));
                } else if (length == 1 && runs.charAt(runs.to(run)) == ',') {
                    specimen(run);
                }
            } else if (length > 3 && length < 7 && (text.charAt(runs.from(run)) | 32) == 'x') {
                crossed(run);
            }
        }
    }

    private void word(int run, String word) {
        switch (ROLE_OF.get(word)) {
            case null -> { }
            case LOGIN -> logins.find(run, false);
            case BY -> logins.find(run, true);
            case BOOKED -> lettered.booked(run, word);
            case CARD -> lettered.card(run);
            case SURE, DOUBTFUL, PHONE, VERB -> {
                if (isNear(run)) {
                    number(run, word);
                }
            }
        }
    }

    private void number(int run, String word) {
        switch (ROLE_OF.get(word)) {
            case SURE -> said(run, 1);
            case DOUBTFUL -> {
                if (isDoubtless(run, word)) {
                    said(run, YEAR_CHARS);
                    turned(run);
                }
            }
            case PHONE -> said(run, 2);
            case VERB -> asked(run);
            default -> { }
        }
    }

    /** Whether three to five digits are among the next words: nothing else is worth the pattern. */
    private boolean isNear(int run) {
        for (int at = run + 1; at <= run + WORDS_BETWEEN_MAX && at < runs.count()
                && runs.from(at) - runs.to(run) < REACH; at++) {
            if (runs.hasDigits(at)) {
                return runs.isDigits(at) && runs.length(at) > 2 && runs.length(at) < 6;
            }
        }
        return false;
    }

    /** Whether a word that means movements, places and people, too, stands for an extension. */
    private boolean isDoubtless(int run, String word) {
        boolean slashed = run > 0 && runs.charAt(runs.from(run) - 1) == '/';
        boolean local = !word.equals("local") || runs.isLower(run);
        return !slashed && local && !MOVEMENTS.contains(runs.lower(run - 1)) && !TITLES.contains(runs.lower(run - 1))
                && !MOVEMENTS.contains(runs.lower(run - 2));
    }

    /** @param doubt 1 for none, 2 where a year may stand behind the word, 4 where few digits may, too */
    private void said(int run, int doubt) {
        if (!number.at(runs.to(run), REACH)) {
            return;
        }
        int from = number.from(1);
        int first = runs.runAt(from);
        int length = runs.length(first);
        String value = runs.isDigits(first) ? text.substring(from, runs.to(first)) : "";
        boolean marked = ".:#".indexOf(runs.charAt(runs.to(run))) >= 0;
        boolean year = length == YEAR_CHARS && (value.startsWith("19") || value.startsWith("20"));
        if (value.isEmpty() || PUBLIC.contains(value) || CodeShape.isUnitWord(unitBehind(number.to(1)))
                || text.substring(runs.to(run), from).indexOf("\n\n") >= 0
                || doubt > 1 && year && !marked || doubt == YEAR_CHARS && length < YEAR_CHARS && !marked) {
            return;
        }
        IdentifierKind kind = runs.lower(run).endsWith("fax") ? IdentifierKind.FAX : IdentifierKind.PHONE;
        found.add(new Finding(kind, from, number.to(1), SAID));
    }

    /** Three digits behind {@code ext}: more than a joint can be turned, or of somebody who is called. */
    private void turned(int run) {
        boolean called = isCalled(run);
        boolean ext = runs.lower(run).startsWith("ext");
        if ((ext || called) && number.at(runs.to(run), REACH) && number.to(1) - number.from(1) == 3
                && (called || number.group(1).compareTo("180") > 0) && !PUBLIC.contains(number.group(1))
                && !CodeShape.isUnitWord(unitBehind(number.to(1)))) {
            found.add(new Finding(IdentifierKind.PHONE, number.from(1), number.to(1), SAID));
        }
    }

    /** Behind a telephone's number or a word for a place that is called, where what follows ends a clause. */
    private boolean isCalled(int run) {
        if (!number.at(runs.to(run), REACH) || !isEnd(number.to(1))) {
            return false;
        }
        for (int at = run - 1; at >= Math.max(0, run - WORDS_BETWEEN_MAX); at--) {
            String word = runs.lower(at);
            if (MOVEMENTS.contains(word) || runs.gap(at).indexOf('\n') >= 0) {
                return false;
            }
            boolean digits = runs.isDigits(at) && (runs.length(at) > 6 || runs.length(at) == YEAR_CHARS
                    && runs.isDigits(at - 1) && runs.length(at - 1) == 3);
            if (digits || OFFICES.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private boolean isEnd(int to) {
        char next = runs.charAt(to);
        return ".,;)\n".indexOf(next) >= 0 || next == ' ' && runs.charAt(to + 1) == ' ';
    }

    /** {@code dial 4412}, {@code unter 4412 melden}: no time of day and nothing counted. */
    private void asked(int run) {
        if (!number.at(runs.to(run), REACH)) {
            return;
        }
        boolean sent = runs.lower(run).equals("text") || runs.lower(run).equals("sms");
        if (sent && number.to(1) - number.from(1) < SHORT_CODE) {
            return;
        }
        int first = runs.runAt(number.from(1));
        String value = runs.isDigits(first) ? text.substring(number.from(1), runs.to(first)) : "";
        if (value.length() < YEAR_CHARS) {
            return;
        }
        int next = runs.runAt(number.to(1));
        boolean time = value.charAt(0) < '3' && value.charAt(2) < '6';
        boolean counted = runs.isWord(next) && runs.from(next) - number.to(1) <= 1
                && !GOES_ON.contains(runs.lower(next)) || value.endsWith("00");
        if (!time && !counted) {
            found.add(new Finding(IdentifierKind.PHONE, number.from(1), number.to(1), 0.7));
        }
    }

    private String unitBehind(int to) {
        int next = runs.runAt(to);
        return next < runs.count() && runs.from(next) - to <= 1 ? runs.lower(next) : "";
    }

    /** {@code x4412}, and {@code at x123}: no magnification, no count. */
    private void crossed(int run) {
        int from = runs.from(run);
        for (int i = from + 1; i < runs.to(run); i++) {
            if (!Character.isDigit(text.charAt(i))) {
                return;
            }
        }
        char before = runs.charAt(from - 1);
        char next = runs.charAt(runs.to(run));
        boolean round = text.startsWith("00", runs.to(run) - 2);
        String word = runs.lower(run - 1);
        boolean told = runs.isSpace(run - 1) && (PHONES.contains(word) || word.equals("at") || word.equals("on")
                || word.equals("call"));
        boolean apart = (Runs.isBlank(before) || before == '(') && !runs.isDigits(run - 1)
                && !(".,:/-%".indexOf(next) >= 0 && Character.isLetterOrDigit(runs.charAt(runs.to(run) + 1)));
        if (apart && (told || runs.length(run) > YEAR_CHARS && !round || isSigned(run, before))
                && !CodeShape.isUnitWord(unitBehind(runs.to(run)))) {
            found.add(new Finding(IdentifierKind.PHONE, from, runs.to(run), told ? SAID : 0.75));
        }
    }

    /** {@code RN, x412} at a line's end, {@code (x412)}, {@code Ann  x412}: behind who or where it rings. */
    private boolean isSigned(int run, char before) {
        int to = runs.to(run);
        char mark = runs.charAt(before == ' ' ? runs.from(run) - 2 : runs.from(run) - 1);
        boolean ends = runs.charAt(to) == '\n' || isEnd(to) && runs.charAt(to) != ' ';
        return ends && (mark == ',' || mark == '(' || mark == ' ' || runs.isCapitalised(run - 1)
                && !runs.isAllCapitals(run - 1) && runs.charAt(to) == '\n');
    }

    /** {@code H,24.1234567.K}: as systems of laboratories number what comes in. */
    private void specimen(int run) {
        if (!Character.isLetterOrDigit(runs.charAt(runs.from(run) - 1)) && specimen.at(runs.from(run), REACH)) {
            found.add(new Finding(IdentifierKind.OTHER_ID, runs.from(run), specimen.to(), 0.85));
        }
    }
}
