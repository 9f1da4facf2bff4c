package quern.benchmarks.letters;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Days of a letter, {@code day.visit} and others, each with a form behind it or in one that the land knows. */
final class CareDates {

    private static final String[] AMERICAN = {"MM/dd/yyyy", "M/d/yy", "MM-dd-yyyy", "MMMM d, yyyy", "MMM d, yyyy",
        "MMM. d, yyyy", "yyyy-MM-dd", "dd-MMM-yyyy", "M/d/yyyy", "MMMM o, yyyy", "M.d.yy", "ddMMMyyyy", "MMM d yyyy"};
    private static final String[] BRITISH = {"dd/MM/yyyy", "d/M/yy", "d MMMM yyyy", "o MMMM yyyy", "dd-MMM-yy",
        "d.M.yyyy", "o 'of' MMMM yyyy", "dd MMM yyyy", "dd.MM.yy", "d MMM yy", "dd-MMM-yyyy", "MMMM o yyyy"};
    private static final String[] GERMAN = {"dd.MM.yyyy", "d. MMMM yyyy", "dd.MM.yy", "d.M.yyyy", "dd. MMM. yyyy",
        "d.M.yy", "yyyy-MM-dd"};
    private static final String[] EUROPEAN = {"d MMMM yyyy", "dd/MM/yyyy", "dd-MM-yyyy", "yyyy-MM-dd", "dd.MM.yyyy",
        "d MMM yyyy", "d/M/yyyy", "yyyy/MM/dd", "o MMMM yyyy"};
    private static final String[] ORDINALS = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh",
            "eighth",
        "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
        "eighteenth", "nineteenth", "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth",
        "twenty-fifth", "twenty-sixth", "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"};
    private static final String[] TEENS = {"ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen", "nineteen"};
    private static final String[] UNITS = {"", "-one", "-two", "-three", "-four", "-five"};

    private final CareCase facts;
    private final String usual;
    private final String usualNumeric;
    private final Map<String, LocalDate> days = new HashMap<>();

    CareDates(CareCase facts) {
        this.facts = facts;
        this.usual = facts.pick(forms());
        this.usualNumeric = numeric();
    }

    private String[] forms() {
        return switch (facts.land) {
            case "us" -> AMERICAN;
            case "uk", "ie" -> BRITISH;
            default -> EUROPEAN;
        };
    }

    private String numeric() {
        return facts.land.equals("us") ? facts.pick("MM/dd/yyyy", "M/d/yy", "MM-dd-yyyy", "M/d/yyyy")
                : facts.pick("dd/MM/yyyy", "dd.MM.yyyy", "d/M/yy", "dd-MM-yyyy");
    }

    String write(String slot) {
        if (!slot.startsWith("day.")) {
            return null;
        }
        String[] parts = slot.substring(4).split(" ");
        LocalDate day = day(parts[0]);
        if (day == null) {
            return null;
        }
        return CareText.mark("date", text(day, parts.length > 1 ? parts[1] : "any"));
    }

    private LocalDate day(String name) {
        String plain = name.replaceAll("[0-9]$", "");
        return days.computeIfAbsent(name, absent -> switch (plain) {
            case "visit" -> facts.visit;
            case "birth" -> facts.birth;
            case "adm" -> facts.visit.minusDays(facts.between(1, 16));
            case "next" -> facts.visit.plusDays(facts.between(2, 120));
            case "soon" -> facts.visit.plusDays(facts.between(1, 9));
            case "prev" -> facts.visit.minusDays(facts.between(3, 200));
            case "old" -> facts.visit.minusDays(facts.between(400, 5000));
            case "child" -> facts.visit.minusDays(facts.between(2300, 6300));
            case "elder" -> facts.visit.minusDays(facts.between(90 * 366, 99 * 366));
            default -> null;
        });
    }

    private String text(LocalDate day, String form) {
        boolean american = facts.land.equals("us");
        return switch (form) {
            case "any" -> format(day, facts.random.nextInt(4) > 0 ? usual : facts.pick(forms()));
            case "num" -> format(day, facts.random.nextInt(4) > 0 ? usualNumeric : numeric());
            case "iso" -> format(day, "yyyy-MM-dd");
            case "compact" -> format(day, "yyyyMMdd");
            case "boxes" -> format(day, american ? "MM dd yyyy" : "dd MM yyyy");
            case "long" -> format(day, american ? facts.pick("MMMM d, yyyy", "MMMM o, yyyy")
                    : facts.pick("d MMMM yyyy", "o MMMM yyyy"));
            case "dm" -> format(day, american ? facts.pick("M/d", "MMMM d", "MMM o", "MM/dd", "MMM d")
                    : facts.pick("d MMMM", "d/M", "o 'of' MMMM", "d MMM", "o MMM"));
            case "dmlong" -> format(day, american ? facts.pick("MMMM d", "MMMM o") : facts.pick("d MMMM", "o MMMM"));
            case "my" -> format(day, facts.pick("MMMM yyyy", "MM/yyyy", "MMM yyyy", "MMM ''yy", "MMMM 'of' yyyy"));
            case "year" -> format(day, "yyyy");
            case "legal" -> format(day, facts.pick("o 'day of' MMMM, yyyy", "o 'day of' MMMM yyyy"));
            case "words" -> words(day);
            case "de" -> german(day, facts.pick(GERMAN));
            case "delong" -> german(day, "d. MMMM yyyy");
            case "denum" -> german(day, facts.pick("dd.MM.yyyy", "d.M.yyyy", "dd.MM.yy"));
            case "dedm" -> german(day, facts.pick("d.M.", "dd.MM.", "d. MMMM"));
            case "demy" -> german(day, facts.pick("MMMM yyyy", "MM/yyyy", "MM/yy"));
            default -> throw new IllegalStateException("no form of a date " + form);
        };
    }

    private String format(LocalDate day, String pattern) {
        String ordinal = day.getDayOfMonth() + ending(day.getDayOfMonth());
        return day.format(DateTimeFormatter.ofPattern(pattern.replaceAll("^o|(?<= )o(?=[, ])|(?<= )o$", "'"
                + ordinal + "'"),
                Locale.US)).replace("Sept ", "Sep ");
    }

    private static String german(LocalDate day, String pattern) {
        String month = day.getMonth().getDisplayName(TextStyle.FULL, Locale.GERMAN);
        String brief = month.length() > 4 ? month.substring(0, 3) + "'.'" : month;
        return day.format(DateTimeFormatter.ofPattern(pattern.replace("MMMM", "'" + month + "'")
                .replace("MMM.", month.length() > 4 ? "'" + month.substring(0, 3) + ".'" : "'" + brief + "'")));
    }

    private static String ending(int day) {
        if (day / 10 == 1) {
            return "th";
        }
        return switch (day % 10) {
            case 1 -> "st";
            case 2 -> "nd";
            case 3 -> "rd";
            default -> "th";
        };
    }

    /** As somebody dictates it; years from 2010 on. */
    private String words(LocalDate day) {
        String month = day.getMonth().getDisplayName(TextStyle.FULL, Locale.US);
        int year = day.getYear() % 100;
        String spoken = year < 20 ? TEENS[year - 10] : "twenty" + UNITS[year - 20];
        String ordinal = ORDINALS[day.getDayOfMonth() - 1];
        return facts.pick(month + " " + ordinal + ", twenty " + spoken, "the " + ordinal + " of " + month
                + " twenty " + spoken);
    }
}
