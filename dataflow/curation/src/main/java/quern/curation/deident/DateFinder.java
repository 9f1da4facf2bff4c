package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates with more than a year in them. */
final class DateFinder {

    private static final Set<String> IN = Set.of("in", "since", "early", "late", "mid", "last", "next", "im", "seit",
            "ende", "anfang", "mitte", "en", "until", "by", "during", "this", "depuis");
    private static final Pattern DAY_AND_MONTH = Pattern.compile("(\\d{1,2})\\s?([/.])\\s?(\\d{1,2})(?![\\d/%])"
            + "(?:\\s?(\\.))?(?!\\d)");
    private static final Pattern CLOCK = Pattern.compile("\\.?,?\\s{1,2}(?:(?:at|um|@|gegen|\u00E0|from|by)\\s)?"
            + "(?:\\d{1,2}(?::\\d{2}|\\s?(?:am|pm|uhr|h\\b))"
            + "|(?:[01]?\\d|2[0-3])\\.[0-5]\\d(?![\\d.])|[ap]m\\b)", Pattern.CASE_INSENSITIVE);
    private static final Pattern MONTH_AND_YEAR = Pattern.compile("(\\d{1,2})\\s?([/.-])\\s?((?:19|20)"
            + "\\d{2})(?![\\d/-]|\\.\\d)");
    private static final Pattern YEAR_AND_MONTH = Pattern.compile("((?:19|20)\\d{2})[-/](\\d{2})(?![\\d/-]|\\.\\d)");
    private static final Pattern COMPACT = Pattern.compile("((?:19|20)\\d{2})(\\d{2})(\\d{2})(?!\\d)");

    /** Months that are verbs and planets, too. */
    private static final Set<String> VERBS = Set.of("may", "march", "mar", "mars");
    /** Words before two numbers that are no day: scores, strengths, results. */
    private static final Set<String> SCORES = Set.of((
            "pain epworth madrs hads oswestry "
            + "score scale strength power apgar mmse moca gcs amts barthel motor reflex reflexes murmur acuity "
            + "vision visus nodes node grade grad tinetti mmst phq gad borg vas nrs ratio flow schober bp rr hr "
            + "level levels ef rass braden norton waterlow cdr bims kraft kraftgrad schmerz schmerzen skala stufe "
            + "karnofsky ecog quote size page seite seiten pages part teil chapter room zimmer question item items "
            + "took dose halves index tension apgars ta").split(" "));
    /** Behind numbers that say how often something is taken or played. */
    private static final Set<String> SCHEME = Set.of("scheme", "schema", "split", "ratio", "regimen", "record", "lead",
            "defeat", "win", "daily", "t\u00E4glich");
    /** Before numbers in three parts that are none of a day. */
    private static final Set<String> SYSTEMATIC = Set.of("cas", "isbn", "lot", "part", "model", "sort", "won", "lost",
            "beat", "no", "nr", "number", "code", "extension", "ext", "room", "unit", "combination", "fertilizer");
    /** Words before a day and a month in digits, beside those that {@link Contexts} knows. */
    private static final Set<String> EVENTS = Set.of(("appointment appt next last visit fall spring summer winter "
            + "morning evening night noon yesterday today tomorrow tonight due effective expires exp returned ending "
            + "check recheck labs drawn faxed mailed starting begins began starts started onset "
            + "anniversary day eta etd accident birthday death injury "
            + "incident crash funeral wedding birth followup surgery session meeting "
            + "zuletzt vor nach bereits gestern heute morgen sp\u00E4testens erstmals termin "
            + "montag dienstag mittwoch donnerstag freitag samstag sonntag am pm him her them us me again "
            + "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat").split(" "));
    private static final Pattern SLASHED = Pattern.compile("(\\d{1,2})\\s?/\\s?(\\d{1,2})(?![\\d/%]|\\s?/\\s?\\d"
            + "|[.,]\\d|\\s?(?:mm|cm|mg|ml|h\\b|st\\b|of\\b))");
    /** A day in boxes, without marks. */
    private static final Pattern BOXES = Pattern.compile("(\\d{2})\\s(\\d{2})\\s(?:19|20)\\d{2}(?!\\d)");
    private static final int OLDEST_YEAR = 1890;
    /** Of those over 89 in the year of this list, 2025. */
    private static final int LATEST_YEAR = 1935;
    private static final Set<String> BIRTHS = Set.of("born", "geb", "geboren", "n\u00E9", "n\u00E9e", "dob", "birth",
            "jahrgang", "jg");
    private static final String TO = "\\s{0,2}(?:-|\u2013|\u2014|to|through|thru|bis|until|till|and|und|au|/|&)"
            + "\\s{0,2}";
    /** The first day of a range, before the second. */
    private static final Pattern RANGE_BEGIN = Pattern.compile("(?<![\\d./-])\\d{1,2}(?:(?:st|nd|rd|th)|\\."
            + "|\\s?[./]\\s?\\d{1,2}\\.?)?" + TO + "$", Pattern.CASE_INSENSITIVE);
    private static final Pattern RANGE_LIST = Pattern.compile("\\s?(?:,|;|&|and|or|to|und|bis|-|\u2013)\\s{1,2}"
            + "|[-\u2013]", Pattern.CASE_INSENSITIVE);
    private static final Pattern RANGE_MIDDLE = Pattern.compile(TO, Pattern.CASE_INSENSITIVE);

