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
    private static final int REACH = 72;
    private static final double UNSURE = 0.5;
    private static final double LABELLED = 0.62;

    /** Digits made unreadable, before the last ones. */
    private static final Pattern MASKED = Pattern.compile("(?:[xX*\u2022#]{1,16}[ -]?){1,5}\\d{2,6}(?![\\p{L}\\d])");
    /** Element strings of GS1, as on the boxes of devices. */
    private static final Pattern ELEMENTS = Pattern.compile("(?:\\(\\d{2,4}\\)\\s?[A-Za-z\\d/.-]{2,20}){1,6}");
    /** The last digits of something, said so. */
    private static final Pattern LAST = Pattern.compile("(?:ending|ends|endend|endet|ended|endziffern?|endnummer|"
            + "(?:last|final|letzten?|derniers?)(?:\\s\\p{L}{2,9})?(?:\\s(?:four|three|4|3|vier|drei|quatre))?"
            + "(?:\\s(?:digits|ziffern|stellen|chiffres|numbers))?)(?:\\s?[:=-]?\\s?(?:in|with|auf|mit|are|is|of|ist|"
            + "lauten|par|the|digits|ziffern|number|numbers|nummer)\\b){0,3}[\\s:=.\u2026*-]{1,5}(\\d{3,5})"
            + "(?![\\d/:%]|[.,-]\\d|\\s?(?:days|weeks|months|years|hours|tage|wochen|monate|jahre|stunden))",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> LAST_WORDS = Set.of("ending", "ends", "endend", "endet", "ended", "endziffer",
            "endziffern", "endnummer", "last", "final", "letzte", "letzten", "derniers", "dernier");
    /** A file of a German court: {@code 12 O 345/21}. */
    private static final Pattern COURT = Pattern.compile("\\d{1,4} [A-Z][A-Za-z]{0,6} \\d{1,6}\\s?/\\s?\\d{2,4}"
            + "(?![\\d.])");
    private static final Pattern DOSE = Pattern.compile("[<>\u2265\u2264~]?\\d+(?:[.,/-]\\d+)*[-/]?\\p{L}{1,5}"
            + "(?:/.{0,8})?");
    private static final Pattern NUMERIC = Pattern.compile("[\\d.,/+:-]+");
    private static final Pattern AMOUNT = Pattern.compile("[+-]?(?:\\d{1,3}(?:[.,]\\d{3})+(?:[.,]\\d{1,2})?"
            + "|\\d{1,6}[.,]\\d{1,4}|\\d{1,4}[.,]\\d+)(?:-[\\d.,]+)?");
    /** Classifications of diseases, procedures and drugs. */
    private static final Pattern CATALOGUE = Pattern.compile("(?i:[A-Z]\\d{2}(?:\\.[\\dA-Z]{1,4})?[+*!GVZA]?"
            + "|[A-Z]\\d{2}[A-Z]{2}\\d{2}|\\d-\\d{2}[\\da-z](?:\\.[\\da-z]{1,2})?|\\d{2,7}-\\d{2}-\\d"
            + "|[A-Z]\\d{2}(?:\\.\\d{1,2})?[-/][A-Z]?\\d{2}(?:\\.\\d{1,2})?|(?:p|pp|s)\\.?\\d+/\\d+)");
    private static final Pattern YEARS = Pattern.compile("(?:19|20)\\d{2}(?:[-/](?:(?:19|20)?\\d{2}))?");
    private static final Pattern HOURS = Pattern.compile("(?:[01]\\d|2[0-4])[0-5]\\d-(?:[01]\\d|2[0-4])[0-5]\\d");
    private static final Pattern GASES = Pattern.compile("\\d{1,3}\\.\\d{1,2}(?:[/-]\\d{1,3}(?:\\.\\d{1,2})?){1,5}"
            + "|\\d{1,3}(?:[/-]\\d{1,3}\\.\\d{1,2}){1,5}");
    private static final Pattern ROUND = Pattern.compile("\\d{0,2}0(?:[-/]\\d{0,2}0)+");
    private static final Set<String> SYSTEMS = Set.of(("icd cpt ops goa go\u00E4 ebm loinc snomed sct ndc pzn hcpcs drg atc isbn issn pmid doi rfc "
            + "iso din iec cfr usc hgnc omim cas nct nice ean model modell mod\u00E8le version ver "
            + "firmware type typ form formular muster modifier revenue cm opcs read ccam cip gop bgbl abs "
            + "art article ansi astm en hb sb titer titre isrctn eudract cve stgb bgb sgb issue request "
            + "commit rs port dsm catalog postleitzahl error status").split(" "));
    private static final Set<String> UNITS = Set.of(("mg mcg \u00B5g \u03BCg ug g kg ml l dl cl mm cm m km ft inch inches lb lbs oz mmol nmol "
            + "pmol umol \u00B5mol mol meq mosm iu ie ui u units unit einheiten einh ng pg fl kj kcal cal "
            + "hz khz mhz ghz kv kvp mas ma v w kw gy mgy sv msv bq mbq kbq gbq mci hpf bpm rpm mph kmh "
            + "mmhg kpa bar psi percent prozent years year yrs yr months month weeks week wk wks days day "
            + "hours hour hr hrs h min mins minutes sec s ms jahre jahr monate wochen tage stunden "
            + "minuten sekunden uhr tabs tablets tabletten tbl caps capsules drops tropfen puffs patients "
            + "patienten participants subjects cases f\u00E4lle people personen samples cells copies "
            + "steps schritte times mal fold euro eur usd gbp chf dollars pounds cents mio million "
            + "millionen thousand tausend st st\u00FCck stk pages seiten words beds nl pl tsd mb gb kb tb "
            + "bytes rows tokens stimmen einwohner inhabitants x ppm kbit mbit volt watt ohm liter litres "
            + "liters miles feet yards acres meter metres ounces grams milligrams").split(" "));
    /** Everybody's telephone numbers. */
    private static final Set<String> PUBLIC = Set.of("116117", "116123", "116111", "118118", "115115");

    private final Runs runs;
    private final String text;
    private final List<Finding> found;
    private final Runs.Anchored masked;
    private final Runs.Anchored elements;
    private final Runs.Anchored last;
    private final Runs.Anchored court;
    private int done;

    CodeFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
        this.masked = runs.anchored(MASKED);
        this.elements = runs.anchored(ELEMENTS);
        this.last = runs.anchored(LAST);
        this.court = runs.anchored(COURT);
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
                add(kindBefore(run, IdentifierKind.ACCOUNT), last.from(1), last.to(1), 0.8);
            } else if ((runs.charAt(runs.from(run)) | 32) == 'x' && runs.isWord(run)) {
                masked(runs.from(run), run);
            }
        }
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
            if (digitsOf(all) >= 8) {
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
            add(IdentifierKind.OTHER_ID, from, court.to(), 0.68);
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
        int digits = digitsOf(whole);
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
            int next = groupTo(to, digitsOf(whole));
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
        if (!isCode(whole, groups, labelled, first, to)) {
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
        boolean word = letters - from > 6 || letters - from > 1
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
        if (wrapped && (piece.length() == 1 || ").:".indexOf(runs.charAt(next)) >= 0)) {
            return -1;
        }
        boolean single = piece.length() == 1 && piece.charAt(0) >= 'A' && piece.charAt(0) <= 'Z' && digits >= 4
                && !Character.isLetterOrDigit(runs.charAt(next + 1)) && runs.charAt(next) != '.';
        if (single) {
            return next;
        }
        boolean mixed = lettersOf(piece) > 0 && (piece.length() < 4 || digitsOf(piece) < 2 || piece.length() < 7
                && SYSTEMS.contains(LetterCase.lower(piece.replaceAll("[\\d-].*", ""))));
        boolean group = isGroup(piece) && !mixed && (piece.length() > 1 || digits >= 4) && runs.charAt(next) != ':'
                && runs.charAt(next) != '%' && !UNITS.contains(unitAt(next)) && digitsOf(piece) + digits <= 24;
        boolean range = separated && digits < 5 && digitsOf(piece) < 5;
        return group && !range ? next : -1;
    }

    private String unitAt(int to) {
        int next = runs.runAt(to);
        return next < runs.count() && runs.from(next) - to <= 1 && runs.isWord(next)
                && (runs.from(next) > to || runs.isLower(next)) ? runs.lower(next) : "";
    }

    private boolean isCode(String whole, int groups, IdentifierKind labelled, int from, int to) {
        int digits = digitsOf(whole);
        int letters = lettersOf(whole);
        if (digits < 2 || letters == 0 && digits < 3 || digits + letters < 5 || isQuantity(whole, from, to) || isSystem(runs, from)
                || YEARS.matcher(whole).matches() || PUBLIC.contains(whole)) {
            return false;
        }
        if (letters == 0) {
            return isNumber(whole, digits, groups, labelled != null || isMarked(from));
        }
        if (CATALOGUE.matcher(whole).matches() || DOSE.matcher(whole).matches() && isUnit(whole)) {
            return false;
        }
        boolean capitals = whole.chars().noneMatch(Character::isLowerCase);
        if (digits == 2) {
            return labelled != null && digits + letters >= 8;
        }
        return digits >= 4 || digits + letters >= 6 && (capitals || labelled != null) || labelled != null;
    }

    /** Digits alone: enough of them, and no range, strength, series or version. */
    private static boolean isNumber(String whole, int digits, int groups, boolean marked) {
        if (AMOUNT.matcher(whole).matches() && !whole.matches("\\d{1,3}\\.\\d{6,}") || whole.indexOf(',') >= 0
                || ROUND.matcher(whole).matches()) {
            return false;
        }
        String[] parts = whole.split("[\\s./:-]+");
        int longest = 0;
        boolean years = true;
        for (String part : parts) {
            longest = Math.max(longest, part.length());
            years &= YEARS.matcher(part).matches();
        }
        if (years || digits < (marked ? 5 : 6) || parts.length == 2 && longest < 4 || isHours(whole)) {
            return false;
        }
        boolean dotted = whole.indexOf('.') >= 0;
        return longest >= 4 || parts.length >= 3 && (groups > 1 ? digits >= 7 : digits >= 6 && !(dotted && longest < 2));
    }

    /** Decimals and ranges of them. */
    static boolean isAmount(String whole) {
        return GASES.matcher(whole).matches();
    }

    /** {@code 1900-0730}, and gases of blood: {@code 7.38/42/88/24}. */
    private static boolean isHours(String whole) {
        return HOURS.matcher(whole).matches() || GASES.matcher(whole).matches();
    }

    private static boolean isUnit(String whole) {
        int at = whole.length();
        while (at > 0 && !Character.isDigit(whole.charAt(at - 1))) {
            at--;
        }
        String rest = whole.substring(at).replaceFirst("^[-/]", "");
        int slash = rest.indexOf('/');
        String unit = LetterCase.lower(slash < 0 ? rest : rest.substring(0, slash));
        return UNITS.contains(unit) || whole.substring(0, Math.min(at, whole.length())).matches(".*\\p{L}/\\d+");
    }

    /** With a sign of a currency or a comparison before it, or a unit behind it. */
    private boolean isQuantity(String whole, int from, int to) {
        char before = runs.charAt(from - 1);
        char next = runs.charAt(to);
        if (before == ':' && Character.isDigit(runs.charAt(from - 2))) {
            return true;
        }
        if ("$\u20AC\u00A3\u00A5<>\u2265\u2264\u00B1~^".indexOf(before) >= 0 || "%\u2030\u00B0$\u20AC\u00A3^".indexOf(
                next) >= 0 || before == ' ' && "$\u20AC\u00A3<>=".indexOf(runs.charAt(from - 2)) >= 0
                && runs.charAt(from - 2) != '=') {
            return true;
        }
        boolean numeric = NUMERIC.matcher(whole.replace(" ", "")).matches();
        return numeric && (UNITS.contains(unitAt(to)) || next == ' ' && "%\u00B0\u20AC$".indexOf(
                runs.charAt(to + 1)) >= 0);
    }

    /** Whether the first word to the left, over numbers and short codes, is that of a catalogue, a norm or a count. */
    static boolean isSystem(Runs runs, int from) {
        int run = runs.runAt(from) - 1;
        boolean number = false;
        for (int steps = 0; run >= 0 && steps < 8; steps++, run--) {
            for (int i = runs.to(run); i < runs.from(run + 1); i++) {
                char c = runs.text.charAt(i);
                if (c == '\u00A7') {
                    return true;
                }
                if ("\n;()".indexOf(c) >= 0 && steps > 0) {
                    return false;
                }
            }
            String word = runs.lower(run);
            if (SYSTEMS.contains(word) || number && NumberWords.isCount(word)) {
                return true;
            }
            number = NumberWords.isNumber(word);
            if (runs.isWord(run) && runs.length(run) > 2 && !number && !word.equals("codes")) {
                return false;
            }
        }
        return false;
    }

    /** Whether a mark or a word before the number says that a number comes. */
    private boolean isMarked(int from) {
        char before = runs.charAt(from - 1);
        char second = runs.charAt(from - 2);
        return before == '(' || before == '=' || before == ' ' && (second == ':' || second == '#' || second == '=')
                || before == ':';
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
                || runs.length(run) > 5 || !isCapitals(run) || NumberWords.labelOf(runs.lower(run)) != null
                || NameWords.STOP.contains(runs.lower(run)) || NumberWords.isNumber(runs.lower(run))
                || runs.charAt(runs.from(run) - 1) == '-') {
            return from;
        }
        boolean letters = lettersOf(whole) > 0;
        if (runs.length(run) <= 2 || groups > 1 && letters) {
            return runs.from(run);
        }
        char before = runs.charAt(runs.from(run) - 1);
        boolean said = before == '(' || before == ' ' && ":#=".indexOf(runs.charAt(runs.from(run) - 2)) >= 0
                || run > 0 && runs.isSpace(run - 1) && NumberWords.labelOf(runs.lower(run - 1)) != null;
        return said ? runs.from(run) : from;
    }

    private boolean isCapitals(int run) {
        return runs.isAllCapitals(run) || runs.length(run) == 1 && runs.isCapitalised(run);
    }

    private static int digitsOf(String piece) {
        int digits = 0;
        for (int i = 0; i < piece.length(); i++) {
            digits += piece.charAt(i) >= '0' && piece.charAt(i) <= '9' ? 1 : 0;
        }
        return digits;
    }

    private static int lettersOf(String piece) {
        int letters = 0;
        for (int i = 0; i < piece.length(); i++) {
            letters += Character.isLetter(piece.charAt(i)) ? 1 : 0;
        }
        return letters;
    }

    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
        done = to;
    }
}
