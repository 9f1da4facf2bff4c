package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/**
 * Numbers and codes that no other rule knows: digits, alone or with letters, in one piece or in groups, as long as
 * those that tell one person, thing or case from another. Quantities, ranges, doses, codes of catalogues, years, times
 * and what a word before or behind shows to be none are left out. A label near such a code says which kind it is, not
 * whether it is one; what is found here is unsure.
 */
final class CodeFinder {

    private static final int TOKEN_CHARS_MAX = 40;
    private static final int GROUPS_MAX = 6;
    private static final int PREFIXED_DIGITS_MIN = 6;
    private static final int PREFIX_CHARS = 3;
    private static final int REACH = 72;
    private static final double UNSURE = 0.5;
    private static final double LABELLED = 0.62;

    /** Digits made unreadable, before the last ones. */
    private static final Pattern MASKED = Pattern.compile("(?:[xX*\u2022#]{1,16}[ -]?){1,5}\\d{2,6}(?![\\p{L}\\d])");
    /** Element strings of GS1, as on the boxes of devices. */
    private static final Pattern ELEMENTS = Pattern.compile("(?:\\(\\d{2,4}\\)\\s?[A-Za-z\\d/.-]{2,20}){1,6}");
    /** The last digits of something, said so. */
    private static final Pattern LAST = Pattern.compile("(?:ending|ends|endend|endet|ended|endziffern?|endnummer|last4|"
            + "(?:last|final|letzten?|derniers?)(?:\\s\\p{L}{2,9})?(?:\\s(?:four|three|4|3|vier|drei|quatre))?"
            + "(?:\\s(?:digits|ziffern|stellen|chiffres|numbers))?"
            + "(?:\\s(?:of\\s)?(?:(?:the|her|his|your|my)\\s)?(ssn|ss\\b|social(?:\\ssecurity)?(?:\\snumber)?|card|"
            + "account|acct))?)(?:\\s?[:=-]?\\s?(?:in|with|auf|mit|are|is|of|ist|"
            + "lauten|par|the|digits|ziffern|number|numbers|nummer)\\b){0,3}(?:[\\s:=.\u2026*)-]{1,5}"
            + "|\\?[^\\n\\d]{0,12}\\n(?:\\[?\\d{1,2}:\\d{2}(?::\\d{2})?\\]?)?[^\\n\\d]{0,40})(\\d{3,5})"
            + "(?![\\d/:%]|[.,-]\\d|\\s?(?:days|weeks|months|years|hours|tage|wochen|monate|jahre|stunden))",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> LAST_WORDS = Set.of("ending", "ends", "endend", "endet", "ended", "endziffer",
            "endziffern", "endnummer", "last", "final", "last4", "letzte", "letzten", "derniers", "dernier");
    /** A file of a German court: {@code 12 O 345/21}. */
    private static final Pattern COURT = Pattern.compile("\\d{1,4} [A-Z][A-Za-z]{0,6} \\d{1,6}\\s?/\\s?\\d{2,4}"
            + "(?![\\d.])");
    /** How many to take in the morning, at noon, in the evening and for the night. */
    private static final Pattern SCHEDULE = Pattern.compile("[0-4](?:-[0-4]){2,3}");
    /** A name to log in with: small letters with digits, or parts with full stops and underscores. */
    private static final Pattern LOGIN = Pattern.compile("(?:\\s?(?:name|id|account|login|kennung))?[\\s:=]{1,3}"
            + "[\"'\u201C\u201E]?(\\p{L}+(?:[._-]\\p{L}[\\p{L}\\d]{2,}|[._-]?\\d)"
            + "[\\p{L}\\d]*(?:[._-][\\p{L}\\d]+){0,3})"
            + "(?![\\p{L}\\d@/])", Pattern.CASE_INSENSITIVE);
    private static final Set<String> LOGINS = Set.of("user", "username", "userid", "login", "logon", "handle",
            "nickname", "screenname", "benutzer", "benutzername", "nutzer", "nutzername", "utilisateur",
            "identifiant", "alias", "agent", "operator", "kennung", "benutzerkennung", "bediener");
    private static final Set<String> POSTED = Set.of("post", "posted", "posts", "comment", "comments", "message",
            "uploaded", "thread", "tweet", "profile");
    private static final int LOGIN_CHARS_MIN = 5;
    private final Runs runs;
    private final String text;
    private final List<Finding> found;
    private final Runs.Anchored masked;
    private final Runs.Anchored elements;
    private final Runs.Anchored last;
    private final Runs.Anchored court;
    private final Runs.Anchored login;
    private final boolean lower;
    private final CodeShape shape;
    private int done;

    /** @param lower whether the text has hardly any capitals */
    CodeFinder(Runs runs, boolean lower, List<Finding> found) {
        this.lower = lower;
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
        this.masked = runs.anchored(MASKED);
        this.elements = runs.anchored(ELEMENTS);
        this.last = runs.anchored(LAST);
        this.shape = new CodeShape(runs);
        this.court = runs.anchored(COURT);
        this.login = runs.anchored(LOGIN);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.from(run) < done) {
                continue;
            }
            if (runs.charAt(runs.from(run) - 1) == '@' && handle(runs.from(run))) {
                continue;
            }
            if (runs.hasDigits(run)) {
                digits(run);
            } else if (LAST_WORDS.contains(runs.lower(run)) && last.at(runs.from(run), REACH)) {
                add(lastKind(run), last.from(2), last.to(2), 0.8);
            } else if (isLogin(run)) {
                add(IdentifierKind.OTHER_ID, login.from(1), login.to(1), 0.75);
            } else if ((runs.charAt(runs.from(run)) | 32) == 'x' && runs.isWord(run)) {
                masked(runs.from(run), run);
            }
        }
    }

    /** What the number is of whose last digits are told: of what is named before them or else before the words. */
    private IdentifierKind lastKind(int run) {
        IdentifierKind named = last.from(1) < 0 ? null : NumberWords.labelOf(runs.lower(runs.runAt(last.from(1))));
        return named == null ? kindBefore(run, IdentifierKind.ACCOUNT) : named;
    }

    /** {@code user kq_smith42}, {@code under the name "j.doe"}. */
    private boolean isLogin(int run) {
        char next = runs.charAt(runs.to(run) + 1);
        boolean quoted = runs.lower(run).equals("name") && (next == '"' || next == '\u201C' || next == '\u201E');
        boolean posted = runs.lower(run).equals("by") && POSTED.contains(runs.lower(run - 1));
        return (quoted || posted || LOGINS.contains(runs.lower(run))) && login.at(runs.to(run), REACH)
                && login.to(1) - login.from(1) >= LOGIN_CHARS_MIN;
    }

    /** {@code @j.doe42}, inside a line, in small letters. */
    private boolean handle(int from) {
        char before = runs.charAt(from - 2);
        if (before != ' ' && before != '(' && before != '"' && before != '\u201E' && before != '\u201C'
                || !Character.isLowerCase(text.charAt(from)) || runs.charAt(from - 3) == '\n') {
            return false;
        }
        int to = from;
        while (to < text.length() && to - from < TOKEN_CHARS_MAX && (Character.isLetterOrDigit(text.charAt(to))
                || "._-".indexOf(text.charAt(to)) >= 0)) {
            to++;
        }
        while (!Character.isLetterOrDigit(text.charAt(to - 1))) {
            to--;
        }
        if (to - from < 4) {
            return false;
        }
        add(IdentifierKind.OTHER_ID, from - 1, to, UNSURE);
        return true;
    }

    private void digits(int run) {
        int from = runs.from(run);
        char before = runs.charAt(from - 1);
        if (before == '(' && runs.length(run) <= 4 && elements.at(from - 1, REACH)) {
            String all = text.substring(from - 1, elements.to());
            if (CodeShape.digitsOf(all) >= 8) {
                add(IdentifierKind.DEVICE, from - 1, elements.to(), 0.9);
                return;
            }
        }
        int stars = from;
        while (stars > 0 && from - stars < 24 && "*\u2022 -#xX".indexOf(text.charAt(stars - 1)) >= 0) {
            stars--;
        }
        while (stars < from && (text.charAt(stars) == ' ' || text.charAt(stars) == '-')) {
            stars++;
        }
        if (from - stars >= 2 && !Character.isLetterOrDigit(runs.charAt(stars - 1)) && masked(stars, run)) {
            return;
        }
        if (runs.isDigits(run) && runs.length(run) <= 4 && runs.isGap(run, ' ') && court.at(from, 28)) {
            boolean chamber = run > 0 && runs.length(run - 1) == 1 && runs.isCapitalised(run - 1)
                    && runs.isGap(run - 1, ' ');
            add(IdentifierKind.OTHER_ID, chamber ? runs.from(run - 1) : from, court.to(), 0.68);
            return;
        }
        token(run);
    }

    private boolean masked(int from, int run) {
        if (!masked.at(from, REACH)) {
            return false;
        }
        String whole = text.substring(from, masked.to());
        String[] groups = whole.split("[ -]");
        boolean social = groups.length == 3 && groups[0].length() == 3 && groups[1].length() == 2;
        boolean card = groups.length == 4 && groups[0].length() == 4 || whole.length() >= 14;
        int digits = CodeShape.digitsOf(whole);
        if (whole.length() - digits < 3 && !(whole.charAt(0) == '*')) {
            return false;
        }
        int hidden = 0;
        while (hidden < whole.length() && !Character.isDigit(whole.charAt(hidden))) {
            hidden++;
        }
        if (hidden < 2 || digits < 2) {
            return false;
        }
        IdentifierKind kind = social ? IdentifierKind.SSN : card ? IdentifierKind.CREDIT_CARD
                : kindBefore(run, IdentifierKind.ACCOUNT);
        add(kind, from, masked.to(), 0.98);
        return true;
    }

    /** A piece without spaces that holds the digits of a run, and the groups behind it. */
    private void token(int run) {
        int from = begin(runs.from(run));
        int to = end(runs.to(run));
        String piece = text.substring(from, to);
        int first = from;
        String whole = piece;
        int groups = 1;
        while (groups < GROUPS_MAX && isGroup(piece)) {
            int next = groupTo(to, CodeShape.digitsOf(whole));
            if (next < 0) {
                break;
            }
            piece = text.substring(to, next).strip();
            to = next;
            whole = text.substring(from, to);
            groups++;
        }
        done = to;
        IdentifierKind labelled = label(first);
        if (!shape.isCode(whole, groups, labelled, first, to)) {
            return;
        }
        int prefix = prefix(first, whole, groups);
        double confidence = labelled == null ? UNSURE : LABELLED;
        found.add(new Finding(labelled == null ? IdentifierKind.OTHER_ID : labelled, prefix, to, confidence));
    }

    private int begin(int place) {
        int from = place;
        while (from > done && place - from < TOKEN_CHARS_MAX && isInside(from - 1)) {
            from--;
        }
        int letters = from;
        while (letters < place && Character.isLetter(text.charAt(letters))) {
            letters++;
        }
        boolean word = letters - from > 6 || letters - from > 1 && Character.isLowerCase(text.charAt(from + 1))
                && NumberWords.labelOf(LetterCase.lower(text.substring(from, letters))) != null;
        if (word && letters < place) {
            from = letters;
        }
        while (from < place && !Character.isLetterOrDigit(text.charAt(from))) {
            from++;
        }
        return from;
    }

    private int end(int place) {
        int to = place;
        while (to < text.length() && to - place < TOKEN_CHARS_MAX && isInside(to)) {
            to++;
        }
        while (to > place && !Character.isLetterOrDigit(text.charAt(to - 1))) {
            to--;
        }
        return to;
    }

    /** Letters, digits, and what joins them; a colon between a digit and a letter. */
    private boolean isInside(int at) {
        char c = text.charAt(at);
        if (Character.isLetterOrDigit(c)) {
            return true;
        }
        if (c == ':') {
            return Character.isDigit(runs.charAt(at - 1)) && Character.isLetter(runs.charAt(at + 1));
        }
        return "-/._\u2013\u2011".indexOf(c) >= 0 || c == ',' && Character.isDigit(runs.charAt(at - 1))
                && Character.isDigit(runs.charAt(at + 1));
    }

    /** Digits, or capitals with digits, short enough to be one of several groups. */
    private static boolean isGroup(String piece) {
        boolean digits = false;
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            digits |= c >= '0' && c <= '9';
            if (!(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '-' || c == '/')) {
                return false;
            }
        }
        return digits && piece.length() <= 12;
    }

    /** The end of a group behind a space, or behind a separator with a space; -1 where none is. */
    private int groupTo(int to, int digits) {
        int at = to;
        boolean separated = false;
        while (at < to + 3 && at < text.length() && (Runs.isBlank(text.charAt(at)) || "-/.".indexOf(
                text.charAt(at)) >= 0 && !separated)) {
            separated |= !Runs.isBlank(text.charAt(at));
            at++;
        }
        if (at == to || at >= text.length() || !Character.isLetterOrDigit(text.charAt(at)) || at - to > 1
                && !separated) {
            return -1;
        }
        boolean wrapped = text.substring(to, at).indexOf('\n') >= 0;
        if (separated && (wrapped || !Character.isDigit(text.charAt(at)))) {
            return -1;
        }
        int next = end(at);
        String piece = text.substring(at, next);
        if (SCHEDULE.matcher(piece).matches()) {
            return -1;
        }
        if (wrapped && (piece.length() == 1 || ").:".indexOf(runs.charAt(next)) >= 0)) {
            return -1;
        }
        boolean single = piece.length() == 1 && piece.charAt(0) >= 'A' && piece.charAt(0) <= 'Z'
                && piece.charAt(0) != 'I'
                && digits >= 4 && !isPressure(to)
                && !Character.isUpperCase(runs.charAt(next + 1)) && runs.charAt(next) != '.';
        if (single) {
            return next;
        }
        boolean mixed = CodeShape.lettersOf(piece) > 0 && (piece.length() < 4 || CodeShape.digitsOf(piece) < 2
                || piece.length() < 7
                && CodeShape.isSystem(LetterCase.lower(piece.replaceAll("[\\d-].*", ""))));
        boolean group = isGroup(piece) && !mixed && (piece.length() > 1 || digits >= 4) && runs.charAt(next) != ':'
                && runs.charAt(next) != '%' && !shape.isMeasured(next) && CodeShape.digitsOf(piece) + digits <= 24;
        boolean range = separated && !isLettered(to) && digits < 5 && CodeShape.digitsOf(piece) < 5;
        return group && !range ? next : -1;
    }

    /** Whether the piece that ends here begins with two letters. */
    private boolean isLettered(int to) {
        int from = to;
        while (from > 0 && to - from < TOKEN_CHARS_MAX && isInside(from - 1)) {
            from--;
        }
        return Character.isUpperCase(text.charAt(from)) && Character.isUpperCase(runs.charAt(from + 1));
    }

    /** Whether {@code 131/65} ends here. */
    private boolean isPressure(int to) {
        int run = runs.runAt(to) - 1;
        return run > 0 && runs.isGap(run - 1, '/') && runs.isDigits(run) && runs.length(run) <= 3
                && runs.length(run - 1) <= 3;
    }

    /** The kind of the nearest label before the code on its line, at most five words off; null without one. */
    private IdentifierKind label(int from) {
        int run = runs.runAt(from) - 1;
        for (int steps = 0; run >= 0 && steps < 5; steps++, run--) {
            for (int i = runs.to(run); i < runs.from(run + 1) && i < runs.to(run) + TOKEN_CHARS_MAX; i++) {
                char c = text.charAt(i);
                if (c == ';' || c == '\n' && (steps > 0 || runs.charAt(i + 1) == '\n')
                        || c == '.' && steps > 1 && runs.charAt(i + 1) == ' ' && runs.length(run) > 4) {
                    return null;
                }
            }
            if (runs.isWord(run)) {
                IdentifierKind kind = NumberWords.labelOf(runs.lower(run));
                if (kind != null) {
                    return kind;
                }
            }
        }
        return null;
    }

    private IdentifierKind kindBefore(int run, IdentifierKind otherwise) {
        IdentifierKind kind = label(runs.from(run));
        return kind == null || kind == IdentifierKind.OTHER_ID ? otherwise : kind;
    }

    /** Letters before the first digits that belong to the code: {@code A 2475 8604}, {@code ORD 548184}. */
    private int prefix(int from, String whole, int groups) {
        int run = runs.runAt(from) - 1;
        if (run < 0 || !runs.isWord(run) || from - runs.to(run) > 2 || !runs.isGap(run, "./-", 2)
                || runs.length(run) > 5 || !isCapitals(run) && !lower || NumberWords.labelOf(runs.lower(run)) != null
                || lower && (NameWords.STOP.contains(runs.lower(run)) || runs.length(run) > 3)
                || runs.lower(run).endsWith("nr") || NumberWords.isNumber(runs.lower(run))
                && runs.charAt(runs.from(run) - 1) != '('
                || runs.charAt(runs.from(run) - 1) == '-') {
            return from;
        }
        boolean letters = CodeShape.lettersOf(whole) > 0;
        boolean numbered = groups == 1 && !letters && runs.length(run) == PREFIX_CHARS
                && !LabelFinder.isLabel(runs, run)
                && CodeShape.digitsOf(whole) >= PREFIXED_DIGITS_MIN && runs.isAllCapitals(run)
                && !NameWords.STOP.contains(runs.lower(run)) && !CodeShape.isUnitWord(runs.lower(run));
        if (!lower && numbered || !lower && (runs.length(run) <= 2 || groups > 1 && letters)) {
            return runs.from(run);
        }
        char before = runs.charAt(runs.from(run) - 1);
        boolean said = before == '(' || before == ' ' && ":#=".indexOf(runs.charAt(runs.from(run) - 2)) >= 0
                || run > 0 && runs.isGap(run - 1, ".:#", 3) && NumberWords.labelOf(runs.lower(run - 1)) != null;
        return said ? runs.from(run) : from;
    }

    private boolean isCapitals(int run) {
        return runs.isAllCapitals(run) || runs.length(run) == 1 && runs.isCapitalised(run);
    }

    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
        done = to;
    }
}
