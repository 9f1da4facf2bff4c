package quern.curation.deident;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Ages over 89, in digits and in words: with "years", "y/o", "F" or {@code Lebensjahr} behind them, "aged", "turned" or
 * "at" before them, in parentheses behind a name, and wherever a number from 90 to 115 stands alone in a sentence about
 * somebody. A number with a unit, of a vital sign or a result is no age.
 */
final class AgeFinder {

    private static final int REACH = 48;
    private static final double NAMED = 0.7;
    private static final int FILLING_MAX = 40;
    private static final Pattern BEHIND = Pattern.compile("(?:[\\s-]{0,2}(?:years?|yrs?\\.?|yr)(?:[\\s-]{1,2}(?:old|of|"
            + "young)\\b|\\b(?=[ \\t]{0,2}(?:[),;.|\\n\\t]|$| {2}|(?-i:\\s[^\\p{Ll}\\s\\d])|"
            + "(?:and\\s)?\\d{1,2}\\s(?:months?|mos?|days?)\\b)))"
            + "|[\\s-]{0,2}(?:y\\s?/\\s?o|yo[fmw]?|y\\.o\\.?|y)\\b"
            + "|,\\s(?:female|male|(?-i:[FMW]))\\b(?=\\s?[),;.\\n])|[\\s-]{0,2}j\u00E4hrig"
            + "|[\\s-]{0,2}j\u00E4hr\\.?|\\s{1,2}jahren?\\b(?!\\s{1,2}(?:nach|sp\u00E4ter|vor\\b))|\\s{1,2}j\\.|"
            + "\\s{1,2}ans\\b|[\\s-]{0,2}(?-i:[FMW])\\b(?![/.])"
            + "|[\\s-]{0,2}j(?:g|r)?\\.|\\s?[\u2640\u2642]|y\\s?\\d{1,2}\\s?m(?:o|ths?)?\\b|\\s?\\|\\s?(?-i:[FMW])\\b"
            + "|\\s(?:\\d{1,2}/12|\u00BD)(?![/\\d])"
            + "|\\s?/\\s?(?:[fmw]|female|male|yo?|yrs?)\\b(?!/)|(?:f|w)\\b|[\\s-]{0,2}(?:female"
            + "|male|woman|man|lady|gentleman)\\b(?![/.])"
            + "|(?:\\.|th|st|nd|rd|sten?|te[nrs]?)?\\s{1,2}(?:lebensjahr|geburtstag|birthday|year of (?:life|age))"
            + "|th\\s{1,2}(?:year|birthday))", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    private static final Pattern WORDS = Pattern.compile("(?:(?:one|a)[\\s-]hundred(?:[\\s-](?:and[\\s-])?"
            + "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?|ninety(?:[\\s-]{1,2}"
            + "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|one|two|three|four|five|six|seven|"
            + "eight|nine))?|ninetieth|hundredth|(?:(?:ein|zwei|drei|vier|f\u00FCnf|sechs|sieben"
            + "|acht|neun)und)?neunzig|"
            + "(?:ein)?hundert(?:und)?(?:eins?|zwei|drei|vier|f\u00FCnf|sechs|sieben|acht|neun|zehn)?"
            + "|quatre-vingt-dix(?:-(?:sept|huit|neuf))?)(?:sten?|ster|ste|th)?", Pattern.CASE_INSENSITIVE
                    | Pattern.UNICODE_CASE);
    /** {@code ninety-eighth}, before "year". */
    private static final Pattern ORDINAL = Pattern.compile("(?:th|first|second|third)$", Pattern.CASE_INSENSITIVE);
    private static final Set<String> AGED = Set.of("aged", "age", "turned", "alter", "\u00E2ge", "\u00E2g\u00E9",
            "\u00E2g\u00E9e", "ag\u00E9", "ag\u00E9e", "turning", "turns", "becomes", "became", "reached", "alters",
            "wurde", "wird", "altersangabe");
    private static final Set<String> SAYING = Set.of("is", "was", "at", "to", "still", "now", "nearly",
            "almost", "about",
            "over", "be", "been", "mit", "ist", "war", "fast", "knapp", "of", "von", "bereits", "schon", "noch",
            "\u00E0",
            "just", "already", "only",
            "today", "heute", "nun", "im", "her", "his", "until", "\u00FCber", "mittlerweile", "inzwischen");
    /** Words about somebody: a number beside them may be an age. */
    private static final Set<String> PEOPLE = Set.of((
            "she he her his who mother father sister brother husband wife grandmother grandfather grandma grandpa "
            + "aunt uncle friend lady gentleman woman man widow widower neighbor neighbour patient resident pt mum "
            + "mom dad nan gran parent daughter son died lived sie er ihre ihr seine mutter vater schwester bruder "
            + "ehemann ehefrau gro\u00DFmutter gro\u00DFvater oma opa tante onkel witwe witwer dame herr frau "
            + "patientin verstorben verstarb starb gestorben alt \u00E4lter old mother-in-law m\u00E8re p\u00E8re "
            + "s\u0153ur fr\u00E8re elle nonagenarian centenarian hochbetagt hochbetagte hochbetagter bewohnerin "
            + "bewohner nachbarin nachbar passed carer greatgrandmother urgro\u00DFmutter urgro\u00DFvater "
            + "schwiegermutter schwiegervater widowed divorced deceased grandparent relative cousin spouse "
            + "partner").split(" "));
    private static final Set<String> NO_AGE = Set.of((
            "bp rr hr p pulse puls sats spo temp weight gewicht glucose bz na k cl crp hb creat egfr gfr "
            + "creatinine ef room rm zimmer bed bett page seite level score units rate percent bus line platform "
            + "flat house apt suite ward station hausnummer no nr number nummer route highway channel unit lot dose "
            + "ldl hdl bun wbc plt ferritin tsh interstate hwy since seit in bmi map lactate sodium "
            + "potassium fluids infusion rates saturation heart").split(" "));
    /** Between a word for age and the age: {@code age at death 94}, {@code age (years)  94}. */
    private static final Set<String> AT = Set.of("at", "in", "of", "on", "the", "visit", "death", "diagnosis", "onset",
            "admission", "time", "years", "yrs", "year", "y", "last", "birthday", "when", "sex", "gender", "f", "m",
            "jahre", "jahren", "j", "bei", "geschlecht", "w", "ans", "sexe", "today", "now", "seen", "tod");
    private static final Set<String> RELATIVES = Set.of("mother", "father", "sister", "brother", "husband", "wife",
            "grandmother", "grandfather", "grandma", "grandpa", "aunt", "uncle", "mgm", "mgf", "pgm", "pgf", "mum",
            "mom", "dad", "nan", "gran", "mutter", "vater", "schwester", "bruder", "gro\u00DFmutter",
            "gro\u00DFvater", "oma", "opa", "tante", "onkel", "ehemann", "ehefrau", "m\u00E8re", "p\u00E8re");
    private static final Set<String> DIED = Set.of("died", "d", "deceased", "dec", "verst", "gest", "verstorben",
            "gestorben", "d\u00E9c\u00E9d\u00E9", "d\u00E9c\u00E9d\u00E9e");
    private static final int WORDS_BETWEEN_MAX = 5;
    /** Behind an age that stands after "at": what is said about somebody so old. */
    private static final Set<String> JUDGING = Set.of("would", "could", "should", "will", "might", "may", "can", "is",
            "was", "she", "he", "they", "seems", "carries", "has", "had", "with", "and", "who", "i", "we");
    /** At the begin of a sentence, before an age. */
    private static final Set<String> FIRST = Set.of("still", "now", "nearly", "almost", "already", "just", "noch",
            "schon", "bereits", "fast", "knapp", "only", "turned", "today");
    private static final Set<String> BIRTHDAYS = Set.of("birthday", "bday", "geburtstag", "anniversaire");
    private static final Set<String> TOLD = Set.of("are", "re", "sind", "bist", "werden", "wirst", "am", "bin");
    private static final Set<String> WHOM = Set.of("you", "they", "sie", "du", "i", "ich", "both");
    private static final Set<String> GOES_ON = Set.of("this", "now", "today", "next", "soon", "already", "and", "or",
            "so", "but", "tomorrow", "dieses", "jetzt", "heute", "geworden", "und", "in", "on");
    private static final Set<String> OF = Set.of("of", "from", "formerly", "passed", "died", "beloved", "aus",
            "wohnhaft", "late", "departed", "retired", "widow", "widower", "born", "entered", "went", "slipped",
            "verstarb");
    /** Behind "next": when somebody will be so old. */
    private static final Set<String> SOON = Set.of("week", "month", "year", "spring", "summer", "autumn", "fall",
            "winter", "birthday", "time");
    private static final Set<String> SCORED = Set.of("punkte", "punkten", "points", "scored", "score", "marks", "out");
    private static final Set<String> UNITS_BEHIND = Set.of("mg", "mcg", "ml", "kg", "lb", "lbs", "cm", "mm",
            "mmhg", "bpm", "km", "percent", "prozent",
            "degrees", "days", "day", "tage", "tagen", "weeks", "wochen", "minutes", "minuten", "min", "hours",
            "stunden", "months", "monate", "mmol", "g", "ug", "units", "uhr", "meters", "miles", "euro", "eur",
            "dollars", "patients", "patienten", "times", "mal", "grad", "beds", "betten", "kcal", "sec", "s",
            "l", "m", "points", "punkte", "cases", "pages", "seiten", "on", "ra", "systolic");

    private final Runs runs;
    private final List<Finding> found;
    private final Runs.Anchored behind;
    private final Runs.Anchored words;
    /** Runs with which names begin, and those with which they end. */
    private final BitSet names = new BitSet();
    private final BitSet nameEnds = new BitSet();

    /** @param found with the names of the text */
    AgeFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
        for (Finding finding : found) {
            if (finding.kind() == IdentifierKind.NAME && finding.confidence() >= NAMED) {
                names.set(runs.runAt(finding.from()));
                nameEnds.set(Math.max(0, runs.runAt(finding.to()) - 1));
            }
        }
        this.behind = runs.anchored(BEHIND);
        this.words = runs.anchored(WORDS);
    }

