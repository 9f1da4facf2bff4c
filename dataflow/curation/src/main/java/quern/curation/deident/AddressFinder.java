package quern.curation.deident;

import java.util.List;

import java.util.Set;
import java.util.regex.Pattern;

/** Streets with numbers, post codes with towns, towns in a context, counties: places smaller than a state. */
final class AddressFinder {

    private static final int REACH = 90;
    private static final Pattern GERMAN_NUMBER = Pattern.compile("\\.?\\s{0,2}\\d{1,4}(?:\\s?[a-hA-H](?![\\p{L}\\d]))?"
            + "(?:\\s?[-/]\\s?\\d{1,4}(?!\\d))?(?![\\d%])");
    /** {@code Stra\u00DFe des 17. Juni 135}, {@code Platz der Einheit 1}. */
    private static final Pattern WAY_OF = Pattern.compile("\\s(?:des|der|am|an der|zum|zur)\\s(?:\\d{1,2}\\.\\s)?"
            + "\\p{L}[\\p{L}-]{2,24}\\s\\d{1,4}(?:\\s?[a-hA-H](?![\\p{L}\\d]))?(?:\\s?[-/]\\s?\\d{1,4}(?!\\d))?");
    private static final Pattern FRENCH = Pattern.compile("(?:rue|avenue|av\\.|boulevard|bd|place|chemin|"
            + "all\u00E9e|impasse|quai|"
            + "route|cours|square|ruelle|faubourg)(?:\\s{1,2}(?:de|du|des|la|le|les|l['\u2019]|d['\u2019]|"
            + "saint|sainte)){0,3}"
            + "\\s{0,2}\\p{L}[\\p{L}'\u2019-]{1,24}(?:\\s\\p{Lu}[\\p{L}'\u2019-]{1,24}){0,2}",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern FRENCH_NUMBER = Pattern.compile("\\d{1,4}(?:\\s?(?:bis|ter|quater))?,?\\s{1,2}", 2);
    private static final Pattern BOX = Pattern.compile("(?:p\\.?\\s?o\\.?\\s{0,2}box|postfach|bo\u00EEte "
            + "postale)\\s{0,2}#?\\d{1,7}"
            + "(?:\\s\\d{2,3}){0,3}", Pattern.CASE_INSENSITIVE);
    private static final Pattern BRITISH = Pattern.compile("[A-Z]{1,2}\\d[A-Z\\d]?\\s?\\d(?:[ABD-HJLNP-UW-Z]{2}"
            + "|(?-i:(?<=\\s\\d)[A-Z]{2}))(?![A-Za-z\\d])", Pattern.CASE_INSENSITIVE);
    private static final Pattern TOWN = Pattern.compile("\\p{Lu}[\\p{L}'\u2019.-]{1,24}(?:\\s(?:\\p{Lu}"
            + "[\\p{L}'\u2019-]{1,24}"
            + "|an der|am|im|in der|ob der|vor der|sur|sous|les|la|le|\\d{1,2}(?=\\s*(?:\\n|$)))){0,4}"
            + "(?:\\s?\\(\\p{L}{2,20}\\))?");
    private static final Pattern CEDEX = Pattern.compile("\\s(?:cedex|CEDEX|Cedex)(?:\\s\\d{1,2})?");
    private static final Set<String> BOXES = Set.of("p", "po", "postfach", "bo\u00EEte");
    private static final Set<String> ROUTES = Set.of("rr", "r", "rural", "hc", "hcr", "star", "route", "rt");
    private static final Set<String> GERMAN_WAYS = Set.of("stra\u00DFe", "strasse", "str", "weg", "allee", "gasse",
            "platz",
            "ring", "damm", "ufer", "chaussee", "steig", "markt", "stieg", "promenade", "wall", "graben");
    private static final Set<String> BEFORE_WAYS = Set.of("obere", "oberer", "untere", "unterer", "alte", "alter",
            "neue",
            "neuer", "gro\u00DFe", "gro\u00DFer", "kleine", "kleiner", "lange", "langer", "hohe", "hoher", "hintere",
            "hinterer", "vordere", "vorderer", "\u00E4u\u00DFere", "innere", "kurze", "breite", "schmale", "sankt",
            "st",
            "erste", "zweite");
    private static final Set<String> UNITS = Set.of("flat", "unit", "apartment", "apt", "suite");
    private static final Set<String> LIVING = Set.of("wohnhaft", "lautet", "anschrift", "adresse", "wohnt", "ist",
            "zuletzt", "nach", "gemeldet", "ans\u00E4ssig");
    private static final Set<String> GERMAN_AT = Set.of("am", "im", "an", "auf", "zum", "zur", "in", "unter", "hinter");
    private static final Set<String> FRENCH_WAYS = Set.of("rue", "avenue", "av", "boulevard", "bd", "place", "chemin",
            "all\u00E9e", "impasse", "quai", "route", "cours", "square", "ruelle");
    private static final Set<String> STREET_ENDS = Set.of("street", "road", "lane", "avenue", "drive", "close",
            "crescent",
            "gardens", "way", "court", "terrace", "st", "rd", "ave", "mews", "grove", "square", "place", "hill", "row");
    private static final Set<String> IN_TOWNS = Set.of("upon", "under", "on", "le", "super", "next", "the", "of");
    private static final Set<String> NO_STREET = Set.of("mg", "ml", "patients", "days", "weeks", "times", "years",
            "hours",
            "minutes", "of", "and", "in", "on", "was", "were", "is", "the", "to", "a", "for", "with", "per", "more",
            "at",
            "or", "by", "from", "her", "his", "had", "has");

    private final Runs runs;
    private final Lexicon lexicon;
    private final boolean lower;
    private final boolean isFrench;
    private final List<Finding> found;
    private final Runs.Anchored street;
    private final Runs.Anchored foreign;
    private final Runs.Anchored gate;
    private final Runs.Anchored route;
    private final Runs.Anchored bareStreet;
    private final Runs.Anchored flat;
    private final Runs.Anchored flatIn;
    private final Runs.Anchored lowerStreet;
    private final Runs.Anchored germanNumber;
    private final Runs.Anchored french;
    private final Runs.Anchored frenchNumber;
    private final Runs.Anchored box;
    private final Runs.Anchored british;
    private final Runs.Anchored town;
    private final Runs.Anchored cedex;
    private final TownFinder towns;
    private final Runs.Anchored beside;
    private final Runs.Anchored wayOf;

    /** @param lower whether the text has hardly any capitals */
    AddressFinder(Runs runs, Lexicon lexicon, boolean lower, int common, List<Finding> found) {
        this.isFrench = common == Lexicon.FRENCH;
        this.runs = runs;
        this.lexicon = lexicon;
        this.lower = lower;
        this.found = found;
        this.street = runs.anchored(StreetForms.STREET);
        this.foreign = runs.anchored(StreetForms.FOREIGN);
        this.gate = runs.anchored(StreetForms.GATE);
        this.route = runs.anchored(StreetForms.ROUTE);
        this.bareStreet = runs.anchored(StreetForms.BARE_STREET);
        this.flatIn = runs.anchored(StreetForms.FLAT_IN);
        this.flat = runs.anchored(StreetForms.FLAT);
        this.lowerStreet = runs.anchored(StreetForms.LOWER_STREET);
        this.germanNumber = runs.anchored(GERMAN_NUMBER);
        this.french = runs.anchored(FRENCH);
        this.frenchNumber = runs.anchored(FRENCH_NUMBER);
        this.box = runs.anchored(BOX);
        this.british = runs.anchored(BRITISH);
        this.town = runs.anchored(TOWN);
        this.cedex = runs.anchored(CEDEX);
        this.beside = runs.anchored(TownFinder.BESIDE);
        this.wayOf = runs.anchored(WAY_OF);
        this.towns = new TownFinder(runs, lexicon, common, lower, found);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            int from = runs.from(run);
            if (runs.hasDigits(run)) {
                if (runs.length(run) <= 7 && Character.isDigit(runs.text.charAt(from))) {
                    number(run, from);
                } else if (runs.length(run) <= 7 && british.at(from, 9)) {
                    add(runs.from(townBefore(run)), british.to(), 0.85);
                } else if (runs.length(run) <= 7 && "NSEWnsew".indexOf(runs.text.charAt(from)) >= 0) {
                    street(run, from);
                }
            } else if (runs.isWord(run)) {
                word(run, from);
                towns.word(run);
            }
        }
    }

