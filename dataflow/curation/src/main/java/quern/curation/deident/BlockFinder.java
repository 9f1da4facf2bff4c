package quern.curation.deident;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What stands beside an address that was found: the street with its number before a town with its post code, the house
 * and the flat before the street, the town behind a street, and the same town once more elsewhere. A street before a
 * post code needs no word such as "Road": its place says what it is.
 */
final class BlockFinder {

    private static final double SURE = 0.7;
    private static final int RUNS_MAX = 9;
    private static final int STREET_CHARS_MAX = 64;
    private static final int TOWNS_MAX = 500;
    private static final Set<String> UNITS = Set.of("apt", "apartment", "unit", "suite", "ste", "flat", "floor", "fl",
            "room", "rm", "bldg", "lot", "no", "maisonette");
    /** Small words inside names of streets. */
    private static final Set<String> INSIDE = Set.of("de", "del", "la", "las", "los", "el", "y", "yr", "of", "the",
            "on", "in", "der", "den", "dem", "die", "des", "an", "am", "im", "zum", "zur", "by", "le", "du");
    /** What houses that have a name are called in Britain, and streets there without any other word. */
    private static final Set<String> HOUSES = Set.of("house", "cottage", "cottages", "lodge", "farm", "farmhouse",
            "forge", "mill", "barn", "rectory", "vicarage", "villa", "hall", "court", "manor", "bungalow", "mansions",
            "buildings", "croft", "grange", "chapel", "tower", "towers", "priory", "stables", "oast", "schoolhouse",
            "homestead", "nook", "point", "wharf", "heights");
    private static final Set<String> STREETS = Set.of("street", "road", "lane", "avenue", "drive", "close", "crescent",
            "gardens", "way", "terrace", "mews", "grove", "square", "place", "hill", "row", "green", "walk", "view",
            "st", "rd", "ave", "parade", "rise", "mount", "gate", "broadway", "park", "end", "yard", "wynd", "vale");
    /** Words before a place that is named next: a person or a house is there. */
    private static final Set<String> IN = Set.of("in", "from", "near", "of", "to", "at", "around", "outside", "aus",
            "bei", "nach", "leaving", "visited", "toward", "towards", "via");
    private static final Pattern CODE = Pattern.compile("\\p{L}[.,]?\\s{1,2}\\d{5}(?:\\s?-\\s?\\d{4})?$|[A-Z]{1,2}"
            + "\\d[A-Z\\d]?\\s?\\d[A-Z]{2}$|^(?:[A-Z]{1,2}-\\s?)?(?:\\d{4,5}|\\d{2}-\\d{3}|\\d{3} \\d{2})"
            + "\\s[^\\d,]{2,40}$|\\s[AC-FHKNPRTV-Y](?:\\d{2}|6W)\\s?[A-Z\\d]{4}$", Pattern.CASE_INSENSITIVE);
    /** Words before an address that are no part of it. */
    private static final Set<String> LABELS = Set.of("address", "adresse", "anschrift", "addr", "wohnort", "wohnung",
            "date", "datum", "patient", "client", "home", "residence", "res");

    private final Runs runs;
    private final Lexicon lexicon;
    private final boolean lower;
    private final List<Finding> found;
    /** First words of towns, with the first and the last run of one. */
    private final Map<String, int[]> towns = new HashMap<>();

    BlockFinder(Runs runs, Lexicon lexicon, boolean lower, List<Finding> found) {
        this.runs = runs;
        this.lexicon = lexicon;
        this.lower = lower;
        this.found = found;
    }

    void find() {
        List<Finding> sure = new ArrayList<>();
        for (Finding finding : found) {
            if (finding.kind() == IdentifierKind.ADDRESS && finding.confidence() >= SURE) {
                sure.add(finding);
            }
        }
        for (Finding address : sure) {
            int first = runs.runAt(address.from());
            if (first >= runs.count()) {
                continue;
            }
            if (isCoded(address)) {
                int street = streetBefore(first);
                housesBefore(street < 0 ? first : street);
                remember(first, address.to());
            } else {
                housesBefore(first);
                townBehind(address.to());
            }
        }
        if (!towns.isEmpty()) {
            again();
        }
    }

    /** Whether an address ends with a town's post code, or begins with one and ends with the town. */
    private boolean isCoded(Finding address) {
        String whole = runs.text.substring(address.from(), address.to());
        int last = runs.runAt(address.to()) - 1;
        return whole.length() <= 60 && CODE.matcher(whole).find() && !(Character.isDigit(whole.charAt(0))
                && (STREETS.contains(runs.lower(last)) || HOUSES.contains(runs.lower(last))));
    }