    void find() {
        int done = 0;
        for (int run = 0; run < runs.count(); run++) {
            int from = runs.from(run);
            if (from < done) {
                continue;
            }
            if (runs.length(run) <= 12 && Character.isDigit(runs.text.charAt(from))) {
                digits(run, from);
            } else if (runs.isWord(run) && isNumeral(runs.lower(run)) && words.at(from, REACH)
                    && !Character.isLetter(runs.charAt(words.to()))) {
                done = Math.max(words.to(), done);
                worded(run, from, words.to());
            }
        }
    }

    private static boolean isNumeral(String word) {
        return word.startsWith("ninet") || word.equals("one") || word.equals("a") || word.contains("neunzig")
                || word.contains("hundert") || word.equals("quatre") || word.equals("hundredth");
    }

    private void digits(int run, int from) {
        int to = from;
        while (to < from + 4 && Character.isDigit(runs.charAt(to))) {
            to++;
        }
        int age = to - from > 3 ? 0 : Integer.parseInt(runs.text.substring(from, to));
        char before = runs.charAt(from - 1);
        char next = runs.charAt(to);
        if (age < 90 || age > 119 || "-/.,:$#\u20AC\u00A3+<>=~".indexOf(before) >= 0 && before != '-'
                && !("=:>".indexOf(before) >= 0 && isLabelled(run))
                && !(before == '/' && Character.isLetter(runs.charAt(from - 2)))
                || before == '-' && Character.isDigit(runs.charAt(from - 2))
                || (next == '.' || next == ',' || next == ':') && Character.isDigit(runs.charAt(to + 1))) {
            return;
        }
        boolean whole = to == runs.to(run);
        if (behind.at(to, REACH) && !isMeasured(run)) {
            add(from, to, 0.95);
        } else if (whole && "%\u00B0$\u20AC\u00A3/".indexOf(next) < 0
                && !(next == '-' && Character.isDigit(runs.charAt(to + 1)))
                && !(next == ' ' && runs.charAt(to + 1) == '%')) {
            alone(run, run, from, to);
        }
    }

