package quern.curation.deident;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import quern.curation.text.LetterCase;

/**
 * Moves the dates of one text by a number of days and writes them as they were written. Where digits allow both orders
 * of day and month, the other dates of the text decide, then separators and the language.
 */
final class DateShift {

    private static final int TWO_DIGIT_PIVOT = 40;
    /** Year taken where a date has none: one with a 29th of February. */
    private static final int NO_YEAR = 2000;
    private static final int MONTH_MIDDLE = 15;

    private final long days;
    private final boolean dayFirst;

    /** @param texts the dates of the text */
    DateShift(long days, List<String> texts, boolean english) {
        this.days = days;
        this.dayFirst = dayFirst(texts, english);
    }

    private static boolean dayFirst(List<String> texts, boolean english) {
        int votes = 0;
        for (String text : texts) {
            DateReader.Read read = read(new Runs(text));
            if (read == null || read.named() || read.yearFrom() == 0) {
                continue;
            }
            votes += read.order() == DateReader.Order.DAY_MONTH ? 1 : read.order() == DateReader.Order.MONTH_DAY ? -1
                    : 0;
        }
        return votes == 0 ? !english : votes > 0;
    }

    private static DateReader.Read read(Runs runs) {
        DateReader reader = new DateReader(runs);
        for (int run = 0; run < runs.count(); run++) {
            DateReader.Read read = reader.read(run);
            if (read != null) {
                return read;
            }
        }
        return null;
    }

    /** @return null where the date cannot be read */
    String shift(String text) {
        Runs runs = new Runs(text);
        DateReader.Read read = read(runs);
        try {
            return read == null ? partial(runs) : whole(runs, read);
        } catch (DateTimeException outside) {
            return null;
        }
    }

