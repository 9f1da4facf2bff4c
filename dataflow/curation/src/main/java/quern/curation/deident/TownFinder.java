package quern.curation.deident;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/** Towns: before a state or a ZIP code, behind words such as "lives in", and where a dictionary knows them. */
final class TownFinder {

    private static final int TOWN_WORDS_MAX = 4;
    private static final Set<String> STATES = Set.of("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI",
            "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH",
            "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA",
            "WV", "WI", "WY", "DC", "PR");
    /** States whose letters stand for degrees and professions behind names. */
    private static final Set<String> DEGREES = Set.of("MD", "PA", "MA", "MS", "DC", "ME", "OR", "IN", "OK", "CT", "ID",
            "HI", "CA", "CO", "DE", "LA", "AL");
    private static final Set<String> STATE_NAMES = Set.of("alabama", "alaska", "arizona", "arkansas", "california",
            "colorado", "connecticut", "delaware", "florida", "georgia", "hawaii", "idaho", "illinois", "indiana",
            "iowa",
            "kansas", "kentucky", "louisiana", "maine", "maryland", "massachusetts", "michigan", "minnesota",
            "mississippi", "missouri", "montana", "nebraska", "nevada", "ohio", "oklahoma", "oregon", "pennsylvania",
            "tennessee", "texas", "utah", "vermont", "virginia", "washington", "wisconsin", "wyoming");
    /** Second words of states of two words, with the first ones. */
    private static final Map<String, Set<String>> TWO_WORDS = Map.of("hampshire", Set.of("new"), "jersey",
            Set.of("new"),
            "mexico", Set.of("new"), "york", Set.of("new"), "carolina", Set.of("north", "south"), "dakota",
            Set.of("north", "south"), "island", Set.of("rhode"), "virginia", Set.of("west"));
    private static final Map<String, Set<String>> LIVING = Map.ofEntries(
            Map.entry("in", Set.of("lives", "live", "living", "lived", "stays", "staying",
                    "resides", "residing", "born", "raised", "works",
                    "wohnhaft", "wohnt", "lebt", "geboren", "home")),
            Map.entry("to", Set.of("moved", "relocated", "transferred", "moving")),
            Map.entry("of", Set.of("resident", "native", "city", "town", "county")),
            Map.entry("from", Set.of("comes", "originally", "is", "moved")),
            Map.entry("nach", Set.of("zieht", "umgezogen")),
            Map.entry("\u00E0", Set.of("demeurant", "habite", "domicili\u00E9", "domicili\u00E9e", "n\u00E9",
            "n\u00E9e")));
    /** Words inside names of towns. */
    private static final Set<String> INSIDE = Set.of("or", "du", "des", "de", "la", "le", "upon", "sur", "on",
            "under", "of", "the", "am", "an", "der", "im", "in", "ob", "vor");
    /** A river or a region behind a town of Germany. */
    static final Pattern BESIDE = Pattern.compile("\\s(?:\\(\\p{Lu}\\p{L}{2,14}\\)|(?:i|a|b|o|v)\\.\\s?(?:d\\.\\s?)?"
            + "\\p{Lu}\\p{L}{0,9}\\.?)");
    /** Last words of towns' names. */
    private static final Set<String> ENDS = Set.of("river", "falls", "springs", "green", "city", "beach", "hills",
            "heights", "rapids", "lake", "lakes", "junction", "creek", "valley", "harbor", "island", "bay", "port",
            "rock", "grove", "ridge", "bluff", "bluffs", "mills", "ferry", "haven", "bridge", "park", "wells", "forest",
            "forks", "station", "prairie", "mountain", "village", "mesa", "vista", "rouge", "claire", "point");
    private static final Set<String> IN = Set.of("in", "from", "of", "near", "aus", "bei", "\u00E0", "to");
    private static final Set<String> STOP = Set.of("on", "the", "to", "moved", "in", "at", "from", "is", "was", "lives",
            "of", "and", "snomed", "street", "st", "ave", "road", "drive", "lane", "court", "blvd", "way",
            "address", "i", "apt");

    private final Runs runs;
    private final Lexicon lexicon;
    private final int common;
    private final boolean lower;
    private final List<Finding> found;
    private final Runs.Anchored beside;

    TownFinder(Runs runs, Lexicon lexicon, int common, boolean lower, List<Finding> found) {
        this.common = common;
        this.runs = runs;
        this.lexicon = lexicon;
        this.lower = lower;
        this.found = found;
        this.beside = runs.anchored(BESIDE);
    }

