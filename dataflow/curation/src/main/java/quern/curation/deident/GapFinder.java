package quern.curation.deident;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What stands between two parts of one address: the village and the county between a street and a post code, the
 * number of a flat; and the town before a day at a signature: {@code Truro, 17/07/2017}.
 */
final class GapFinder {

    private static final double SURE = 0.7;
    private static final int GAP_CHARS_MAX = 44;
    private static final String WORD = "(?:\\p{Lu}[\\p{L}'\u2019-]{1,20}|Co\\.|No\\.\\s\\d{1,4}|Unit\\s\\d{1,4}"
            + "|\\d{1,2}"
            + "|upon|on|le|under|of|the)";
    private static final Pattern GAP = Pattern.compile("[\\s,]{1,4}" + WORD + "(?:[\\s,]{1,4}" + WORD + "){0,5}"
            + "[\\s,.]{0,3}");
    private static final Pattern TO_DAY = Pattern.compile(",\\s(?:den\\s|the\\s|le\\s|on\\s)?");

    private final Runs runs;
    private final Lexicon lexicon;
    private final int common;
    private final List<Finding> found;

    GapFinder(Runs runs, Lexicon lexicon, int common, List<Finding> found) {
        this.runs = runs;
        this.lexicon = lexicon;
        this.common = common;
        this.found = found;
    }

    void find() {
        List<Finding> places = new ArrayList<>();
        for (Finding finding : List.copyOf(found)) {
            if (finding.kind() == IdentifierKind.ADDRESS && finding.confidence() >= SURE) {
                places.add(finding);
            } else if (finding.kind() == IdentifierKind.DATE && finding.confidence() >= SURE) {
                signed(finding.from());
            }
        }
        places.sort(Comparator.comparingInt(Finding::from));
        int to = 0;
        for (Finding place : places) {
            int gap = place.from() - to;
            if (to > 0 && gap > 1 && gap <= GAP_CHARS_MAX && isPart(to, place.from())) {
                found.add(new Finding(IdentifierKind.ADDRESS, to, place.from(), 0.76));
            }
            to = Math.max(to, place.to());
        }
    }

    private boolean isPart(int from, int to) {
        String gap = runs.text.substring(from, to);
        int first = runs.runAt(from);
        boolean state = first < runs.count() && TownFinder.isState(runs, first) && runs.to(first) + 2 >= to;
        return !state && gap.indexOf("\n\n") < 0 && GAP.matcher(gap).matches();
    }

    /** One to three words with capitals between a line's begin, a wide space or a comma and a day. */
    private void signed(int day) {
        int last = runs.runAt(day) - 1;
        if (last < 0 || !runs.isCapitalised(last) || day - runs.to(last) > 6
                || day < runs.to(last)
                || !TO_DAY.matcher(runs.text.substring(runs.to(last), day)).matches()) {
            return;
        }
        int first = last;
        while (first > 0 && last - first < 2 && runs.isCapitalised(first - 1) && runs.isGap(first - 1, ' ')) {
            first--;
        }
        char before = runs.charAt(runs.from(first) - 1);
        char second = runs.charAt(runs.from(first) - 2);
        boolean begins = before == '\n' || before == ' ' && (second == ' ' || second == ',');
        int known = lexicon.of(runs.word(first));
        boolean town = (known & Lexicon.CITY) != 0 || (known & (common | Lexicon.ENGLISH | Lexicon.COUNTRY)) == 0;
        boolean none = NameWords.STOP.contains(runs.lower(first)) || Months.isDay(runs.lower(first))
                || Months.number(runs.lower(first)) > 0 || runs.isAllCapitals(last) && runs.length(last) < 5
                || NameWords.isOrganisation(runs, first, last);
        if (begins && town && !none) {
            found.add(new Finding(IdentifierKind.ADDRESS, runs.from(first), runs.to(last), 0.72));
        }
    }
}