    private String whole(Runs runs, DateReader.Read read) {
        String text = runs.text;
        boolean monthFirst = switch (read.order()) {
            case MONTH_DAY, MONTH -> true;
            case DAY_MONTH -> false;
            case UNKNOWN -> !dayFirst && text.charAt(read.firstTo()) != '.';
        };
        String first = text.substring(read.firstFrom(), read.firstTo());
        String second = read.secondFrom() < 0 ? "" : text.substring(read.secondFrom(), read.secondTo());
        String year = read.hasYear() ? text.substring(read.yearFrom(), read.yearTo()) : "";
        String day = monthFirst ? second : first;
        String month = monthFirst ? first : second;
        LocalDate date = date(year, month(month), day.isEmpty() ? MONTH_MIDDLE : Integer.parseInt(day)).plusDays(days);
        boolean padded = !read.named() && first.length() == 2 && second.length() == 2
                || first.startsWith("0") || second.startsWith("0");
        String newDay = day.isEmpty() ? "" : number(date.getDayOfMonth(), padded);
        String newMonth = read.named() ? Months.like(month, date.getMonthValue())
                : number(date.getMonthValue(), padded);
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(read.firstFrom(), read.firstTo(), monthFirst ? newMonth : newDay));
        if (read.secondFrom() >= 0) {
            parts.add(new Part(read.secondFrom(), read.secondTo(), monthFirst ? newDay : newMonth));
        }
        if (read.hasYear()) {
            parts.add(new Part(read.yearFrom(), read.yearTo(), year(year, date.getYear())));
        }
        return write(text, parts, read.named() ? date.getDayOfMonth() : 0);
    }

    private record Part(int from, int to, String text) {}

    private static String write(String text, List<Part> parts, int ordinalDay) {
        parts.sort((a, b) -> Integer.compare(a.from(), b.from()));
        StringBuilder written = new StringBuilder();
        int at = 0;
        for (Part part : parts) {
            written.append(text, at, part.from()).append(part.text());
            at = part.to();
            String after = LetterCase.lower(text.substring(at, Math.min(text.length(), at + 2)));
            boolean ordinal = after.equals("st") || after.equals("nd") || after.equals("rd") || after.equals("th");
            if (ordinalDay > 0 && ordinal && Character.isDigit(text.charAt(at - 1))) {
                written.append(ordinal(ordinalDay));
                at += 2;
            }
        }
        return written.append(text.substring(at)).toString();
    }

    private static String ordinal(int day) {
        return day > 10 && day < 14 ? "th" : switch (day % 10) {
            case 1 -> "st";
            case 2 -> "nd";
            case 3 -> "rd";
            default -> "th";
        };
    }

    private static int month(String text) {
        int named = Months.number(LetterCase.lower(text));
        return named > 0 ? named : Integer.parseInt(text);
    }

    private static LocalDate date(String year, int month, int day) {
        String digits = year.startsWith("'") ? year.substring(1) : year;
        int value = digits.isEmpty() ? NO_YEAR : Integer.parseInt(digits);
        int whole = digits.length() == 2 ? value + (value <= TWO_DIGIT_PIVOT ? 2000 : 1900) : value;
        return YearMonth.of(whole, month).atDay(Math.min(day, YearMonth.of(whole, month).lengthOfMonth()));
    }

    private static String number(int value, boolean padded) {
        return padded && value < 10 ? "0" + value : Integer.toString(value);
    }

    private static String year(String old, int year) {
        String digits = String.format(Locale.ROOT, "%04d", year);
        return old.length() >= 4 ? old.startsWith("'") ? "'" + digits : digits
                : (old.startsWith("'") ? "'" : "") + digits.substring(2);
    }

    /** A month alone, month and year, day and month, or digits without marks. */
    private String partial(Runs runs) {
        String text = runs.text;
        int digits = 0;
        for (int run = 0; run < runs.count(); run++) {
            digits += runs.isDigits(run) ? 1 : 0;
        }
        if (digits == 0 && runs.count() > 0 && Months.number(runs.lower(runs.count() - 1)) > 0) {
            int last = runs.count() - 1;
            LocalDate date = date("", month(runs.word(last)), MONTH_MIDDLE).plusDays(days);
            return text.substring(0, runs.from(last)) + Months.like(runs.word(last), date.getMonthValue())
                    + text.substring(runs.to(last));
        }
        Matcher stamp = Placed.STAMP.matcher(text);
        if (stamp.matches()) {
            return stamp(stamp, text);
        }
        if (digits == 3 && runs.count() == 3 && runs.isGap(0, ' ') && runs.isGap(1, ' ')) {
            String shifted = shift(text.replace(' ', '/'));
            return shifted == null ? null : shifted.replace('/', ' ');
        }
        return digits == 2 && runs.count() == 2 ? pair(runs) : null;
    }

    /** Digits without marks: a day, with what is behind it, or a month. */
    private String stamp(Matcher stamp, String text) {
        boolean day = stamp.group(3) != null;
        LocalDate date = date(stamp.group(1), Integer.parseInt(stamp.group(2)),
                day ? Integer.parseInt(stamp.group(3)) : MONTH_MIDDLE).plusDays(days);
        String month = String.format(Locale.ROOT, "%04d%02d", date.getYear(), date.getMonthValue());
        return day ? month + number(date.getDayOfMonth(), true) + text.substring(stamp.end(3)) : month;
    }

    private String pair(Runs runs) {
        String first = runs.word(0);
        String second = runs.word(1);
        boolean padded = first.startsWith("0") || second.startsWith("0") || first.length() + second.length() >= 6;
        String newFirst;
        String newSecond;
        if (first.length() == 4 || second.length() == 4) {
            boolean yearFirst = first.length() == 4;
            LocalDate date = date(yearFirst ? first : second, Integer.parseInt(yearFirst ? second : first),
                    MONTH_MIDDLE)
                    .plusDays(days);
            newFirst = yearFirst ? year(first, date.getYear()) : number(date.getMonthValue(), padded);
            newSecond = yearFirst ? number(date.getMonthValue(), padded) : year(second, date.getYear());
        } else {
            int a = Integer.parseInt(first);
            int b = Integer.parseInt(second);
            boolean day = b <= 12 && (a > 12 || dayFirst || runs.isGap(0, '.'));
            LocalDate date = date("", day ? b : a, day ? a : b).plusDays(days);
            newFirst = number(day ? date.getDayOfMonth() : date.getMonthValue(), padded);
            newSecond = number(day ? date.getMonthValue() : date.getDayOfMonth(), padded);
        }
        return runs.text.substring(0, runs.from(0)) + newFirst + runs.text.substring(runs.to(0), runs.from(1))
                + newSecond
                + runs.text.substring(runs.to(1));
    }
}
