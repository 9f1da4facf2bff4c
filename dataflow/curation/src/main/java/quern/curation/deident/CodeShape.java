package quern.curation.deident;

import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/** Judges whether a piece with digits is a code: not a quantity, a range, a dose, a year, a place in a catalogue. */
final class CodeShape {

    private static final Pattern DOSE = Pattern.compile("[<>\u2265\u2264~]?\\d+(?:[.,/-]\\d+)*[-/]?\\p{L}{1,5}"
            + "(?:/.{0,8})?");
    private static final Pattern NUMERIC = Pattern.compile("[\\d.,/+:-]+");
    private static final Pattern AMOUNT = Pattern.compile("[+-]?(?:\\d{1,3}(?:[.,]\\d{3})+(?:[.,]\\d{1,2})?"
            + "|\\d{1,6}[.,]\\d{1,4}|\\d{1,4}[.,]\\d+)(?:-[\\d.,]+)?");
    /** Classifications of diseases, procedures and drugs. */
    private static final Pattern CATALOGUE = Pattern.compile("(?i:[A-Z]\\d{2}(?:\\.[\\dA-Z]{1,4})?[+*!GVZA]?"
            + "|[A-Z]\\d{2}[A-Z]{2}\\d{2}|\\d-\\d{2}[\\da-z](?:\\.[\\da-z]{1,2})?|\\d{2,7}-\\d{2}-\\d"
            + "|[A-Z]\\d{2}(?:\\.\\d{1,2})?[-/][A-Z]?\\d{2}(?:\\.\\d{1,2})?"
            + "|(?:(?:p|pp|s)\\.?\\d{1,3}|p\\.\\d+)/\\d{1,4}|NCT\\d{8}"
            + "|[cgmnr]\\.[*\\d_+-]{1,16}(?:[ACGTUacgtu]>.{0,8}|(?:del|dup|ins|inv).{0,16})"
            + "|p\\.\\(?[A-Z][a-z]{2}\\d{1,5}.{0,16}|rs\\d{4,10}|[NX][CGMPRT]_\\d{6,9}(?:\\.\\d{1,2})?"
            + "|\\d{2,4}/\\d{1,4}/(?:EEC|EC|EU|EWG|EG|CE|CEE|UE)"
            + "|CHA2DS2(?:-VA(?:Sc)?)?)");
    /** Procedures in Britain and the United States, unless a word says that it is somebody's number. */
    private static final Pattern PROCEDURE = Pattern.compile("[A-HJ-Z]\\d{4}");
    private static final Pattern VERSION = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
    private static final int MEASURED_DIGITS_MAX = 8;
    private static final Pattern LONG = Pattern.compile("\\d{1,3}\\.\\d{6,}");
    private static final Pattern PARTS = Pattern.compile("[\\s./:-]+");
    private static final Pattern UNIT_FIRST = Pattern.compile("\\p{L}{1,4}/.{1,20}");
    private static final Pattern YEARS = Pattern.compile("(?:19|20)\\d{2}(?:[-/](?:(?:19|20)?\\d{2}))?");
    private static final Pattern HOURS = Pattern.compile("(?:[01]\\d|2[0-4])[0-5]\\d-(?:[01]\\d|2[0-4])[0-5]\\d");
    private static final Pattern PRESSURE = Pattern.compile("\\d{2,3}/\\d{2,3}");
    private static final Pattern GASES = Pattern.compile("\\d{1,3}\\.\\d{1,2}(?:[/-]\\d{1,3}(?:\\.\\d{1,2})?){1,5}"
            + "|\\d{1,3}(?:[/-]\\d{1,3}\\.\\d{1,2}){1,5}");
    private static final Pattern ROUND = Pattern.compile("\\d{0,2}0(?:[-/]\\d{0,2}0)+");
    private static final Set<String> SYSTEMS = Set.of((
            "icd cpt ops goa go\u00E4 ebm loinc snomed sct ndc pzn hcpcs drg atc isbn issn pmid doi rfc iso din "
            + "iec cfr usc hgnc omim cas nct nice ean model modell mod\u00E8le version ver firmware type typ form "
            + "formular muster modifier revenue cm opcs read ccam cip gop bgbl abs art article ansi astm en hb sb "
            + "titer titre isrctn eudract cve stgb bgb sgb issue request commit rs port dsm catalog postleitzahl "
            + "error status procedure eu ec eg ewg eec regulation verordnung directive richtlinie").split(" "));
    private static final Set<String> UNITS = Set.of((
            "mg mcg \u00B5g \u03BCg ug g kg ml l dl cl mm cm m km ft inch inches lb lbs oz mmol nmol pmol umol "
            + "\u00B5mol mol meq mosm iu ie ui u units unit einheiten einh ng pg fl kj kcal cal hz khz mhz ghz kv "
            + "kvp mas ma v w kw gy mgy sv msv bq mbq kbq gbq mci hpf bpm rpm mph kmh mmhg kpa bar psi percent "
            + "prozent years year yrs yr months month weeks week wk wks days day hours hour hr hrs h min mins "
            + "minutes sec s ms jahre jahr monate wochen tage stunden minuten sekunden uhr tab tabs tablet tablets "
            + "tabletten tbl caps capsules drops tropfen puffs patients patienten participants subjects cases "
            + "f\u00E4lle people personen samples cells copies steps schritte times mal fold "
            + "euro eur usd gbp chf dollars "
            + "pounds cents mio million millionen thousand tausend st st\u00FCck stk pages seiten words beds nl pl "
            + "tsd mb gb kb tb bytes rows tokens stimmen einwohner inhabitants x ppm kbit mbit volt watt ohm liter "
            + "litres liters miles feet yards acres meter metres ounces grams milligrams").split(" "));
    /** Before a word for a catalogue that is somebody's then: {@code your request 16-14878}. */
    private static final Set<String> OWN = Set.of("your", "our", "my", "their", "her", "his");
    /** Before "form", which is that of one case then: {@code accident form 266804}. */
    private static final Set<String> HAPPENED = Set.of("accident", "incident", "injury", "fall", "complaint", "claim",
            "referral", "notification", "event", "safeguarding", "datix", "exposure");
    /** Everybody's telephone numbers. */
    private static final Set<String> PUBLIC = Set.of("116117", "116123", "116111", "118118", "115115");

