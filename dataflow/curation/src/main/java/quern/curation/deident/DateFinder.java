package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Dates with more than a year in them, and ages over 89. */
final class DateFinder {

    private static final Set<String> IN = Set.of("in", "since", "early", "late", "mid", "last", "next", "im", "seit",
            "ende", "anfang", "mitte", "en", "until", "by", "during", "this", "depuis");
    private static final Pattern DAY_AND_MONTH = Pattern.compile("(\\d{1,2})([/.])\\s?(\\d{1,2})(?![\\d/%])"
            + "(\\.)?(?!\\d)");
    private static final Pattern MONTH_AND_YEAR = Pattern.compile("(\\d{1,2})\\s?([/.-])\\s?((?:19|20)"
            + "\\d{2})(?![\\d/-]|\\.\\d)");
    private static final Pattern YEAR_AND_MONTH = Pattern.compile("((?:19|20)\\d{2})[-/](\\d{2})(?![\\d/-]|\\.\\d)");
    private static final Pattern COMPACT = Pattern.compile("((?:19|20)\\d{2})(\\d{2})(\\d{2})(?!\\d)");
    private static final Pattern AGE = Pattern.compile("(9\\d|1[0-2]\\d)(?!\\d|[.,]\\d)"
            + "(?:[\\s-]{0,2}(?:years?|yrs?\\.?)[\\s-]{1,2}(?:old|of)\\b|[\\s-]{0,2}(?:y\\s?/\\s?o|yo|y\\.o\\.)\\b"
            + "|[\\s-]{0,2}j\u00E4hrig|\\s{1,2}Jahre\\s{1,2}alt|\\s{1,2}jahre\\s{1,2}alt|\\s{1,2}ans\\b)?",
            Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORDED = Pattern.compile("(?:one[\\s-])?(?:ninety|hundred|neunzig)"
            + "(?:[\\s-](?:one|two|three|four|five|six|seven|eight|nine|and))?[\\s-]{1,2}(?:years?[\\s-]"
            + "{1,2}old|j\u00E4hrig)",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> DYING = Set.of("died", "dead", "passed", "starb", "verstarb", "verstorben",
            "gestorben", "d\u00E9c\u00E9d\u00E9", "d\u00E9c\u00E9d\u00E9e", "mort", "morte", "deceased");
    private static final Set<String> AGED = Set.of("aged", "age", "turned", "alter", "\u00E2ge", "ag\u00E9",
            "ag\u00E9e",
            "turning", "turns");

    private final Runs runs;
    private final List<Finding> found;
    private final DateReader reader;
    private final Runs.Anchored dayAndMonth;
    private final Runs.Anchored monthAndYear;
    private final Runs.Anchored yearAndMonth;
    private final Runs.Anchored compact;
    private final Runs.Anchored age;
    private final Runs.Anchored worded;

    DateFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
        this.reader = new DateReader(runs);
        this.dayAndMonth = runs.anchored(DAY_AND_MONTH);
        this.monthAndYear = runs.anchored(MONTH_AND_YEAR);
        this.yearAndMonth = runs.anchored(YEAR_AND_MONTH);
        this.compact = runs.anchored(COMPACT);
        this.age = runs.anchored(AGE);
        this.worded = runs.anchored(WORDED);
    }

    void find() {
        int done = 0;
        for (int run = 0; run < runs.count(); run++) {
            if (runs.from(run) < done) {
                continue;
            }
            DateReader.Read read = isInside(run) ? null : reader.read(run);
            double confidence = read == null ? 0 : confidence(run, read);
            if (confidence > 0) {
                add(from(run), read.to(), confidence);
                done = read.to();
            } else if (runs.hasDigits(run)) {
                partial(run);
                age(run);
            } else {
                monthAlone(run);
                wordedAge(run);
            }
        }
    }

    /** Whether digits and a separator stand right before: part of a longer number. */
    private boolean isInside(int run) {
        return run > 0 && runs.isDigits(run) && runs.hasDigits(run - 1) && runs.from(run) - runs.to(run - 1) == 1
                && "./-".indexOf(runs.charAt(runs.to(run - 1))) >= 0;
    }

    private double confidence(int run, DateReader.Read read) {
        if (read.named()) {
            return namedConfidence(run, read);
        }
        boolean context = Contexts.isDay(runs, run);
        if (read.yearTo() - read.yearFrom() >= 4) {
            return Contexts.isVersion(runs, run) ? 0.6 : 0.97;
        }
        if (Contexts.isVersion(runs, run)) {
            return 0;
        }
        boolean padded = read.firstTo() - read.firstFrom() == 2 && read.secondTo() - read.secondFrom() == 2;
        return switch (runs.charAt(read.firstTo()) == ' ' ? '/' : runs.charAt(read.firstTo())) {
            case '/' -> 0.92;
            case '.' -> context || padded ? 0.92 : 0.6;
            default -> context || padded ? 0.85 : 0;
        };
    }

    /** A month that is a word too needs a capital, a year, or a word before it. */
    private double namedConfidence(int run, DateReader.Read read) {
        boolean monthFirst = read.order() != DateReader.Order.DAY_MONTH;
        int at = monthFirst ? read.firstFrom() : read.secondFrom();
        int to = monthFirst ? read.firstTo() : read.secondTo();
        String month = runs.text.substring(at, to);
        boolean doubtful = Character.isLowerCase(month.charAt(0)) && Months.isWordToo(month);
        if (doubtful && !read.hasYear() && !Contexts.isDay(runs, run)) {
            return 0;
        }
        return read.hasYear() ? 0.97 : 0.9;
    }

    /** With the day of the week before it. */
    private int from(int run) {
        boolean article = runs.lower(run - 1).equals("den") || runs.lower(run - 1).equals("the");
        return article && runs.isSpace(run - 1) ? withDay(run - 1, run) : withDay(run, run);
    }

    private int withDay(int run, int first) {
        boolean day = run > 0 && runs.isWord(run - 1) && Months.isDay(runs.lower(run - 1))
                && (runs.length(run - 1) > 2 || runs.charAt(runs.to(run - 1)) == '.' || runs.isCapitalised(run - 1))
                && runs.isGap(run - 1, ".,", 4);
        return day ? runs.from(run - 1) : runs.from(first);
    }

    private void partial(int run) {
        int from = runs.from(run);
        if (isInside(run) || !runs.isDigits(run) || runs.length(run) > 8) {
            return;
        }
        if (runs.length(run) == 8 && compact.at(from, 8) && inRange(compact, 2, 12) && inRange(compact, 3, 31)) {
            add(from, compact.to(), Contexts.isDay(runs, run) ? 0.9 : 0.6);
        } else if (monthAndYear.at(from, 16) && inRange(monthAndYear, 1, 12)) {
            boolean dotted = monthAndYear.group(2).equals(".");
            add(from, monthAndYear.to(), dotted && !Contexts.isDay(runs, run) ? 0.6 : 0.85);
        } else if (yearAndMonth.at(from, 8) && inRange(yearAndMonth, 2, 12)) {
            add(from, yearAndMonth.to(), 0.75);
        } else if (isDayAndMonth(run)) {
            boolean german = dayAndMonth.group(2).equals(".");
            if (!german || dayAndMonth.to(4) > 0) {
                add(from, dayAndMonth.to(), german ? 0.85 : 0.7);
            }
        }
    }

    private boolean isDayAndMonth(int run) {
        return Contexts.isDay(runs, run) && !Contexts.isVersion(runs, run) && dayAndMonth.at(runs.from(run), 8)
                && inRange(dayAndMonth, 1, 31) && inRange(dayAndMonth, 3, 31);
    }

    private boolean inRange(Runs.Anchored match, int group, int most) {
        int value = reader.number(match.from(group), match.to(group));
        return value >= 1 && value <= most;
    }

    private void monthAlone(int run) {
        if (Months.number(runs.lower(run)) == 0 || run == 0 || !runs.isSpace(run - 1) || runs.length(run) < 3) {
            return;
        }
        boolean sure = runs.isCapitalised(run) || !Months.isWordToo(runs.lower(run));
        if (sure && IN.contains(runs.lower(run - 1))) {
            add(runs.from(run), runs.to(run), 0.75);
        }
    }

    private void age(int run) {
        int from = runs.from(run);
        if (runs.isDigits(run - 1) && runs.from(run) - runs.to(run - 1) == 1 && runs.charAt(from - 1) != ' '
                || !age.at(from, 32)) {
            return;
        }
        int value = reader.number(age.from(1), age.to(1));
        boolean said = age.to() > age.to(1);
        boolean before = run > 0 && (AGED.contains(runs.lower(run - 1)) && runs.from(run) - runs.to(run - 1) <= 3
                || runs.lower(run - 1).equals("von") && AGED.contains(runs.lower(run - 2)));
        before |= isAtDeath(run);
        if (value <= 125 && (said || before && runs.charAt(age.to(1)) != '%')) {
            found.add(new Finding(IdentifierKind.AGE, from, age.to(1), 0.95));
        }
    }

    /** {@code died at 93}, {@code starb mit 93}. */
    private boolean isAtDeath(int run) {
        if (run < 2 || !runs.isSpace(run - 1)) {
            return false;
        }
        String word = runs.lower(run - 1);
        return (word.equals("at") || word.equals("mit") || word.equals("\u00E0"))
                && (DYING.contains(runs.lower(run - 2)) || runs.lower(run - 2).equals("away"));
    }

    private void wordedAge(int run) {
        char first = Character.toLowerCase(runs.charAt(runs.from(run)));
        if ((first == 'n' || first == 'h' || first == 'o') && worded.at(runs.from(run), DateReader.REACH)) {
            found.add(new Finding(IdentifierKind.AGE, runs.from(run), worded.to(), 0.95));
        }
    }

    private void add(int from, int to, double confidence) {
        found.add(new Finding(IdentifierKind.DATE, from, to, confidence));
    }
}
