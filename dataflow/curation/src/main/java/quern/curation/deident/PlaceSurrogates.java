package quern.curation.deident;

import java.util.Set;
import quern.curation.text.LetterCase;

/** Addresses of the same form in places that do not exist: kinds of ways and states stay, names and numbers change. */
final class PlaceSurrogates {

    private static final Set<String> KEPT = Set.of("street", "st", "avenue", "ave", "road", "rd", "boulevard", "blvd",
            "lane", "ln", "drive", "dr", "terrace", "parkway", "pkwy", "highway", "hwy", "court", "ct", "place", "pl",
            "circle", "cir", "way", "square", "sq", "trail", "apt", "apartment", "suite", "ste", "unit", "floor",
            "room",
            "po", "p", "o", "box", "postfach", "north", "south", "east", "west", "n", "s", "e", "w", "am", "an", "der",
            "im", "auf", "zum", "zur", "in", "rue", "av", "bd", "chemin", "all\u00E9e", "impasse", "quai",
            "route", "de", "du", "des", "la", "le", "les", "bis", "ter", "sur", "en", "county", "cedex", "d", "f", "l",
            "ch", "weg", "platz", "allee", "ring", "gasse", "new", "th", "nd");
    private static final String[] ENDS = {"stra\u00DFe", "strasse", "str", "weg", "allee", "gasse", "platz", "ring",
            "damm", "ufer"};

    private final byte[] key;

    PlaceSurrogates(byte[] key) {
        this.key = key;
    }

    String of(String text, int attempt) {
        Runs runs = new Runs(text);
        StringBuilder written = new StringBuilder();
        int at = 0;
        for (int run = 0; run < runs.count(); run++) {
            written.append(text, at, runs.from(run));
            at = runs.to(run);
            String word = text.substring(runs.from(run), at);
            boolean state = TownFinder.isState(runs, run);
            written.append(state || KEPT.contains(LetterCase.lower(word)) ? word
                    : runs.isDigits(run) ? digits(word, attempt) : runs.hasDigits(run) ? mixed(word, attempt)
                            : name(word, attempt));
        }
        return written.append(text.substring(at)).toString();
    }

    private String digits(String digits, int attempt) {
        return NumberSurrogates.like(digits, KeyedChoice.of(key, "place", digits, attempt));
    }

    /** {@code 5th} keeps its letters, others do not. */
    private String mixed(String word, int attempt) {
        if (word.matches("\\d{1,3}(?:st|nd|rd|th)")) {
            return digits(word.substring(0, word.length() - 2), attempt) + "th";
        }
        String canonical = NumberSurrogates.canonical(word);
        return NumberSurrogates.write(word, NumberSurrogates.like(canonical,
                KeyedChoice.of(key, "place", canonical, attempt)));
    }

    private String name(String word, int attempt) {
        String lower = LetterCase.lower(word);
        String end = "";
        for (String candidate : ENDS) {
            if (lower.endsWith(candidate) && lower.length() > candidate.length() + 1) {
                end = word.substring(word.length() - candidate.length());
                break;
            }
        }
        String stem = lower.substring(0, lower.length() - end.length());
        return cased(word, NamePool.place(KeyedChoice.of(key, "place", stem, attempt))) + end;
    }

    /** In the case of another word: capitals, small letters, or a capital in front. */
    static String cased(String word, String other) {
        if (word.length() > 1 && word.equals(LetterCase.upper(word))) {
            return LetterCase.upper(other);
        }
        return Character.isLowerCase(word.codePointAt(0)) ? LetterCase.lower(other) : other;
    }
}