    private void number(int run, int from) {
        if (frenchNumber.at(from, 12) && french.at(frenchNumber.to(), REACH)) {
            add(from, french.to(), 0.93);
        } else {
            street(run, from);
        }
        if (runs.isDigits(run) && runs.length(run) == 5) {
            postCode(run, from);
        } else if (runs.isDigits(run) && runs.length(run) == 4) {
            boolean abroad = isAfter(from, "A-") || isAfter(from, "CH-");
            if (abroad && town.at(runs.to(run) + 1, REACH)) {
                add(from - (isAfter(from, "A-") ? 2 : 3), town.to(), 0.92);
            } else if (abroad || isPlace(run)) {
                add(from - (abroad ? isAfter(from, "A-") ? 2 : 3 : 0), runs.to(run + 1), 0.85);
            }
        }
    }

    private void street(int run, int from) {
        boolean small = !lower && runs.isLower(run + 1) && runs.length(run + 1) > 1;
        if (small && !runs.lower(run + 1).equals("broadway")) {
            return;
        }
        if (street.at(from, REACH) && street.to() > runs.to(run) && isStreet(run)) {
            add(from, street.to(), 0.93);
        } else if (foreign.at(from, REACH)) {
            add(from, foreign.to(), 0.88);
        } else if (gate.at(from, REACH)) {
            add(from, gate.to(), 0.8);
        } else if (lower && lowerStreet.at(from, REACH) && !NO_STREET.contains(runs.lower(run + 1))
                && !NO_STREET.contains(runs.lower(run + 2))) {
            add(from, lowerStreet.to(), lowerStreet.group(1).matches(".*(?:" + StreetForms.SURE_WAY + ")") ? 0.9 : 0.6);
        }
    }