    /**
     * A number and words before a town: {@code 106 Elm, Yakima}, {@code Im Tal 60, 58039 Hagen}.
     *
     * @return its first run, -1 where there is none
     */
    private int streetBefore(int town) {
        if (town == 0 || !isBorder(town - 1)) {
            return -1;
        }
        int begin = -1;
        int words = 0;
        boolean german = runs.hasDigits(town) || runs.length(town) <= 2 && runs.hasDigits(town + 1);
        for (int run = town - 1; run >= 0 && town - run <= RUNS_MAX && runs.from(town) - runs.from(run)
                <= STREET_CHARS_MAX; run--) {
            if (run < town - 1 && !isJoined(run) || !isPart(run)) {
                break;
            }
            boolean word = runs.isWord(run) && runs.length(run) > 1;
            if (isNumber(run) && words > 0) {
                begin = run;
            } else if (german && word && (runs.isCapitalised(run) || lower) && hasNumber(run, town)
                    && Months.number(runs.lower(run)) == 0) {
                begin = run;
            }
            words += word ? 1 : 0;
        }
        boolean begins = begin >= 0 && (runs.charAt(runs.from(begin) - 1) == '\n'
                || ",:".indexOf(runs.charAt(runs.from(begin) - 2)) >= 0);
        if (begin < 0 || german && lower && !begins) {
            return -1;
        }
        add(begin, town - 1, german ? 0.85 : 0.82);
        return begin;
    }

    /** A comma, a slash, a line's end or a wide space. */
    private boolean isBorder(int run) {
        int from = runs.to(run);
        int to = runs.from(run + 1);
        boolean mark = false;
        for (int i = from; i < to; i++) {
            char c = runs.charAt(i);
            mark |= c == ',' || c == '/' || c == '\n';
            if (i - from > 5 || !Runs.isBlank(c) && c != ',' && c != '/' && c != '.') {
                return false;
            }
        }
        return mark || to - from > 1;
    }

    private boolean isJoined(int run) {
        if (runs.isGap(run, ".'\u2019#-", 3)) {
            return runs.charAt(runs.to(run)) != '\n' || runs.hasDigits(run + 1);
        }
        return runs.isGap(run, ",", 3) && (UNITS.contains(runs.lower(run + 1)) || run > 0
                && UNITS.contains(runs.lower(run - 1))) || runs.isGap(run, '/') && runs.isDigits(run)
                && runs.isDigits(run + 1);
    }

    private boolean isPart(int run) {
        if (runs.hasDigits(run)) {
            return runs.length(run) <= 7;
        }
        if (LABELS.contains(runs.lower(run))) {
            return false;
        }
        return runs.isCapitalised(run) && !NameWords.TITLES.contains(runs.lower(run))
                && Months.number(runs.lower(run)) == 0 || INSIDE.contains(runs.lower(run))
                || lower && runs.isWord(run) && !NameWords.STOP.contains(runs.lower(run))
                || runs.isGap(run - 1, '\'');
    }

    /** Digits, some with a letter behind or one for a direction before; no date, time or part of a longer number. */
    private boolean isNumber(int run) {
        if (!runs.hasDigits(run) || runs.length(run) > 7 || "-/.:$#".indexOf(runs.charAt(runs.from(run) - 1)) >= 0) {
            return false;
        }
        String word = runs.word(run);
        int at = 0;
        while (at < word.length() && "NSEWnsew".indexOf(word.charAt(at)) >= 0) {
            at++;
        }
        int digits = at;
        while (digits < word.length() && Character.isDigit(word.charAt(digits))) {
            digits++;
        }
        return at <= 2 && digits > at && word.length() - digits <= 1;
    }

    /** Whether the number of a house stands between a word and the town. */
    private boolean hasNumber(int run, int town) {
        for (int at = run + 1; at < town; at++) {
            if (runs.hasDigits(at)) {
                return runs.length(at) <= 4 && Character.isDigit(runs.charAt(runs.from(at)));
            }
        }
        return false;
    }

    /** Houses with names, streets without numbers and flats, each a part between commas, before an address. */
    private void housesBefore(int first) {
        int to = first;
        int from = first;
        for (int part = 0; part < 3 && from > 0 && isPartEnd(from - 1); part++) {
            int begin = partFrom(from - 1);
            if (begin < 0) {
                break;
            }
            from = begin;
            if (isHouse(begin, to)) {
                add(begin, first - 1, 0.78);
            }
        }
    }

    private boolean isPartEnd(int run) {
        return runs.isGap(run, ",", 3) && runs.charAt(runs.to(run)) == ',' || runs.isGap(run, ' ')
                && STREETS.contains(runs.lower(run)) || runs.isGap(run, "", 3) && runs.charAt(runs.to(run)) == '\n'
                && (STREETS.contains(runs.lower(run)) || HOUSES.contains(runs.lower(run)));
    }