    /** {@code BP 100 m}: a letter behind a value that a word names. */
    private boolean isMeasured(int run) {
        return NO_AGE.contains(runs.lower(run - 1)) && runs.isSpace(run - 1) && !runs.lower(run - 1).equals("in")
                && behind.to() - runs.to(run) < 4;
    }

    private void worded(int run, int from, int to) {
        int last = Math.max(run, runs.runAt(to) - 1);
        String whole = runs.text.substring(from, to);
        boolean plain = whole.length() > 6 || !whole.equalsIgnoreCase("hundert");
        boolean year = runs.lower(last + 1).equals("year") && runs.isSpace(last) && ORDINAL.matcher(whole).find();
        if (behind.at(to, REACH) || year) {
            add(from, to, 0.95);
        } else if (plain) {
            alone(run, last, from, to);
        }
    }

    /** Without years or a sex behind it. */
    private void alone(int run, int last, int from, int to) {
        String before = runs.lower(run - 1);
        boolean near = run > 0 && from - runs.to(run - 1) <= 3;
        String next = runs.isSpace(last) ? runs.lower(last + 1) : "";
        boolean of = before.equals("von") || before.equals("of");
        boolean scored = SCORED.contains(before) || of && (SCORED.contains(runs.lower(run - 2))
                || runs.isDigits(run - 2));
        boolean span = next.equals("years") && !SAYING.contains(before) && !AGED.contains(before);
        if (scored || UNITS_BEHIND.contains(next) && !(next.equals("on") && AGED.contains(before)) || span) {
            return;
        }
        boolean sex = isBehindSex(run, from, to);
        boolean unit = (before.equals("yrs") || before.equals("years") || before.equals("y") || before.equals("jahre"))
                && runs.isGap(run - 1, "):]", 4) && AGED.contains(runs.lower(run - 2));
        boolean said = unit || sex || isLabelled(run) || near && AGED.contains(before);
        if (said || before.equals("von") && AGED.contains(runs.lower(run - 2))) {
            add(from, to, 0.95);
        } else if (near && isRelative(run - 1) && !runs.hasDigits(last + 1) || before.equals("m") && isI(run - 2)
                || before.equals("am") && isI(run - 2)) {
            add(from, to, 0.75);
        } else if (isEnclosed(from, to) && (isDay(run - 1) || runs.isCapitalised(run - 1) || PEOPLE.contains(before)
                || nameEnds.get(Math.max(0, run - 1)))) {
            add(from, to, 0.75);
        } else if (next.equals("next") && SOON.contains(runs.lower(last + 2)) && !isMeasuring(run)
                || isJudged(run, last, next) || near && isBirthday(run) || near && isTold(run, to, before, next)
                || isApposed(from, to) && isOf(run, last)
                || FIRST.contains(before) && begins(run - 1) && runs.isGap(run - 1, ' ')
                || before.equals("s") && PEOPLE.contains(runs.lower(run - 2)) && runs.isGap(run - 1, ' ')) {
            add(from, to, 0.75);
        } else if (!(near && NO_AGE.contains(before)) && isAboutSomebody(run)
                && (near && (SAYING.contains(before) || DIED.contains(before))
                || isApposed(from, to))) {
            add(from, to, 0.72);
        }
    }