    private final Runs runs;
    private final List<Finding> found;
    private final DateReader reader;
    private final Runs.Anchored dayAndMonth;
    private final Runs.Anchored monthAndYear;
    private final Runs.Anchored yearAndMonth;
    private final Runs.Anchored slashed;
    private final Runs.Anchored clock;
    private final boolean german;
    private final Runs.Anchored compact;
    private final Runs.Anchored boxes;
    private int lastFrom;
    /** Whether a day with slashes stood in the text. */
    private boolean told;
    private int lastTo;

    /** @param common the text's language, as {@link Lexicon} numbers it */
    DateFinder(Runs runs, int common, List<Finding> found) {
        this.german = common == Lexicon.GERMAN;
        this.clock = runs.anchored(CLOCK);
        this.runs = runs;
        this.found = found;
        this.reader = new DateReader(runs);
        this.dayAndMonth = runs.anchored(DAY_AND_MONTH);
        this.monthAndYear = runs.anchored(MONTH_AND_YEAR);
        this.yearAndMonth = runs.anchored(YEAR_AND_MONTH);
        this.slashed = runs.anchored(SLASHED);
        this.compact = runs.anchored(COMPACT);
        this.boxes = runs.anchored(BOXES);
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
                add(begin(from(run), read.named() || !read.hasYear() || confidence > 0.8), read.to(), confidence);
                done = read.to();
            } else if (runs.hasDigits(run)) {
                partial(run);
            } else {
                monthAlone(run);
            }
        }
    }

    /** Whether digits and a separator stand right before: part of a longer number. */
    private boolean isInside(int run) {
        return run > 0 && runs.isDigits(run) && runs.hasDigits(run - 1) && runs.from(run) - runs.to(run - 1) == 1
                && runs.to(run - 1) != lastTo
                && "./-".indexOf(runs.charAt(runs.to(run - 1))) >= 0;
    }

    /** With the first day of a range before it: {@code 16th to}, {@code 27.3. -}, or the whole date found there. */
    private int begin(int from, boolean sure) {
        boolean near = lastTo > 0 && from > lastTo && from - lastTo <= 12;
        if (near && RANGE_MIDDLE.matcher(runs.text.substring(lastTo, from)).matches()) {
            return lastFrom;
        }
        char before = from < 2 ? 'x' : runs.charAt(runs.charAt(from - 1) <= ' ' ? from - 2 : from - 1);
        if (!sure || "-\u2013\u2014/&ohuslda".indexOf(Character.toLowerCase(before)) < 0) {
            return from;
        }
        int start = Math.max(lastTo, from - 24);
        Matcher begin = RANGE_BEGIN.matcher(runs.text.substring(start, from));
        return begin.find() ? start + begin.start() : from;
    }

    private double confidence(int run, DateReader.Read read) {
        if (read.named()) {
            return namedConfidence(run, read);
        }
        boolean context = Contexts.isDay(runs, run);
        if (read.yearTo() - read.yearFrom() < 4 && SCORES.contains(runs.lower(run - 1)) && runs.isSpace(run - 1)) {
            return 0;
        }
        if (read.yearTo() - read.yearFrom() >= 4) {
            return Contexts.isVersion(runs, run) ? 0.6 : 0.97;
        }
        boolean from = german && runs.lower(run - 1).equals("v") && runs.charAt(read.firstTo()) == '.';
        if (Contexts.isVersion(runs, run) && !from) {
            return 0;
        }
        boolean padded = read.firstTo() - read.firstFrom() == 2 && read.secondTo() - read.secondFrom() == 2;
        return switch (runs.charAt(read.firstTo()) == ' ' ? '/' : runs.charAt(read.firstTo())) {
            case '/' -> 0.92;
            case '.' -> context || padded || from ? 0.92 : 0.6;
            default -> context || padded ? 0.85 : isPlainDay(run, read) ? 0.72 : 0;
        };
    }

    /** {@code 6-30-96}: a month, a day and a year of two digits, and neither a dose nor a range before a unit. */
    private boolean isPlainDay(int run, DateReader.Read read) {
        boolean year = read.yearTo() - read.yearFrom() == 2 && runs.charAt(read.yearFrom()) != '\'';
        char before = runs.charAt(read.from() - 1);
        char next = runs.charAt(read.to());
        int behind = runs.runAt(read.to());
        boolean unit = behind < runs.count() && runs.from(behind) - read.to() <= 1 && runs.isLower(behind)
                && (CodeShape.isUnitWord(runs.lower(behind)) || SCHEME.contains(runs.lower(behind)));
        return year && !unit && (Runs.isBlank(before) || "(,;:|>".indexOf(before) >= 0) && (Runs.isBlank(next)
                || ",.;:)|".indexOf(next) >= 0) && !SCORES.contains(runs.lower(run - 1))
                && (NumberWords.labelOf(runs.lower(run - 1)) == null || runs.lower(run - 1).endsWith("ed"))
                && !SYSTEMATIC.contains(runs.lower(run - 1));
    }

    /** A month that is a word too needs a capital, a year, or a word before it. */
    private double namedConfidence(int run, DateReader.Read read) {
        boolean monthFirst = read.order() != DateReader.Order.DAY_MONTH;
        int at = monthFirst ? read.firstFrom() : read.secondFrom();
        int to = monthFirst ? read.firstTo() : read.secondTo();
        String month = runs.text.substring(at, to);
        boolean doubtful = Character.isLowerCase(month.charAt(0)) && VERBS.contains(month);
        boolean short3 = month.equals("mar") || !monthFirst && read.secondTo() - read.secondFrom() == 3
                && !month.equals("may");
        boolean ordinal = Character.isLetter(runs.charAt(read.to() - 1)) && monthFirst
                || !monthFirst && Character.isLetter(runs.charAt(read.firstTo()));
        char next = runs.charAt(read.to());
        boolean ends = !monthFirst && (".,;)\n".indexOf(next) >= 0 || next == ' ' && runs.charAt(read.to() + 1) == ' ');
        if (doubtful && !read.hasYear() && !ordinal && !short3 && !ends && !Contexts.isDay(runs, run)
                && !(monthFirst && clock.at(read.to(), 16))) {
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
        if (runs.length(run) == 4 && isBirthYear(run)) {
            add(from, runs.to(run), 0.75);
        } else if (runs.length(run) == 2 && isBoxed(from)) {
            add(from, boxes.to(), 0.8);
        } else if (runs.length(run) == 8 && compact.at(from, 8) && inRange(compact, 2, 12) && inRange(compact, 3, 31)) {
            add(from, compact.to(), Contexts.isDay(runs, run) ? 0.9 : 0.6);
        } else if (monthAndYear.at(from, 16) && inRange(monthAndYear, 1, 12)) {
            boolean dotted = monthAndYear.group(2).equals(".");
            add(from, monthAndYear.to(), dotted && !Contexts.isDay(runs, run) ? 0.6 : 0.85);
        } else if (yearAndMonth.at(from, 8) && inRange(yearAndMonth, 2, 12)
                && !Contexts.isVersion(runs, run)) {
            add(from, yearAndMonth.to(), 0.75);
        } else if (isDayAndMonth(run)) {
            boolean dotted = dayAndMonth.group(2).equals(".");
            if (!dotted || dayAndMonth.to(4) > 0) {
                add(from, dayAndMonth.to(), dotted ? 0.85 : 0.7);
            }
        } else if (isSlashed(run)) {
            add(begin(from, false), slashed.to(), 0.55);
        } else if (isDotted(run)) {
            add(begin(from, true), dayAndMonth.to(), 0.75);
        }
    }

    /** Who was born then is over 89: the year alone tells it. */
    private boolean isBirthYear(int run) {
        int year = reader.number(runs.from(run), runs.to(run));
        int before = runs.lower(run - 1).equals("in") ? run - 2 : run - 1;
        return year >= OLDEST_YEAR && year <= LATEST_YEAR && runs.isGap(run - 1, ".:*", 3)
                && (BIRTHS.contains(runs.lower(before)) || runs.charAt(runs.from(run) - 1) == '*'
                || runs.charAt(runs.from(run) - 2) == '*');
    }

    private boolean isBoxed(int from) {
        return boxes.at(from, 12) && isApart(from, boxes.to()) && (inRange(boxes, 1, 12) && inRange(boxes, 2, 31)
                || inRange(boxes, 1, 31) && inRange(boxes, 2, 12));
    }

    /** Whether a wide space, a mark or a line's end stand on both sides: boxes of a form. */
    private boolean isApart(int from, int to) {
        char before = runs.charAt(from - 1);
        char next = runs.charAt(to);
        boolean left = "\n\t|".indexOf(before) >= 0 || Runs.isBlank(before)
                && (Runs.isBlank(runs.charAt(from - 2)) || ":|".indexOf(runs.charAt(from - 2)) >= 0);
        boolean right = next == '\n' || next == '\t' || next == '|' || Runs.isBlank(next)
                && (Runs.isBlank(runs.charAt(to + 1)) || runs.charAt(to + 1) == '|');
        return left && right;
    }

    /** A day and a month of which a word before them or a time behind them says so. */
    private boolean isDayAndMonth(int run) {
        if (Contexts.isVersion(runs, run) || !dayAndMonth.at(runs.from(run), 10) || !inRange(dayAndMonth, 1, 31)
                || !inRange(dayAndMonth, 3, 31) || SCORES.contains(runs.lower(run - 1))
                || CodeShape.isUnitWord(unitBehind(dayAndMonth.to()))) {
            return false;
        }
        int first = reader.number(dayAndMonth.from(1), dayAndMonth.to(1));
        int second = reader.number(dayAndMonth.from(3), dayAndMonth.to(3));
        if (first > 12 && second > 12) {
            return false;
        }
        if (runs.lower(run - 1).equals("of") && SCORES.contains(runs.lower(run - 2))) {
            return false;
        }
        boolean spaced = runs.charAt(dayAndMonth.to(1)) == ' ';
        boolean on = runs.lower(run - 1).length() == 2 && !runs.lower(run - 1).equals("of")
                && !runs.lower(run - 1).equals("to");
        if (dayAndMonth.group(2).equals("/") && isListed(run)) {
            return true;
        }
        boolean timed = runs.isDigits(run - 1) && runs.length(run - 1) == 2 && runs.isGap(run - 2, ':')
                && runs.isDigits(run - 2) && runs.isGap(run - 1, ' ') && dayAndMonth.group(2).equals("/")
                && runs.charAt(runs.from(run - 2) - 1) == '\n';
        return timed || Contexts.isDay(runs, run) && (!spaced || on) || isEvent(run)
                && (second != 10 && second != 5 || first > second
                || dayAndMonth.to(4) > 0)
                || dayAndMonth.group(2).equals("/") && (clock.at(dayAndMonth.to(), 16)
                || Contexts.isDealt(runs, run, dayAndMonth.to()));
    }

    /** Behind another day and month without a year: {@code 5/3, 12/3 and 19/3}. */
    private boolean isListed(int run) {
        int gap = runs.from(run) - lastTo;
        return lastTo > 0 && gap > 0 && gap <= 6 && lastTo - lastFrom <= 5 && RANGE_LIST.matcher(
                runs.text.substring(lastTo, runs.from(run))).matches();
    }

    private String unitBehind(int to) {
        int behind = runs.runAt(to);
        return behind < runs.count() && runs.from(behind) - to <= 1 ? runs.lower(behind) : "";
    }

    private boolean isEvent(int run) {
        return run > 0 && runs.isGap(run - 1, ":(,", 4) && (EVENTS.contains(runs.lower(run - 1))
                || Contexts.isDay(runs, run));
    }

    /** In German, {@code 21.6. nicht} and {@code 01.03., 9 Uhr}: both with a full stop, and no sentence ends there. */
    private boolean isDotted(int run) {
        if (!dayAndMonth.at(runs.from(run), 10) || dayAndMonth.to(4) < 0 || dayAndMonth.group(2).equals("/")
                || !inRange(dayAndMonth, 1, 31) || !inRange(dayAndMonth, 3, 12) || Contexts.isVersion(runs, run)
                || SCORES.contains(runs.lower(run - 1)) || ".,/-:<>=+$".indexOf(runs.charAt(runs.from(run) - 1)) >= 0) {
            return false;
        }
        boolean padded = dayAndMonth.to(1) - dayAndMonth.from(1) == 2 && dayAndMonth.to(3) - dayAndMonth.from(3) == 2;
        char next = runs.charAt(dayAndMonth.to());
        char second = runs.charAt(dayAndMonth.to() + 1);
        if (!german) {
            return next == ',' && second == ' ' && runs.isWord(run - 1);
        }
        boolean heading = runs.charAt(runs.from(run) - 1) != '\n' && isApart(runs.from(run), dayAndMonth.to());
        return padded || heading || ",;:)".indexOf(next) >= 0 || Runs.isBlank(next) && Character.isLowerCase(second);
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

    /** Two numbers that may be a day and a month, or a month and a year, and are no score. */
    private boolean isSlashed(int run) {
        boolean wide = run > 0 && runs.from(run) - runs.to(run - 1) > 2;
        if (!slashed.at(runs.from(run), 12) || !wide && (SCORES.contains(runs.lower(run - 1)) || SCORES.contains(
                runs.lower(run - 2))) || Contexts.isVersion(runs, run) || ".,/-:<>=+$".indexOf(
                runs.charAt(runs.from(run) - 1)) >= 0 || runs.isDigits(run - 1) && runs.isGap(run - 1, ",", 2)) {
            return false;
        }
        int first = reader.number(slashed.from(1), slashed.to(1));
        int second = reader.number(slashed.from(2), slashed.to(2));
        boolean month = first >= 1 && first <= 12 && second >= 1 || second >= 1 && second <= 12 && first <= 31;
        boolean two = slashed.to(1) - slashed.from(1) == 2 && slashed.to(2) - slashed.from(2) == 2;
        boolean event = runs.isSpace(run - 1) && runs.lower(run - 1).length() > 4 && runs.lower(run - 1).endsWith("ed");
        boolean part = (second == 10 || second == 5) && first <= second && !(event && isPadded())
                || first > second && second < 6 && !two
                && !event;
        // A share, a third or a quarter, days of a course (3/7) and five or ten points are none.
        boolean day = first > 12 && second <= 12 && second >= 1 || told && first <= 31 && second >= 1 && second <= 12
                && !(second == 5 || second == 7 || second == 10 || first == second || first == 1 && second < 5);
        char next = runs.charAt(slashed.to());
        boolean noted = first > 12 && runs.charAt(runs.from(run) - 1) == '\n' && next == ' '
                && Character.isLowerCase(runs.charAt(slashed.to() + 1)) && day;
        if (noted) {
            return true;
        }
        boolean ends = ",;)\n".indexOf(next) >= 0 || next == '.' && Runs.isBlank(runs.charAt(slashed.to() + 1));
        if (day && ends && (runs.isWord(run - 1) || first > 12) && runs.isGap(run - 1, ",(", 3)) {
            return true;
        }
        return month && (two && !(part && first <= second) || event && !part);
    }

    /** {@code 02/05}: nobody writes a score so. */
    private boolean isPadded() {
        return runs.charAt(slashed.from(1)) == '0' && slashed.to(1) - slashed.from(1) == 2;
    }

    private void add(int from, int to, double confidence) {
        told |= confidence >= 0.7 && runs.text.substring(from, to).indexOf('/') > 0;
        lastFrom = from;
        lastTo = to;
        found.add(new Finding(IdentifierKind.DATE, from, to, confidence));
    }
}
