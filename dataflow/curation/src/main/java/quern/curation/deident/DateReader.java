package quern.curation.deident;

import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/**
 * Reads a date that begins at a run: in digits with any of the usual separators, year first or last, or with the
 * month's name before or behind the day. One text, one thread.
 */
final class DateReader {

    /** Longest date: {@code 12th day of\n September, 1984}. */
    static final int REACH = 48;

    private static final String SEPARATOR = "\\s{0,2}([-/.\u2010\u2011\u2013])\\s{0,2}";
    private static final Pattern YEAR_FIRST = Pattern.compile("(\\d{4})" + SEPARATOR + "(\\d{1,2})\\s{0,2}\\2\\s{0,2}"
            + "(\\d{1,2})(?:[Tt\\s]\\d{2}:?\\d{2}(?::?\\d{2}(?:\\.\\d{1,9})?)?(?:Z|[+-]\\d{2}:?\\d{2})?|(?!\\d))");
    private static final Pattern YEAR_LAST = Pattern.compile("(\\d{1,2})" + SEPARATOR + "(\\d{1,2})\\s{0,2}\\2\\s{0,2}"
            + "(\\d{4}|'?\\d{2})(?!\\d|[ \\t]?\\2[ \\t]?\\d)");
    private static final String GLUE = "[\\s,.\\-/\u2011\u2013]{0,3}";
    private static final Pattern DAY_MONTH = Pattern.compile("(\\d{1,2})(?:st|nd|rd|th|er|ST|ND|RD|TH)?" + GLUE
            + "(?:(?i:of|day\\sof)\\s{1,2})?(\\p{L}{3,10})(?:" + GLUE + "('?\\d{4}|'?\\d{2})(?!\\d|[.,:]\\d))?");
    private static final Pattern MONTH_DAY = Pattern.compile("(\\p{L}{3,10})" + GLUE
            + "(\\d{1,2})(?:st|nd|rd|th|ST|ND|RD|TH)?(?!\\d|[.,:]\\d)(?:[\\s,.\\-/]{1,3}(\\d{4}|'\\d{2})(?!\\d))?");
    private static final Pattern MONTH_SHORT_YEAR = Pattern.compile(
            "(\\p{L}{3,10})[\\s.]{1,3}(\\d{1,2}),[\\s]{1,2}(\\d{2})(?!\\d)");
    private static final Pattern MONTH_YEAR = Pattern.compile("(\\p{L}{3,10})[\\s,.\\-/]{1,3}(?i:of\\s)?"
            + "((?:1[89]|20)\\d{2}|['\u2019]\\d{2})(?!\\d)");

    /**
     * Where a date's parts are; from -1 where a part is absent.
     *
     * @param named whether the month is a word
     */
    record Read(
            int from, int to, int firstFrom, int firstTo, int secondFrom, int secondTo, int yearFrom, int yearTo,
            Order order, boolean named) {

        boolean hasYear() {
            return yearFrom >= 0;
        }
    }

    /** What the first and the second part are. */
    enum Order {
        /** Day, then month. */
        DAY_MONTH,
        /** Month, then day. */
        MONTH_DAY,
        /** In digits, either. */
        UNKNOWN,
        /** The first part is a month, there is no second one. */
        MONTH
    }

    private final Runs runs;
    private final Runs.Anchored yearFirst;
    private final Runs.Anchored yearLast;
    private final Runs.Anchored dayMonth;
    private final Runs.Anchored monthDay;
    private final Runs.Anchored monthShortYear;
    private final Runs.Anchored monthYear;

    DateReader(Runs runs) {
        this.runs = runs;
        this.yearFirst = runs.anchored(YEAR_FIRST);
        this.yearLast = runs.anchored(YEAR_LAST);
        this.dayMonth = runs.anchored(DAY_MONTH);
        this.monthDay = runs.anchored(MONTH_DAY);
        this.monthShortYear = runs.anchored(MONTH_SHORT_YEAR);
        this.monthYear = runs.anchored(MONTH_YEAR);
    }

    /** The date that begins at a run, or null. */
    Read read(int run) {
        int from = runs.from(run);
        if (!runs.hasDigits(run)) {
            return Months.number(runs.lower(run)) > 0 ? named(from) : null;
        }
        if (!Character.isDigit(runs.text.charAt(from)) || runs.length(run) > 20) {
            return null;
        }
        if (runs.length(run) == 4 && yearFirst.at(from, REACH) && year(yearFirst.from(1), yearFirst.to(1))) {
            Order order = order(number(yearFirst.from(3), yearFirst.to(3)), number(yearFirst.from(4), yearFirst.to(4)));
            return order == null || order == Order.DAY_MONTH ? null : new Read(from, yearFirst.to(), yearFirst.from(3),
                    yearFirst.to(3), yearFirst.from(4), yearFirst.to(4), from, yearFirst.to(1), Order.MONTH_DAY, false);
        }
        if (yearLast.at(from, REACH)) {
            Order order = order(number(yearLast.from(1), yearLast.to(1)), number(yearLast.from(3), yearLast.to(3)));
            if (order != null && (yearLast.to(4) - yearLast.from(4) < 4 || year(yearLast.from(4), yearLast.to(4)))) {
                return new Read(from, yearLast.to(), from, yearLast.to(1), yearLast.from(3), yearLast.to(3),
                        yearLast.from(4), yearLast.to(4), order, false);
            }
        }
        if (dayMonth.at(from, REACH) && day(dayMonth.from(1), dayMonth.to(1)) && month(dayMonth.group(2))
                && !Character.isLetter(runs.charAt(dayMonth.to(2)))) {
            return new Read(from, dayMonth.to(), from, dayMonth.to(1), dayMonth.from(2), dayMonth.to(2),
                    dayMonth.from(3), dayMonth.to(3), Order.DAY_MONTH, true);
        }
        return null;
    }

    private Read named(int from) {
        Runs.Anchored found = monthShortYear.at(from, REACH) ? monthShortYear : monthDay;
        if ((found == monthShortYear || monthDay.at(from, REACH)) && day(found.from(2), found.to(2))) {
            return new Read(from, found.to(), from, found.to(1), found.from(2), found.to(2), found.from(3), found.to(3),
                    Order.MONTH_DAY, true);
        }
        return monthYear.at(from, REACH) ? new Read(from, monthYear.to(), from, monthYear.to(1), -1, -1,
                monthYear.from(2), monthYear.to(2), Order.MONTH, true) : null;
    }

    /** What two numbers can be; null where they are no day and month. */
    private static Order order(int first, int second) {
        boolean dayMonth = first >= 1 && first <= 31 && second >= 1 && second <= 12;
        boolean monthDay = second >= 1 && second <= 31 && first >= 1 && first <= 12;
        return dayMonth ? monthDay ? Order.UNKNOWN : Order.DAY_MONTH : monthDay ? Order.MONTH_DAY : null;
    }

    private boolean day(int from, int to) {
        int day = number(from, to);
        return day >= 1 && day <= 31;
    }

    private static boolean month(String word) {
        return Months.number(LetterCase.lower(word)) > 0;
    }

    private boolean year(int from, int to) {
        int year = number(from, to);
        return year >= 1800 && year <= 2199;
    }

    int number(int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = runs.text.charAt(i);
            value = c >= '0' && c <= '9' ? value * 10 + c - '0' : value;
        }
        return value;
    }
}
