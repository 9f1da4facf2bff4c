package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/**
 * Short numbers right behind a word for who or what is numbered: {@code officer 9033}, {@code locker 214},
 * {@code gate code 4411*}; behind a name with a rank before it: {@code Ofc. Lane #6014}. A number with a unit, an
 * amount, a year behind a doubtful word and a number of everything of a kind are none. One text.
 */
final class NumberedFinder {

    private static final int REACH = 40;
    private static final int CHARS_MAX = 24;
    private static final int GROUP_CHARS_MAX = 6;
    private static final int NAME_WORDS_MAX = 3;
    private static final double SAID = 0.66;
    private static final double DRIVEN = 0.6;
    private static final double MARKED = 0.7;
    /** Between the word and the number: a full stop, a word for "number", a mark. */
    private static final Pattern GLUE = Pattern.compile("\\.?(?:\\s?(?:numbers?|nos?|nrs?|num|nummer|id)\\b\\.?)?"
            + "(?:\\s?[:=]\\s{0,3}|,(?=\\S)|\\s?#\\s?|\\s?\\(#?|[ \\n]|[ ]{2,4})", Pattern.CASE_INSENSITIVE);
    private static final Pattern CODE = Pattern.compile("(?:\\s(?:is|was|ist|lautet))?(?:\\s?[:=#-]\\s{0,2}|\\s)"
            + "([*#]?[A-Za-z]?\\d{3,10}[A-Za-z]?[*#]?|\\d{1,2}(?:-\\d{1,2}){2,3})"
            + "(?![\\p{L}\\d/%]|[.,:]\\d|-\\d)", Pattern.CASE_INSENSITIVE);
    /** Behind a name: {@code #6014}, {@code (7868)}, {@code [4411]}. */
    private static final Pattern ENCLOSED = Pattern.compile("\\s?(?:,\\s?)?(?:#\\s?|[(\\[]#?)([A-Z]{0,3}\\d{2,8}"
            + "[A-Z]?)(?![\\p{L}\\d%/]|[.,:-]\\d)");

    /** Before the number of an entry on a page. */
    private static final Set<String> PAGED = Set.of("nr", "no", "entry", "eintrag", "number", "nummer", "record");
    private static final Set<String> BOOKS = Set.of("book", "bk", "ledger", "buch", "register", "journal", "log");
    private static final Set<String> PAGES = Set.of("s", "p", "page", "seite", "folio", "fol", "bl", "blatt", "leaf");
    /** Before what is measured. */
    private static final Set<String> MEASURES = Set.of("age", "aged", "size", "sex", "min", "max", "avg", "vol", "est");
    private static final Set<String> GENERAL = Set.of("per", "each", "every", "no", "pro", "je", "jede", "jeder");

    private final Runs runs;
    private final String text;
    private final boolean lower;
    private final List<Finding> found;
    private final Runs.Anchored glue;
    private final Runs.Anchored code;
    private final Runs.Anchored enclosed;

