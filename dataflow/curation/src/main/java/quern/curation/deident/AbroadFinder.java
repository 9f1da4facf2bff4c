package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Addresses as they are written in Ireland, Spain, Italy, Poland, the Netherlands, Belgium, Switzerland and the North:
 * streets told by the word they begin or end with, post codes with their towns behind a street's number.
 */
final class AbroadFinder {

    private static final int REACH = 90;
    private static final int NUMBER_REACH = 14;
    private static final int WAY_CHARS_MAX = 9;
    private static final int INDENT_MAX = 32;
    private static final String NAME = "(?:\\p{Lu}[\\p{L}'\u2019.-]{1,24}|\\d{1,2}(?=\\s\\p{Lu}))";
    private static final String SMALL = "(?:de|del|della|dei|degli|di|da|do|dos|la|las|los|el|le|les|l['\u2019]|du"
            + "|des|d['\u2019]|van|den|der|het|of|\u00E0|y|e|i)";
    private static final String NUMBER = ",?\\s(?:n\\.?[\u00BA\u00B0]?\\s?)?\\d{1,4}(?:\\s?[a-zA-Z](?![\\p{L}\\d]))?"
            + "(?:\\s?[-/]\\s?\\d{1,4}|\\sm\\.\\s?\\d{1,4})?"
            + "(?:,\\s\\d{1,2}\\s?[\u00BA\u00AA\u00B0]\\s?\\p{Lu}?)?(?!\\d)";
    /** {@code C/ Mayor, 3, 3º B}, {@code Via dei Mille 12}, {@code ul. 3 Maja 5/7}, {@code Rue du Lac 12}. */
    private static final Pattern BEGUN = Pattern.compile("(?:/\\s?)?\\.?\\s?(?:" + SMALL + "\\s?){0,3}" + NAME
            + "(?:\\s(?:" + SMALL + "\\s?){0,2}" + NAME + "|\\s[IVX]{1,4}){0,3}" + NUMBER
            + "(?=[,.;)|\\n]|\\s[\\s/\u00B7-]|$)");
    private static final Set<String> WAYS = Set.of("c", "calle", "avda", "avenida", "paseo", "plaza", "pza", "camino",
            "carretera", "via", "viale", "corso", "piazza", "piazzale", "largo", "vicolo", "strada", "ul", "ulica",
            "al", "aleja", "os", "pl", "plac", "rua", "travessa", "rue", "chauss\u00E9e", "chemin", "quai");
    private static final String[] ENDS = {"straat", "gracht", "singel", "laan", "plein", "kade", "dijk", "steeg",
        "gatan", "v\u00E4gen", "gata", "torget", "vej", "gade", "veien", "gaten", "katu", "baan", "dreef", "pad",
        "strasse", "stra\u00DFe", "gasse", "platz", "g\u00FCrtel"};
    private static final Pattern HOUSE = Pattern.compile("\\s\\d{1,4}(?:\\s?[a-zA-Z](?![\\p{L}\\d]))?"
            + "(?:\\s?[-/]\\s?\\d{1,4})?(?!\\d|[.,]\\d)");
    private static final String TOWN = "['\u2019\\p{Lu}][\\p{L}'\u2019.-]{1,24}(?:\\s(?:\\p{Lu}[\\p{L}'\u2019-]{1,24}"
            + "|am|an|der|de|la|sur|den)){0,3}(?:\\s\\(\\p{Lu}\\p{L}{2,14}\\))?";
    private static final Pattern CODE = Pattern.compile("(?:\\d{4}\\s?[A-Z]{2}|\\d{2}-\\d{3}|\\d{3}\\s\\d{2}|\\d{4,5})"
            + "[ ]{1,2}" + TOWN);
    private static final Pattern EIRCODE = Pattern.compile("[AC-FHKNPRTV-Y](?:\\d{2}|6W)\\s?[AC-FHKNPRTV-Y\\d]{4}"
            + "(?![A-Za-z\\d])");
    private static final int TOWN_RUNS_MAX = 7;

    private final Runs runs;
    private final boolean lower;
    private final List<Finding> found;
    private final Runs.Anchored begun;
    private final Runs.Anchored house;
    private final Runs.Anchored code;
    private final Runs.Anchored eircode;