    /** A name between the number and a short word for a street, and no doctor behind the line's end. */
    private boolean isStreet(int run) {
        String whole = street.group(0).strip();
        String rest = whole.substring(runs.length(run)).replaceFirst("^[-/,\\d\\s]+", "");
        boolean doctor = (rest.endsWith("Dr") || rest.endsWith("Dr.")) && whole.indexOf('\n') >= 0;
        return !doctor && (rest.indexOf(' ') > 0 || rest.indexOf('\n') > 0 || rest.replace(".", "").length() > 3);
    }

    /** Four digits behind a street or at the begin of a line, before a town: Austria, Switzerland. */
    private boolean isPlace(int run) {
        char before = runs.charAt(runs.from(run) - 2);
        boolean begins = runs.charAt(runs.from(run) - 1) == '\n' || before == ',' || before == '-';
        return begins && runs.isWord(run + 1) && runs.isSpace(run)
                && (lexicon.of(runs.word(run + 1)) & Lexicon.CITY) != 0 && (lower || runs.isCapitalised(run + 1));
    }

    /** The begin of the line before a street where a name of a house alone stands there. */
    private int houseFrom(int street) {
        int from = street;
        int words = 0;
        while (from > 0 && street - from < 40 && runs.text.charAt(from - 1) != '\n') {
            char c = runs.text.charAt(--from);
            words += c == ' ' ? 1 : 0;
            if (!Character.isLetter(c) && c != ' ' && (c != ',' || from < street - 2)) {
                return street;
            }
        }
        return words <= 4 && Character.isUpperCase(runs.charAt(from)) ? from : street;
    }

