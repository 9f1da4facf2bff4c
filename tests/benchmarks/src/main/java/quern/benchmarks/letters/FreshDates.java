package quern.benchmarks.letters;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Days and ages: the visit, births, earlier and later days, each in the ways its land writes them. */
final class FreshDates {

    private static final Map<FreshAsk.Land, Map<String, String[]>> FORMS = Map.of(
            FreshAsk.Land.US, Map.of(
                    "", new String[] {"MM/dd/yyyy", "M/d/yyyy", "M/d/yy", "MMMM d, yyyy", "MMM d, yyyy", "d MMM yyyy",
                            "yyyy-MM-dd", "MM-dd-yyyy", "dd-MMM-yyyy", "MM/dd/yy", "M-d-yy", "MM.dd.yyyy"},
                    "num", new String[] {"MM/dd/yyyy", "M/d/yyyy", "M/d/yy", "MM/dd/yy", "MM-dd-yyyy", "M-d-yy"},
                    "long", new String[] {"MMMM d, yyyy", "MMM d, yyyy", "d MMMM yyyy", "MMM. d, yyyy",
                            "MMMM dth, yyyy"},
                    "md", new String[] {"M/d", "MM/dd", "MMMM d", "MMM d", "MMMM dth", "dth of MMMM", "d MMM"},
                    "my", new String[] {"MMMM yyyy", "MM/yyyy", "MMM yyyy", "M/yyyy", "MMMM of yyyy"},
                    "iso", new String[] {"yyyy-MM-dd"}, "compact", new String[] {"yyyyMMdd", "MMddyyyy"},
                    "up", new String[] {"dd-MMM-yyyy", "MMMM d, yyyy", "MMM dd yyyy", "ddMMMyyyy"}),
            FreshAsk.Land.UK, Map.of(
                    "", new String[] {"dd/MM/yyyy", "d/M/yy", "d MMMM yyyy", "dd MMM yyyy", "dd.MM.yy", "yyyy-MM-dd",
                            "dth MMMM yyyy", "dd-MMM-yyyy", "dd-MM-yyyy", "d/M/yyyy"},
                    "num", new String[] {"dd/MM/yyyy", "d/M/yy", "dd.MM.yyyy", "dd-MM-yyyy", "d.M.yy"},
                    "long", new String[] {"d MMMM yyyy", "dth MMMM yyyy", "dth of MMMM yyyy", "dd MMM yyyy"},
                    "md", new String[] {"d/M", "d MMMM", "dth MMMM", "d MMM", "dth of MMMM", "dd/MM"},
                    "my", new String[] {"MMMM yyyy", "MM/yyyy", "MMM yyyy", "MMM yy"},
                    "iso", new String[] {"yyyy-MM-dd"}, "compact", new String[] {"yyyyMMdd", "ddMMyyyy"},
                    "up", new String[] {"dd-MMM-yyyy", "dd MMMM yyyy"}),
            FreshAsk.Land.DE, Map.of(
                    "", new String[] {"dd.MM.yyyy", "d.M.yy", "d. MMMM yyyy", "dd.MM.yy", "d.M.yyyy", "yyyy-MM-dd",
                            "d. MMM yyyy", "d.MMMM yyyy"},
                    "num", new String[] {"dd.MM.yyyy", "d.M.yy", "dd.MM.yy", "d.M.yyyy"},
                    "long", new String[] {"d. MMMM yyyy", "d.MMMM yyyy", "d. MMM yyyy", "dd. MMMM yyyy"},
                    "md", new String[] {"d. MMMM", "d.MMMM", "dd. MMMM"},
                    "mdn", new String[] {"dd.MM", "d.M"},
                    "my", new String[] {"MMMM yyyy", "MM/yyyy", "MM.yyyy", "MM/yy"},
                    "iso", new String[] {"yyyy-MM-dd"}, "compact", new String[] {"yyyyMMdd", "ddMMyyyy"}));

    private static final String[] ONES = {"", "-one", "-two", "-three", "-four", "-five", "-six", "-seven", "-eight",
            "-nine"};
    private static final String[] EINER = {"", "einund", "zweiund", "dreiund", "vierund", "fünfund", "sechsund",
            "siebenund", "achtund", "neunund"};

    private FreshDates() {}

    static StyleSet.Slot write(FreshAsk ask) {
        if (ask.stem().equals("age")) {
            return FreshAsk.slot("age", age(ask));
        }
        LocalDate day = day(ask);
        String[] forms = day == null ? null : FORMS.get(ask.land()).get(ask.tail());
        if (forms == null) {
            return null;
        }
        String text = written(day, ask.formOf(forms), ask.is(FreshAsk.Land.DE) ? Locale.GERMANY : Locale.US);
        return FreshAsk.slot("date", ask.tail().equals("up") ? text.toUpperCase(Locale.ROOT) : text);
    }

    /** Null where the stem is no day. */
    private static LocalDate day(FreshAsk ask) {
        LocalDate visit = ask.persona().visit();
        Random value = ask.value();
        return switch (ask.stem()) {
            case "visit" -> visit;
            case "dob" -> ask.persona().birth();
            case "dobold" -> visit.minusYears(years(ask)).minusDays(1 + value.nextInt(360));
            case "dobkid" -> visit.minusDays(1100 + value.nextInt(4300));
            case "dobrel" -> ask.persona().birth().minusDays(value.nextInt(4000) - 2000);
            case "admit" -> visit.minusDays(2 + value.nextInt(9));
            case "date" -> visit.minusDays(1 + value.nextInt(40));
            case "past" -> visit.minusDays(60 + value.nextInt(2400));
            case "later" -> visit.plusDays(1 + value.nextInt(80));
            default -> null;
        };
    }

    static long plainYears(FreshAsk ask) {
        return Math.min(89, ChronoUnit.YEARS.between(ask.persona().birth(), ask.persona().visit()));
    }

    private static int years(FreshAsk ask) {
        Random value = ask.withHead("age").value();
        return 90 + (value.nextInt(5) == 0 ? value.nextInt(14) : value.nextInt(9));
    }

    private static String age(FreshAsk ask) {
        int years = 90 + (ask.head().equals("age") ? years(ask) - 90 : ask.value().nextInt(11));
        boolean words = ask.tail().equals("word") || ask.tail().isEmpty() && ask.form().nextInt(6) == 0;
        if (!words) {
            return Integer.toString(years);
        }
        if (ask.is(FreshAsk.Land.DE)) {
            return years < 100 ? EINER[years - 90] + "neunzig" : "hundert" + new String[] {"", "ein", "zwei", "drei"}
                    [Math.min(years - 100, 3)];
        }
        return years < 100 ? "ninety" + ONES[years - 90]
                : years == 100 ? "one hundred" : "one hundred and" + ONES[Math.min(years - 100, 3)].replace('-', ' ');
    }

    /** {@code dth} in a form is the day as an ordinal. */
    private static String written(LocalDate day, String form, Locale locale) {
        if (!form.contains("dth")) {
            return DateTimeFormatter.ofPattern(form.replace("of", "'of'"), locale).format(day);
        }
        int n = day.getDayOfMonth();
        String ending = n / 10 == 1 ? "th" : switch (n % 10) {
            case 1 -> "st";
            case 2 -> "nd";
            case 3 -> "rd";
            default -> "th";
        };
        return DateTimeFormatter.ofPattern(form.replace("dth", "d'" + ending + "'").replace("of", "'of'"), locale)
                .format(day);
    }
}