    /** A town and a state before five digits; finds them with the digits. */
    boolean beforeZip(int run, int to) {
        int state = stateFrom(run - 1);
        if (state < 0 || !runs.isGap(run - 1, ",.", 4)) {
            return false;
        }
        int first = townFrom(state);
        found.add(new Finding(IdentifierKind.ADDRESS, runs.from(first), to, 0.96));
        return true;
    }

    /** Whether two letters are those of a state. */
    static boolean isState(String lower) {
        return STATES.contains(LetterCase.upper(lower));
    }

    /** Whether a word in small letters stands inside names of towns. */
    static boolean isInside(String lower) {
        return INSIDE.contains(lower);
    }

    /** Whether a word of an address is a state of the United States or part of one's name. */
    static boolean isState(Runs runs, int run) {
        String word = runs.lower(run);
        return runs.isAllCapitals(run) && STATES.contains(runs.word(run)) || STATE_NAMES.contains(word)
                || TWO_WORDS.getOrDefault(word, Set.of()).contains(runs.lower(run - 1))
                || TWO_WORDS.getOrDefault(runs.lower(run + 1), Set.of()).contains(word);
    }

    /** The first run of a state that ends with a run, -1 where it is none. */
    private int stateFrom(int run) {
        if (!runs.isWord(run)) {
            return -1;
        }
        String word = runs.lower(run);
        String two = LetterCase.upper(word);
        if (word.length() == 2 && STATES.contains(two)) {
            return run;
        }
        if (word.length() == 1 && runs.length(run - 1) == 1 && runs.charAt(runs.to(run - 1)) == '.'
                && STATES.contains(LetterCase.upper(runs.word(run - 1) + two))) {
            return run - 1;
        }
        if (TWO_WORDS.getOrDefault(word, Set.of()).contains(runs.lower(run - 1))) {
            return run - 1;
        }
        return STATE_NAMES.contains(word) ? run : -1;
    }

    /** The first run of the town before a state; the state's own where there is none. */
    private int townFrom(int state) {
        int first = state;
        boolean comma = state > 0 && runs.isGap(state - 1, ",", 3) && !runs.isSpace(state - 1);
        while (first > 0 && state - first < TOWN_WORDS_MAX && runs.isWord(first - 1)
                && (first == state ? runs.isGap(first - 1, ",", 3)
                        : runs.isGap(first - 1, ".'\u2019-", 2) && runs.charAt(runs.to(first - 1)) != '\n')) {
            boolean capital = runs.isCapitalised(first - 1) || runs.isGap(first - 1, '\'')
                    || INSIDE.contains(runs.lower(first - 1)) && first < state && runs.isCapitalised(first - 2);
            if (STOP.contains(runs.lower(first - 1)) && !(runs.lower(first - 1).equals("st") && first < state)
                    || !capital && !(lower && (comma || first == state || lexicon.of(runs.word(first - 1)) != 0))) {
                break;
            }
            first--;
        }
        return first;
    }

    /** What a word says about a town: itself, or the ones behind it. */
    void word(int run) {
        if (LIVING.containsKey(runs.lower(run)) && LIVING.get(runs.lower(run)).contains(runs.lower(run - 1))) {
            living(run + 1);
        } else if (IN.contains(runs.lower(run)) && runs.isSpace(run)
                && runs.charAt(runs.from(run + 1) - 2) != '\n' && (lower || runs.isLower(run))) {
            inside(run + 1);
        }
        if (runs.lower(run).equals("county") && runs.isCapitalised(run) && runs.isCapitalised(run - 1)
                && runs.isSpace(run - 1) && !STOP.contains(runs.lower(run - 1))
                && !(runs.isCapitalised(run + 1) && runs.isGap(run, ' '))) {
            add(run - 1, run, 0.85);
        }
        if (runs.isCapitalised(run)) {
            int state = runs.isGap(run - 1, ",", 2) && !runs.isSpace(run - 1) ? stateFrom(run) : -1;
            boolean name = STATE_NAMES.contains(runs.lower(run));
            if (state == run && runs.isCapitalised(run - 1) && (name || runs.isAllCapitals(run))) {
                int before = lexicon.of(runs.word(run - 1));
                boolean degree = !name && DEGREES.contains(runs.word(run))
                        && (before == 0 || (before & (Lexicon.FIRST | Lexicon.LAST)) != 0
                        || runs.word(run).equals("MD"));
                int first = townFrom(state);
                if (first < state && !degree && runs.charAt(runs.to(run)) != '-') {
                    found.add(new Finding(IdentifierKind.ADDRESS, runs.from(first), runs.to(run), name ? 0.9 : 0.72));
                }
            } else {
                known(run);
            }
        }
    }