    NumberedFinder(Runs runs, boolean lower, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.lower = lower;
        this.found = found;
        this.glue = runs.anchored(GLUE);
        this.code = runs.anchored(CODE);
        this.enclosed = runs.anchored(ENCLOSED);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (!runs.isWord(run)) {
                continue;
            }
            boolean near = runs.hasDigits(run + 1) || runs.hasDigits(run + 2) || runs.hasDigits(run + 3)
                    || runs.hasDigits(run + 4);
            if (!near) {
                continue;
            }
            String word = runs.lower(run);
            NumberedWords.Need need = NumberedWords.needOf(word);
            if (NumberedWords.isCode(word)) {
                code(run);
            } else if (PAGED.contains(word) || PAGES.contains(word)) {
                entry(run);
            }
            if (need != null && !value(run, need) && need == NumberedWords.Need.PERSON) {
                named(run);
            }
        }
    }

    /** {@code gate code *9192}. */
    private void code(int run) {
        boolean guarded = NumberedWords.isGuarded(runs.lower(run - 1)) && runs.isGap(run - 1, "-/", 2);
        boolean secret = NumberedWords.isSecret(runs.lower(run));
        if ((guarded || secret) && code.at(runs.to(run), REACH) && (guarded || code.to(1) - code.from(1) > 3)) {
            add(IdentifierKind.OTHER_ID, code.from(1), code.to(1), MARKED);
        }
    }

    /** {@code S. 88, Nr. 28}: behind the page of a register. */
    private void entry(int run) {
        boolean book = BOOKS.contains(runs.lower(run - 1)) && PAGES.contains(runs.lower(run));
        boolean page = book || runs.isDigits(run - 1) && PAGES.contains(runs.lower(run - 2))
                && runs.isGap(run - 1, ",;", 3)
                && runs.isGap(run - 2, ".", 3);
        if (page && runs.isDigits(run + 1) && runs.length(run + 1) <= GROUP_CHARS_MAX && runs.isGap(run, ".:#", 3)
                && !isMeasured(runs.to(run + 1))) {
            add(IdentifierKind.OTHER_ID, runs.from(run + 1), runs.to(run + 1), SAID);
        }
    }

    /** {@code OFC LOCKHART #60146}, {@code FF Rees-Jones (7868)}. */
    private void named(int run) {
        int last = run;
        while (last < run + NAME_WORDS_MAX && runs.isWord(last + 1) && (runs.isCapitalised(last + 1) || lower)
                && runs.isGap(last, last == run ? ".:" : ".'\u2019-", 2)) {
            last++;
            if (enclosed.at(runs.to(last), REACH)) {
                add(IdentifierKind.OTHER_ID, enclosed.from(1), enclosed.to(1), MARKED);
                return;
            }
        }
    }

    private boolean value(int run, NumberedWords.Need need) {
        if (!glue.at(runs.to(run), REACH) || GENERAL.contains(runs.lower(run - 1))) {
            return false;
        }
        int from = glue.to();
        int to = to(from);
        if (to == from || text.substring(runs.to(run), from).indexOf("\n\n") >= 0) {
            return false;
        }
        String glued = text.substring(runs.to(run), from);
        boolean marked = glued.indexOf('#') >= 0 || glued.indexOf(':') >= 0 || glued.indexOf('=') >= 0
                || glued.strip().length() > 1;
        NumberedWords.Need least = need == NumberedWords.Need.DOUBTFUL && NumberedWords.isKept(runs.lower(run - 1))
                ? NumberedWords.Need.THING : need;
        boolean ends = ",;)\n".indexOf(runs.charAt(to)) >= 0 || runs.charAt(to) == ' ' && runs.charAt(to + 1) == ' ';
        if (!isEnough(text.substring(from, to), least, marked || ends && least == NumberedWords.Need.DOUBTFUL)
                || isMeasured(to) || isTime(from, to)) {
            return false;
        }
        boolean vehicle = need == NumberedWords.Need.VEHICLE;
        if (vehicle && glued.indexOf('(') >= 0) {
            return false;
        }
        add(vehicle ? IdentifierKind.VEHICLE : kind(run), from, to, vehicle ? DRIVEN : marked ? MARKED : SAID);
        return true;
    }

    /** As the word, or the one before it, names it. */
    private IdentifierKind kind(int run) {
        IdentifierKind kind = NumberWords.labelOf(runs.lower(run));
        boolean beside = (kind == null || kind == IdentifierKind.OTHER_ID) && runs.isGap(run - 1, "-", 2);
        IdentifierKind before = beside ? NumberWords.labelOf(runs.lower(run - 1)) : null;
        return before != null ? before : kind == null ? IdentifierKind.OTHER_ID : kind;
    }

    /** The end of a code: one piece with digits, what is joined to it, and short groups of digits behind. */
    private int to(int from) {
        int run = runs.runAt(from);
        if (run >= runs.count() || runs.from(run) != from || runs.length(run) > CHARS_MAX) {
            return from;
        }
        boolean prefix = !runs.hasDigits(run);
        if (prefix) {
            boolean capitals = runs.isAllCapitals(run) || runs.length(run) == 1 && runs.isCapitalised(run);
            boolean apart = capitals && runs.isGap(run, "/", 3) && runs.isDigits(run + 1) && runs.length(run + 1) > 1
                    && NumberWords.labelOf(runs.lower(run)) == null && runs.length(run) > 1
                    && !CodeShape.isSystem(runs.lower(run)) && !MEASURES.contains(runs.lower(run));
            boolean joined = runs.isGap(run, '-') || runs.isGap(run, '/') || apart;
            if (!capitals && !lower || runs.length(run) > 4 || !joined || !runs.hasDigits(run + 1)
                    || NameWords.STOP.contains(runs.lower(run)) || Months.number(runs.lower(run)) > 0) {
                return from;
            }
            run++;
        }
        while (run + 1 < runs.count() && runs.to(run + 1) - from <= CHARS_MAX && isJoined(run)) {
            run++;
        }
        return runs.to(run);
    }

    private boolean isJoined(int run) {
        char c = runs.charAt(runs.to(run));
        boolean one = runs.from(run + 1) == runs.to(run) + 1;
        if (one && (c == '-' || c == '/' || c == '.' && runs.length(run) > 4)) {
            return runs.hasDigits(run + 1) || runs.length(run + 1) <= 2 && runs.isAllCapitals(run + 1);
        }
        char next = runs.charAt(runs.to(run + 1));
        boolean mixed = one && c == ' ' && runs.hasDigits(run + 1) && runs.hasDigits(run)
                && (runs.isMixed(run) || runs.isMixed(run + 1)) && runs.length(run) <= GROUP_CHARS_MAX
                && Character.isUpperCase(runs.charAt(runs.from(run + 1))) | runs.isDigits(run + 1)
                && runs.length(run + 1) > 1 && ":/%.".indexOf(next) < 0;
        if (mixed && !CodeShape.isUnitWord(unitBehind(runs.to(run + 1)))) {
            return runs.length(run + 1) <= GROUP_CHARS_MAX;
        }
        return one && c == ' ' && runs.isDigits(run + 1) && runs.length(run) <= GROUP_CHARS_MAX
                && runs.length(run + 1) > 2 && runs.length(run + 1) <= GROUP_CHARS_MAX
                && ":/%".indexOf(next) < 0 && !CodeShape.isUnitWord(unitBehind(runs.to(run + 1)));
    }

    private boolean isEnough(String value, NumberedWords.Need need, boolean marked) {
        int digits = CodeShape.digitsOf(value);
        int letters = CodeShape.lettersOf(value);
        boolean year = value.length() == 4 && digits == 4 && (value.startsWith("19") || value.startsWith("200")
                || value.startsWith("201") || value.startsWith("202"));
        boolean mixed = letters > 0 && letters + digits > 3 && digits > 1 && letters <= 5;
        return switch (need) {
            case PERSON -> (digits > 1 && digits + letters > 2 || digits == 1 && letters > 2 && letters < 6
                    && value.equals(LetterCase.upper(value))) && !CodeShape.isAmount(value);
            case THING -> digits > 1 && !(year && !marked);
            case DOUBTFUL -> mixed || digits > 2 && !year && (marked || digits > 3);
            case FORM -> marked && digits > 5 || digits > 4 && letters > 0;
            case VEHICLE -> mixed || digits > 3 && !year;
        };
    }

    /** Whether an amount, a share or a unit stands here, or a fraction goes on. */
    private boolean isMeasured(int to) {
        char next = runs.charAt(to);
        boolean goesOn = ".,:".indexOf(next) >= 0 && Character.isDigit(runs.charAt(to + 1));
        return goesOn || "%\u20AC$\u00A3\u00B0@".indexOf(next) >= 0
                || next == ' ' && "%\u20AC$\u00A3".indexOf(runs.charAt(to + 1)) >= 0
                || CodeShape.isUnitWord(unitBehind(to)) || Character.isLetterOrDigit(next);
    }

    /** {@code 12/3}, {@code 10-12}: a day, a range, a share. */
    private boolean isTime(int from, int to) {
        String value = text.substring(from, to);
        return value.matches("\\d{1,2}[/.-]\\d{1,2}(?:[/.-](?:\\d{2}|\\d{4}))?|\\d{1,4}-\\d{1,4}");
    }

    private String unitBehind(int to) {
        int next = runs.runAt(to);
        return next < runs.count() && runs.from(next) - to <= 1 ? runs.lower(next) : "";
    }

    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
    }
}