    AbroadFinder(Runs runs, boolean lower, List<Finding> found) {
        this.runs = runs;
        this.lower = lower;
        this.found = found;
        this.begun = runs.anchored(BEGUN);
        this.house = runs.anchored(HOUSE);
        this.code = runs.anchored(CODE);
        this.eircode = runs.anchored(EIRCODE);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isDigits(run) || runs.isMixed(run) && runs.length(run) == 6) {
                coded(run);
            } else if (runs.hasDigits(run)) {
                if (runs.length(run) == 3 || runs.length(run) == 7) {
                    irish(run);
                }
            } else if (!ended(run) && runs.length(run) <= WAY_CHARS_MAX && (lower || runs.isCapitalised(run)
                    || "./".indexOf(runs.charAt(runs.to(run))) >= 0) && WAYS.contains(runs.lower(run))) {
                begun(run);
            }
        }
    }

    private void coded(int run) {
        boolean size = runs.length(run) >= 2 && runs.length(run) <= 6
                && Character.isDigit(runs.charAt(runs.from(run)));
        if (size && isBehindNumber(run) && code.at(runs.from(run), REACH)) {
            add(landFrom(run), code.to(), 0.9);
        }
    }

    /** A street whose last word says that it is one. */
    private boolean ended(int run) {
        boolean way = runs.length(run) > 5 && runs.hasDigits(run + 1) && isWay(runs.lower(run));
        if (way && house.at(runs.to(run), NUMBER_REACH)) {
            add(runs.from(wayFrom(run)), house.to(), 0.86);
        }
        return way;
    }

    private void begun(int run) {
        if (begun.at(runs.to(run), REACH) && isBegun(run)) {
            add(runs.from(run), begun.to(), 0.86);
        }
    }

    private static boolean isWay(String word) {
        for (String end : ENDS) {
            if (word.length() > end.length() + 1 && word.endsWith(end)) {
                return true;
            }
        }
        return false;
    }

    /** The words with capitals before one for a way: {@code Burgemeester de Vlugtlaan}. */
    private int wayFrom(int run) {
        int first = run;
        while (first > 0 && run - first < 3 && runs.isGap(first - 1, ' ') && runs.isCapitalised(first - 1)
                && !NameWords.STOP.contains(runs.lower(first - 1)) || run - first < 3 && isSmall(first - 1)) {
            first--;
        }
        return runs.isCapitalised(first) || lower ? first : run;
    }

    private boolean isSmall(int run) {
        return runs.lower(run).equals("de") && runs.isGap(run, ' ') && runs.isCapitalised(run - 1);
    }

    /** Short words for ways only with their mark: {@code C/}, {@code ul.}, {@code pl.}. */
    private boolean isBegun(int run) {
        char next = runs.charAt(runs.to(run));
        return switch (runs.lower(run)) {
            case "c" -> next == '/';
            case "ul", "al", "os", "pl", "avda", "pza" -> next == '.';
            default -> next == ' ' && (runs.isCapitalised(run) || lower);
        };
    }

    /** {@code B-} or {@code CH-} before a code. */
    private int landFrom(int run) {
        boolean land = runs.isGap(run - 1, '-') && runs.length(run - 1) <= 2 && runs.isAllCapitals(run - 1)
                || runs.isGap(run - 1, '-') && runs.length(run - 1) == 1 && runs.isCapitalised(run - 1);
        return land ? runs.from(run - 1) : runs.from(run);
    }

    /** Whether a street's number, then a comma, a dash or a line end stand before a code. */
    private boolean isBehindNumber(int run) {
        int from = landFrom(run);
        int at = from - 1;
        boolean mark = false;
        boolean blank = false;
        while (at >= 0 && from - at < (mark ? 5 : INDENT_MAX) && (Runs.isBlank(runs.charAt(at))
                || ",-/\u00B7.".indexOf(runs.charAt(at)) >= 0)) {
            mark |= !Runs.isBlank(runs.charAt(at)) || runs.charAt(at) == '\n';
            blank |= Runs.isBlank(runs.charAt(at));
            at--;
        }
        int before = from == runs.from(run) ? run - 1 : run - 2;
        if (!mark || !blank || before < 1) {
            return false;
        }
        char last = runs.charAt(runs.to(before));
        boolean floor = last == '\u00BA' || last == '\u00AA';
        boolean number = runs.hasDigits(before) && runs.length(before) <= 5;
        boolean letter = runs.length(before) == 1 && runs.hasDigits(before - 1);
        int street = letter ? before - 2 : before - 1;
        boolean part = runs.hasDigits(street) && runs.isGap(street, "/-", 3);
        int word = part ? street - 1 : street;
        return (floor || number || letter) && runs.isWord(word) && Months.number(runs.lower(word)) == 0
                && runs.length(word) > 2 && NumberWords.labelOf(runs.lower(word)) == null
                && !NameWords.STOP.contains(runs.lower(word));
    }

    private void irish(int run) {
        boolean part = run > 0 && (runs.isGap(run - 1, ",", 3) && !runs.isGap(run - 1, ' ')
                || runs.isDigits(run - 1) && runs.length(run - 1) <= 2);
        if (!part || runs.length(run) == 3 && !runs.isGap(run, ' ') || !eircode.at(runs.from(run), 9)
                || CodeShape.lettersOf(eircode.group(0)) < 2) {
            return;
        }
        int first = run;
        while (first > 0 && run - first < TOWN_RUNS_MAX && runs.isGap(first - 1, ",.", 3)
                && (runs.isCapitalised(first - 1) || runs.isDigits(first - 1) && runs.length(first - 1) <= 2
                || lower && runs.isWord(first - 1)) && !NameWords.STOP.contains(runs.lower(first - 1))) {
            first--;
        }
        add(runs.from(first), eircode.to(), first < run ? 0.88 : 0.72);
    }

    private void add(int from, int to, double confidence) {
        found.add(new Finding(IdentifierKind.ADDRESS, from, to, confidence));
    }
}