    /** Whether a day in digits ends here: {@code (94)} behind a day of birth. */
    private boolean isDay(int run) {
        return runs.isDigits(run) && runs.isDigits(run - 1) && runs.isDigits(run - 2)
                && "-./".indexOf(runs.charAt(runs.from(run) - 1)) >= 0 && runs.isGap(run, "(,", 2);
    }

    private boolean isI(int run) {
        return runs.lower(run).equals("i") && (runs.isGap(run, '\'') || runs.isGap(run, '\u2019')
                || runs.isSpace(run));
    }

    /** {@code mother 94, alive}: somebody in a history of a family. */
    private boolean isRelative(int run) {
        return RELATIVES.contains(runs.lower(run)) && runs.isGap(run, ":", 3);
    }

    /** {@code F/94}, {@code (w, 94)}, {@code \u2642 94}. */
    private boolean isBehindSex(int run, int from, int to) {
        char before = runs.charAt(from - 1);
        if (before == '/' || before == '|') {
            return isSex(run - 1) && (before == '/' || runs.isGap(run - 1, '|'));
        }
        char sign = runs.charAt(before == ' ' ? from - 2 : from - 1);
        boolean enclosed = runs.charAt(to) == ')' || runs.charAt(to) == ',' || runs.charAt(to) == ';';
        return sign == '\u2640' || sign == '\u2642' || enclosed && sign == ',' && isSex(run - 1)
                && "(,[".indexOf(runs.charAt(runs.from(run - 1) - 1)) >= 0;
    }

    /** One letter for the sex, at the begin of a piece. */
    private boolean isSex(int run) {
        return run >= 0 && runs.length(run) == 1 && "fmw".indexOf(runs.lower(run)) >= 0
                && !Character.isLetterOrDigit(runs.charAt(runs.from(run) - 1))
                && runs.charAt(runs.from(run) - 1) != '/';
    }

