package quern.benchmarks.letters;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.Locale;
import java.util.Random;

/** How one letter writes its days: the same way all through, unless a field asks for its own form. */
record WardCalendar(WardLand land, String house) {

    private static final String[] US = {"MM/dd/yyyy", "M/d/yyyy", "M/d/yy", "MMMM d, yyyy", "MMM d, yyyy",
        "MM-dd-yyyy", "MM/dd/yy"};
    private static final String[] UK = {"dd/MM/yyyy", "d MMMM yyyy", "dd/MM/yy", "d MMM yyyy", "dd-MMM-yyyy",
        "dd.MM.yyyy", "th", "dd.MM.yy"};
    private static final String[] CA = {"yyyy-MM-dd", "MMMM d, yyyy", "dd/MM/yyyy", "MMM d, yyyy", "yyyy/MM/dd"};
    private static final String[] DE = {"dd.MM.yyyy", "d.M.yyyy", "dd.MM.yy", "d. MMMM yyyy", "d.M.yy"};

    static WardCalendar of(WardLand land, Random random) {
        String[] forms = switch (land) {
            case US -> US;
            case CA -> CA;
            case DE -> DE;
            case UK, IE, AU -> UK;
        };
        return new WardCalendar(land, WardDigits.pick(random, forms));
    }

    String write(LocalDate day, String form) {
        boolean monthFirst = land == WardLand.US || land == WardLand.CA;
        return switch (form) {
            case "" -> house.equals("th") ? ordinal(day) + " " + format(day, "MMMM yyyy") : format(day, house);
            case "iso" -> format(day, "yyyy-MM-dd");
            case "hl7" -> format(day, "yyyyMMdd");
            case "num" -> format(day, land == WardLand.US ? "MM/dd/yyyy"
                    : land == WardLand.DE ? "dd.MM.yyyy" : land == WardLand.CA ? "yyyy-MM-dd" : "dd/MM/yyyy");
            case "lab" -> format(day, "dd-MMM-yyyy").toUpperCase(Locale.ROOT);
            case "long" -> format(day, land == WardLand.DE ? "d. MMMM yyyy"
                    : monthFirst ? "MMMM d, yyyy" : "d MMMM yyyy");
            case "day" -> format(day, land == WardLand.DE ? "d. MMMM" : monthFirst ? "MMMM d" : "d MMMM");
            case "th" -> monthFirst ? format(day, "MMMM ") + ordinal(day) : ordinal(day) + " " + format(day, "MMMM");
            case "slash" -> format(day, land == WardLand.DE ? "d.M." : monthFirst ? "M/d" : "d/M");
            case "month" -> format(day, "MMMM yyyy");
            case "mon" -> format(day, "MMM d");
            case "weekday" -> day.getDayOfWeek().getDisplayName(TextStyle.FULL, locale());
            default -> throw new IllegalArgumentException("no form of a date: " + form);
        };
    }

    private String format(LocalDate day, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, locale()).format(day);
    }

    /** The root's month names would be M01, and those of Britain have "Sept". */
    private Locale locale() {
        return land == WardLand.DE ? Locale.GERMAN : Locale.ENGLISH;
    }

    private static String ordinal(LocalDate day) {
        int number = day.getDayOfMonth();
        boolean teen = number > 10 && number < 20;
        String end = teen ? "th" : switch (number % 10) {
            case 1 -> "st";
            case 2 -> "nd";
            case 3 -> "rd";
            default -> "th";
        };
        return number + end;
    }
}