    /** The first word of a town before a British post code. */
    private int townBefore(int run) {
        int first = run;
        boolean comma = runs.charAt(runs.from(run) - 2) == ',';
        while (first > 0 && run - first < 5 && runs.isWord(first - 1) && runs.length(first - 1) > 1
                && (first == run ? runs.isGap(first - 1, ",", 3) : runs.isGap(first - 1, ' ')
                || runs.isGap(first - 1, '-')) && (runs.isCapitalised(first - 1) || lower && (comma || first == run)
                || first < run && IN_TOWNS.contains(runs.lower(first - 1)) && runs.isWord(first - 2))
                && (!NameWords.STOP.contains(runs.lower(first - 1)) || runs.lower(first - 1).equals("on")
                && first < run) && !STREET_ENDS.contains(runs.lower(first - 1))) {
            first--;
        }
        return first;
    }

    private boolean isAfter(int from, String prefix) {
        return runs.text.regionMatches(lower, from - prefix.length(), prefix, 0, prefix.length())
                && !Character.isLetter(runs.charAt(from
                - prefix.length() - 1));
    }

    /** Five digits: behind a town and a state in America, before a town in Germany and France. */
    private void postCode(int run, int from) {
        int to = runs.to(run);
        boolean plusFour = runs.isDigits(run + 1) && runs.length(run + 1) == 4 && runs.isGap(run, "-", 3)
                && !runs.isSpace(run);
        if (towns.beforeZip(run, plusFour ? runs.to(run + 1) : to)) {
            return;
        }
        String prefix = isAfter(from, "D-") || isAfter(from, "F-") ? "-" : "";
        int nameFrom = to + 1;
        if (!Runs.isBlank(runs.charAt(to)) || !runs.isWord(run + 1) || runs.from(run + 1) != nameFrom) {
            return;
        }
        int known = lexicon.of(runs.word(run + 1));
        boolean begins = runs.charAt(from - 1) == '\n' || runs.charAt(from - 2) == ',';
        boolean city = (known & Lexicon.CITY) != 0;
        if (lower && (city || begins || !prefix.isEmpty())) {
            int last = run + 1;
            while (last < run + 5 && runs.isWord(last + 1) && (runs.isGap(last, ' ') || runs.isGap(last, '-'))) {
                last++;
            }
            add(from - 2 * prefix.length(), lineTo(runs.to(city && !begins ? run + 1 : last)), 0.85);
        } else if (town.at(nameFrom, REACH) && (city || begins || !prefix.isEmpty()
                || (known & (Lexicon.PROPER | Lexicon.CITY)) != 0)) {
            int end = beside.at(town.to(), 20) ? beside.to() : town.to();
            add(from - 2 * prefix.length(), end, 0.92);
        }
    }

    /** With a part in parentheses. */
    private int lineTo(int to) {
        int close = to;
        while (runs.charAt(to + 1) == '(' && close < to + 24 && runs.charAt(close) != ')') {
            close++;
        }
        return runs.charAt(close) == ')' ? close + 1 : cedex.at(to, 12) ? cedex.to() : to;
    }