    /** Behind "in", "from" or "of": a place that dictionaries know as a name and as nothing else, or do not know. */
    private void inside(int first) {
        if (!runs.isCapitalised(first) || runs.length(first) < 3 || STOP.contains(runs.lower(first))
                || NameWords.TITLES.contains(runs.lower(first)) || runs.isAllCapitals(first)
                || NamePhrase.isMixed(runs.word(first))
                || Months.number(runs.lower(first)) > 0 || Months.isDay(runs.lower(first))) {
            return;
        }
        int known = lexicon.of(runs.word(first));
        int words = common | Lexicon.COUNTRY;
        int last = lastOf(first);
        boolean foreign = common == Lexicon.ENGLISH && !runs.lower(first - 1).equals("of");
        boolean several = last > first && (known & (Lexicon.FIRST | (foreign ? 0 : Lexicon.GERMAN))) == 0;
        boolean name = (known & words) == 0 && ((known & Lexicon.FIRST) == 0 || (known & Lexicon.CITY) != 0)
                && (known != 0 || !runs.lower(first - 1).equals("of"));
        boolean place = last > first && ENDS.contains(runs.lower(last)) && common == Lexicon.ENGLISH
                && !runs.lower(first - 1).equals("of")
                && !(runs.isCapitalised(last + 1) && runs.isGap(last, ' '));
        if (place) {
            add(first, last, 0.72);
            return;
        }
        boolean organisation = NameWords.isOrganisation(runs, first, last) || runs.isCapitalised(last + 1)
                && runs.isGap(last, ' ');
        name |= common == Lexicon.GERMAN && (known & Lexicon.CITY) != 0 && (known & Lexicon.COUNTRY) == 0;
        if ((name || several) && !organisation && !(runs.hasDigits(last + 1) && runs.isGap(last, ' '))
                && stateFrom(first) != first
                && !NameWords.isEponym(runs, last)) {
            add(first, last, 0.55);
        }
    }

    /** The last word of a town's name. */
    private int lastOf(int first) {
        int last = first;
        while (last < first + TOWN_WORDS_MAX) {
            boolean dot = runs.charAt(runs.to(last)) == '.';
            if (runs.isCapitalised(last + 1) && runs.isGap(last, "-.'\u2019", 2) && !(dot && runs.length(last) > 3)
                    && runs.charAt(runs.to(last)) != '\n' && Months.number(runs.lower(last + 1)) == 0) {
                last++;
            } else if (runs.isGap(last, '\'') && runs.lower(last + 1).equals("s") && runs.isGap(last + 1, ' ')
                    && runs.isCapitalised(last + 2) && last == first) {
                last += 2;
            } else if (runs.isGap(last, '-') && runs.isWord(last + 1) && runs.length(last + 1) <= 5
                    && runs.isGap(last + 1, '-') && runs.isCapitalised(last + 2)) {
                last += 2;
            } else {
                return last;
            }
        }
        return last;
    }

    private void living(int first) {
        if (!runs.isWord(first) || !runs.isSpace(first - 1) || STOP.contains(runs.lower(first))) {
            return;
        }
        int known = lexicon.of(runs.word(first));
        if (!runs.isCapitalised(first) && (known & Lexicon.CITY) == 0 || (known & Lexicon.COUNTRY) != 0
                || stateFrom(first) == first) {
            return;
        }
        int last = lastOf(first);
        add(first, last, (known & Lexicon.GERMAN) != 0 && (known & Lexicon.CITY) == 0 ? 0.6 : 0.85);
    }

    /** A town that the dictionary knows and that is nothing else. */
    private void known(int run) {
        int known = lexicon.of(runs.word(run));
        int other = Lexicon.FIRST | Lexicon.LAST | Lexicon.ENGLISH | Lexicon.GERMAN | Lexicon.FRENCH | Lexicon.COUNTRY;
        if ((known & Lexicon.CITY) != 0 && (known & other) == 0 && !NameWords.isEponym(runs, run)) {
            add(run, run, 0.75);
        }
    }

    private void add(int first, int last, double confidence) {
        int to = runs.to(last);
        if (beside.at(to, 20)) {
            to = beside.to();
        }
        found.add(new Finding(IdentifierKind.ADDRESS, runs.from(first), to, confidence));
    }
}