    /** A word for age before it on the line, and nothing between that says another thing. */
    private boolean isLabelled(int run) {
        for (int at = run - 1; at >= 0 && at >= run - WORDS_BETWEEN_MAX; at--) {
            boolean wrapped = at < run - 1 && runs.gap(at).indexOf('\n') >= 0;
            if (wrapped || !runs.isGap(at, ":=|()/,._<>\"'", FILLING_MAX)) {
                return false;
            }
            String word = runs.lower(at);
            if (AGED.contains(word)) {
                return true;
            }
            if (!AT.contains(word)) {
                return false;
            }
        }
        return false;
    }

    /** {@code surgery at 98 would be}, {@code at ninety-one}, {@code at 94, she}. */
    private boolean isJudged(int run, int last, String next) {
        if (!runs.lower(run - 1).equals("at") || !runs.isSpace(run - 1) || isMeasuring(run)) {
            return false;
        }
        return run < last || JUDGING.contains(next)
                || runs.isGap(last, ",", 2) && PEOPLE.contains(runs.lower(last + 1));
    }

    /** {@code you are 98 this year}, {@code Sie sind 98.}, {@code for 98 she is}. */
    private boolean isTold(int run, int to, String before, String next) {
        boolean told = TOLD.contains(before) && WHOM.contains(runs.lower(run - 2));
        return told && (".,;!?)\n".indexOf(runs.charAt(to)) >= 0 || GOES_ON.contains(next))
                || before.equals("for") && (next.equals("she") || next.equals("he"));
    }

    /** {@code Ann Weber, 98, of Town}: behind a name, before where somebody lived or that they died. */
    private boolean isOf(int run, int last) {
        return runs.isCapitalised(run - 1) && runs.isGap(last, ",", 2) && OF.contains(runs.lower(last + 1));
    }

    /** {@code Birthday tea, 98 today}: a word for the day some words before, on the line. */
    private boolean isBirthday(int run) {
        for (int at = run - 1; at >= 0 && at >= run - WORDS_BETWEEN_MAX; at--) {
            if (!runs.isWord(at) || runs.gap(at).indexOf('\n') >= 0) {
                return false;
            }
            if (BIRTHDAYS.contains(runs.lower(at))) {
                return true;
            }
        }
        return false;
    }

    /** Whether one of the six words before is that of a vital sign or a result. */
    private boolean isMeasuring(int run) {
        for (int at = run - 1; at >= Math.max(0, run - 6); at--) {
            if (NO_AGE.contains(runs.lower(at)) || runs.hasDigits(at)) {
                return true;
            }
        }
        return false;
    }

    private boolean begins(int run) {
        char before = runs.charAt(runs.from(run) - 1);
        return before == '\n' || before == ' ' && ".!?\n".indexOf(runs.charAt(runs.from(run) - 2)) >= 0;
    }

    private boolean isEnclosed(int from, int to) {
        char open = runs.charAt(from - 1);
        char close = runs.charAt(to);
        return open == '(' && (close == ')' || close == ',' || close == ';');
    }

    /** {@code , 94,} behind a name or a relative. */
    private boolean isApposed(int from, int to) {
        char close = runs.charAt(to);
        return runs.charAt(from - 2) == ',' && runs.charAt(from - 1) <= ' ' && (close == ',' || close == '.'
                || Runs.isBlank(close) || close == ';' || close == ')');
    }

    /** Whether one of the dozen words before, in this sentence, is about a person. */
    private boolean isAboutSomebody(int run) {
        for (int at = run - 1; at >= 0 && at >= run - 14; at--) {
            for (int i = runs.to(at); i < runs.from(at + 1) && i < runs.to(at) + 8; i++) {
                if ((runs.charAt(i) == '.' || runs.charAt(i) == ';') && runs.charAt(i + 1) <= ' ' && at < run - 1
                        && runs.length(at) > 3 || runs.charAt(i) == '\n' && runs.charAt(i + 1) == '\n') {
                    return at + 2 <= run && PEOPLE.contains(runs.lower(at + 1));
                }
            }
            if (PEOPLE.contains(runs.lower(at)) || names.get(at)) {
                return true;
            }
        }
        return false;
    }

    private void add(int from, int to, double confidence) {
        found.add(new Finding(IdentifierKind.AGE, from, to, confidence));
    }
}