    private void word(int run, int from) {
        String word = runs.lower(run);
        char before = runs.charAt(from - 1);
        boolean begins = before == '\n' || runs.charAt(from - 2) == ',' || runs.charAt(from - 2) == ':';
        if (begins && runs.isCapitalised(run) && bareStreet.at(from, REACH)) {
            add(houseFrom(from), bareStreet.to(), 0.72);
        } else if (before == '\n' && (lower || runs.isCapitalised(run)) && runs.isGap(run, ",", 3)
                && runs.charAt(runs.to(run)) == ',' && (runs.lower(run + 1).equals("le") || runs.lower(run
                + 1).equals("den"))) {
            add(from, runs.to(run), 0.75);
        } else if (UNITS.contains(word) && flatIn.at(from, REACH)) {
            add(from, flatIn.to(), 0.93);
        } else if (UNITS.contains(word) && flat.at(from, 24) && Character.isDigit(runs.charAt(flat.to()))) {
            add(from, flat.to() - 2, 0.8);
        }
        if (BOXES.contains(word) && box.at(from, 40)) {
            add(from, box.to(), 0.93);
        }
        if (ROUTES.contains(word) && route.at(from, 40)) {
            add(from, route.to(), 0.93);
        }
        if (GERMAN_WAYS.contains(word) && wayOf.at(runs.to(run), REACH)) {
            add(from, wayOf.to(), 0.92);
        } else if (runs.length(run) >= 3 && endsInWay(word) && germanNumber.at(runs.to(run), 14)
                && (word.endsWith("str") || runs.charAt(runs.to(run)) != '.')) {
            germanStreet(run);
        } else if (GERMAN_AT.contains(word) && (lower || runs.isCapitalised(run))) {
            germanPlace(run);
        }
        if (FRENCH_WAYS.contains(word) && !runs.isDigits(run - 1) && french.at(from, REACH)) {
            String name = runs.text.substring(runs.to(run), french.to());
            boolean capital = name.chars().anyMatch(Character::isUpperCase);
            if (capital && runs.isLower(run) && isFrench) {
                add(from, french.to(), 0.75);
            }
        }
    }

    private static boolean endsInWay(String word) {
        for (String way : GERMAN_WAYS) {
            if (word.endsWith(way)) {
                return true;
            }
        }
        return false;
    }

    private void germanStreet(int run) {
        int first = run;
        while (first > 0 && run - first < 4 && runs.isWord(first - 1) && runs.isGap(first - 1, ".-", 2)
                && runs.charAt(runs.from(first) - 1) == '-') {
            first--;
        }
        boolean alone = GERMAN_WAYS.contains(runs.lower(run)) && first == run;
        if (alone && run > 0 && runs.isSpace(run - 1) && (lower || runs.isCapitalised(run - 1))
                && !runs.lower(run - 1).equals("der") && runs.length(run - 1) > 2) {
            first = run - 1;
            boolean at = first > 0 && runs.isSpace(first - 1) && GERMAN_AT.contains(runs.lower(first - 1));
            first = at && (lower || runs.isCapitalised(first - 1)) ? first - 1 : first;
            alone = false;
        }
        if (first > 0 && runs.isGap(first - 1, ' ') && BEFORE_WAYS.contains(runs.lower(first - 1))
                && (lower || runs.isCapitalised(first - 1))) {
            first--;
        }
        boolean sure = !alone && (runs.isCapitalised(first) || lower) && (runs.length(run) > 3 || first < run);
        if (sure || alone && runs.isCapitalised(run) && runs.length(run) > 5) {
            add(runs.from(first), germanNumber.to(), lower && !runs.lower(run).contains("str") ? 0.75 : 0.92);
        }
    }

    /**
     * {@code Am Alten Markt 12}: a place after a preposition, with a number, at the begin of a line or a part of one.
     */
    private void germanPlace(int run) {
        int last = run + 1;
        if (!runs.isWord(last) || !runs.isSpace(run)) {
            return;
        }
        while (last < run + 4 && runs.isWord(last + 1) && runs.isSpace(last)) {
            last++;
        }
        char before = runs.charAt(runs.from(run) - 2);
        boolean begins = runs.charAt(runs.from(run) - 1) == '\n' || before == ',' || before == ':'
                || LIVING.contains(runs.lower(run - 1));
        boolean inside = runs.isCapitalised(run) && runs.isWord(run - 1) && runs.isSpace(run - 1)
                && runs.isCapitalised(last);
        if ((begins || inside) && (lower || runs.isCapitalised(last)) && germanNumber.at(runs.to(last), 14)
                && Months.number(runs.lower(last)) == 0) {
            add(runs.from(run), germanNumber.to(), 0.75);
        }
    }

    private void add(int from, int to, double confidence) {
        found.add(new Finding(IdentifierKind.ADDRESS, from, to, confidence));
    }
}
