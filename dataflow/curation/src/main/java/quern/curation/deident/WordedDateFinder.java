package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Days that somebody dictates: {@code the fourth of June twenty twenty-three}, {@code June fourth, nineteen sixty}. */
final class WordedDateFinder {

    private static final int REACH = 72;
    private static final int ORDINAL_CHARS_MIN = 5;
    private static final String ONES = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth";
    private static final String DAY = "(?:" + ONES + "|tenth|eleventh|twelfth|"
            + "(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth|"
            + "twenty[\\s-](?:" + ONES + ")|thirty[\\s-]first)\\b";
    private static final String NUMBER = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
            + "(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|oh|o|"
            + "hundred|thousand|and)";
    private static final String YEAR = "(?:,?\\s(?:nineteen|twenty|two\\sthousand)\\b(?:[\\s-]" + NUMBER + "\\b){0,3}"
            + "|,?\\s(?:19|20)\\d{2}\\b)?";
    private static final Pattern MONTH_FIRST = Pattern.compile("\\p{L}{3,9}\\s(?:the\\s)?" + DAY + YEAR,
            Pattern.CASE_INSENSITIVE);
    private static final Pattern DAY_FIRST = Pattern.compile(DAY + "\\s(?:day\\s)?of\\s(\\p{L}{3,9})\\b" + YEAR,
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> DAYS = Set.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh",
            "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
            "seventeenth", "eighteenth", "nineteenth", "twentieth", "thirtieth", "twenty", "thirty");

    private final Runs runs;
    private final List<Finding> found;
    private final Runs.Anchored monthFirst;
    private final Runs.Anchored dayFirst;

    WordedDateFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
        this.monthFirst = runs.anchored(MONTH_FIRST);
        this.dayFirst = runs.anchored(DAY_FIRST);
    }

    void find() {
        for (int run = 1; run < runs.count(); run++) {
            if (!isOrdinal(run)) {
                continue;
            }
            int month = runs.lower(run - 1).equals("the") ? run - 2 : run - 1;
            if (Months.number(runs.lower(month)) > 0 && monthFirst.at(runs.from(month), REACH)) {
                found.add(new Finding(IdentifierKind.DATE, runs.from(month), monthFirst.to(), 0.95));
            } else if (dayFirst.at(runs.from(run), REACH)
                    && Months.number(runs.lower(runs.runAt(dayFirst.from(1)))) > 0) {
                boolean the = runs.lower(run - 1).equals("the") && runs.isSpace(run - 1);
                found.add(new Finding(IdentifierKind.DATE, runs.from(the ? run - 1 : run), dayFirst.to(), 0.95));
            }
        }
    }

    /** Looks at the last letter first: most words are none. */
    private boolean isOrdinal(int run) {
        return runs.length(run) >= ORDINAL_CHARS_MIN && "htdy".indexOf(runs.charAt(runs.to(run) - 1) | 32) >= 0
                && DAYS.contains(runs.lower(run));
    }
}