    private final Runs runs;
    private final String text;

    CodeShape(Runs runs) {
        this.runs = runs;
        this.text = runs.text;
    }

    boolean isCode(String whole, int groups, IdentifierKind labelled, int from, int to) {
        int digits = digitsOf(whole);
        int letters = lettersOf(whole);
        if (digits < 2 || letters == 0 && digits < 3 || digits + letters < 5 || isQuantity(whole, from, to)
                || isSystem(runs, from)
                || YEARS.matcher(whole).matches() || PUBLIC.contains(whole)) {
            return false;
        }
        if (letters == 0) {
            return isNumber(whole, digits, groups, labelled != null || isMarked(from));
        }
        boolean slashed = digits <= 3 && UNIT_FIRST.matcher(whole).matches();
        if (slashed && UNITS.contains(LetterCase.lower(PARTS.split(whole)[0]))) {
            return false;
        }
        if (CATALOGUE.matcher(whole).matches() || labelled == null && PROCEDURE.matcher(whole).matches()
                || digits <= 5 && DOSE.matcher(whole).matches() && isUnit(whole)) {
            return false;
        }
        boolean capitals = whole.chars().noneMatch(Character::isLowerCase);
        if (digits == 2) {
            return labelled != null && digits + letters >= (capitals ? 6 : 8) && whole.indexOf(' ') < 0
                    && !whole.matches(".*\\p{Ll}{3}.*");
        }
        return digits >= 4 || digits + letters >= 6 && (capitals || labelled != null) || labelled != null;
    }

    /** Digits alone: enough of them, and no range, strength, series or version. */
    private static boolean isNumber(String whole, int digits, int groups, boolean marked) {
        if (AMOUNT.matcher(whole).matches() && !LONG.matcher(whole).matches() || whole.indexOf(',') >= 0
                || ROUND.matcher(whole).matches()) {
            return false;
        }
        String[] parts = PARTS.split(whole);
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
        return longest >= 4 || parts.length >= 3 && (groups > 1 && !marked ? digits >= 7
                : digits >= 6 && !(dotted && longest < 2));
    }

    /** Decimals and ranges of them. */
    static boolean isAmount(String whole) {
        return GASES.matcher(whole).matches();
    }

    /** {@code 1900-0730}, and gases of blood: {@code 7.38/42/88/24}. */
    private static boolean isHours(String whole) {
        return HOURS.matcher(whole).matches() || GASES.matcher(whole).matches();
    }

    /** Hours of a shift or a pressure of blood: what stands behind a day in a list of them. */
    static boolean isReading(String piece) {
        return HOURS.matcher(piece).matches() || PRESSURE.matcher(piece).matches();
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
        if ("$\u20AC\u00A3\u00A5<>\u2265\u2264\u00B1~^".indexOf(before) >= 0 || "%\u2030\u00B0$\u20AC\u00A3".indexOf(
                next) >= 0 || next == '^' && Character.isDigit(runs.charAt(to + 1))
                || before == ' ' && "$\u20AC\u00A3<>=".indexOf(runs.charAt(from - 2)) >= 0
                && runs.charAt(from - 2) != '=') {
            return true;
        }
        boolean numeric = NUMERIC.matcher(whole.replace(" ", "")).matches();
        return numeric && digitsOf(whole) <= MEASURED_DIGITS_MAX && (UNITS.contains(unitAt(to))
                || next == ' ' && "%\u00B0\u20AC$".indexOf(
                runs.charAt(to + 1)) >= 0);
    }

    String unitAt(int to) {
        int next = runs.runAt(to);
        return next < runs.count() && runs.from(next) - to <= 1 && runs.isWord(next)
                && (runs.from(next) > to || runs.isLower(next)) ? runs.lower(next) : "";
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
            boolean own = word.equals("request") && OWN.contains(runs.lower(run - 1))
                    || word.equals("form") && HAPPENED.contains(runs.lower(run - 1));
            if (SYSTEMS.contains(word) && !own || number && NumberWords.isCount(word)) {
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

    /** A registered trial, a place in a gene or a version of a program, which a label may stand before. */
    static boolean isPublic(String whole) {
        return VERSION.matcher(whole).matches() || whole.startsWith("NCT") && CATALOGUE.matcher(whole).matches();
    }

    static boolean isSystem(String word) {
        return SYSTEMS.contains(word);
    }

    static boolean isUnitWord(String lower) {
        return UNITS.contains(lower);
    }

    /** Whether a unit stands behind a number. */
    boolean isMeasured(int to) {
        return UNITS.contains(unitAt(to));
    }

    static int digitsOf(String piece) {
        int digits = 0;
        for (int i = 0; i < piece.length(); i++) {
            digits += piece.charAt(i) >= '0' && piece.charAt(i) <= '9' ? 1 : 0;
        }
        return digits;
    }

    static int lettersOf(String piece) {
        int letters = 0;
        for (int i = 0; i < piece.length(); i++) {
            letters += Character.isLetter(piece.charAt(i)) ? 1 : 0;
        }
        return letters;
    }
}