    /** The first run of the words with capitals, and numbers, that end with a run; -1 where none does. */
    private int partFrom(int last) {
        int first = last + 1;
        while (first > 0 && last - first < 5 && (first > last || runs.isGap(first - 1, "'\u2019.-", 2)
                && runs.charAt(runs.to(first - 1)) != '\n') && isPart(first - 1)) {
            first--;
        }
        while (first <= last && runs.isLower(first) && !lower) {
            first++;
        }
        boolean name = first < last && (lexicon.of(runs.word(first)) & Lexicon.FIRST) != 0
                && !STREETS.contains(runs.lower(last)) && !HOUSES.contains(runs.lower(last));
        boolean organisation = NameWords.isOrganisation(runs, first, last) && !STREETS.contains(runs.lower(last));
        return first > last || name || organisation ? -1 : first;
    }

    /** Whether a part is a flat or a house's or street's name. */
    private boolean isHouse(int first, int to) {
        int last = first;
        while (last + 1 < to && runs.isGap(last, "'\u2019.-", 2) && runs.charAt(runs.to(last)) != '\n') {
            last++;
        }
        String word = runs.lower(last);
        boolean flat = UNITS.contains(runs.lower(first)) && runs.hasDigits(first + 1);
        boolean the = runs.lower(first).equals("the") && last > first;
        return flat || isNamedHouse(first, last)
                || last > first && (HOUSES.contains(word) || STREETS.contains(word)) || the || isNumber(first)
                && last > first;
    }

    /** One word with a capital that no dictionary has, behind a word for a place or a label: {@code at Trevanion,}. */
    private boolean isNamedHouse(int first, int last) {
        char before = runs.charAt(runs.from(first) - 2);
        boolean begins = before == ':' || before == '|' || IN.contains(runs.lower(first - 1));
        return first == last && begins && runs.isCapitalised(first) && runs.length(first) > 3
                && (lexicon.of(runs.word(first)) & ~Lexicon.MAYBE) == 0;
    }

    /** {@code P.O. Box 12, Ocala;}: one or two words with capitals between a street and a mark. */
    private void townBehind(int to) {
        boolean said = runs.lower(runs.runAt(to)).equals("comma") && runs.runAt(to) + 1 < runs.count();
        if (!said && (runs.charAt(to) != ',' || runs.charAt(to + 1) > ' ')) {
            return;
        }
        int first = runs.runAt(to) + (said ? 1 : 0);
        int last = first;
        if (!runs.isCapitalised(first) || runs.from(first) > to + (said ? 10 : 3)) {
            return;
        }
        while (last < first + 4 && runs.isGap(last, "'\u2019.-", 2) && (runs.isCapitalised(last + 1)
                || TownFinder.isInside(runs.lower(last + 1)) && runs.isCapitalised(last + 2)
                && runs.isGap(last + 1, "-", 2))) {
            last++;
        }
        char end = runs.charAt(runs.to(last));
        int known = lexicon.of(runs.word(first));
        boolean person = last > first && (known & Lexicon.FIRST) != 0 && (known & Lexicon.CITY) == 0
                || NameWords.TITLES.contains(runs.lower(first)) || NameWords.STOP.contains(runs.lower(first));
        if ((said || ",;.)\n".indexOf(end) >= 0) && !person && Months.number(runs.lower(first)) == 0
                && !NameWords.isOrganisation(runs, first, last)) {
            add(first, last, 0.75);
        }
    }

    /** Keeps a town's name for {@link #again}. */
    private void remember(int first, int to) {
        int run = first;
        while (run < first + 8 && run < runs.count() && runs.from(run) < to
                && (!runs.isWord(run) || runs.length(run) < 3)) {
            run++;
        }
        int last = run;
        while (last < run + 4 && runs.isWord(last + 1) && runs.to(last + 1) <= to && runs.isGap(last, "'\u2019.-", 2)
                && !TownFinder.isState(runs, last + 1)) {
            last++;
        }
        boolean state = TownFinder.isState(runs, run) && last == run;
        if (runs.isWord(run) && runs.from(run) < to && !state && towns.size() < TOWNS_MAX) {
            towns.put(runs.lower(run), new int[] {run, last});
        }
    }

    private void again() {
        for (int run = 1; run < runs.count(); run++) {
            int[] town = runs.isCapitalised(run) ? towns.get(runs.lower(run)) : null;
            if (town != null && town[0] != run) {
                int words = town[1] - town[0];
                if (isSame(town[0], run, words) && (words > 0 || IN.contains(runs.lower(run - 1)))) {
                    add(run, run + words, 0.72);
                }
            }
        }
    }

    private boolean isSame(int town, int run, int words) {
        for (int at = 0; at <= words; at++) {
            if (!runs.isWord(run + at) || !runs.lower(run + at).equals(runs.lower(town + at))
                    || at > 0 && !runs.isGap(run + at - 1, "'\u2019.-", 2)) {
                return false;
            }
        }
        return true;
    }

    private void add(int first, int last, double confidence) {
        found.add(new Finding(IdentifierKind.ADDRESS, runs.from(first), runs.to(last), confidence));
    }
}
