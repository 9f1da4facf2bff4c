package quern.curation.deident;

import java.util.Set;

/** What the word before a number says about it. */
final class Contexts {

    private static final Set<String> VERSION = Set.of("protocol", "protokoll", "version", "versions", "ver", "v",
            "release", "rel", "build",
            "revision", "rev", "edition",
            "firmware", "software", "section", "sections", "sec", "chapter", "figure", "fig", "table", "tab",
            "paragraph", "para", "appendix", "step", "abschnitt", "kapitel", "abbildung", "abb", "tabelle", "punkt",
            "ziffer", "absatz", "chapitre", "article", "part", "item", "model", "ratio", "grade", "level");
    private static final Set<String> DAY = Set.of("on", "since", "until", "till", "from", "to", "by", "before", "after",
            "dated", "date", "of", "am", "vom", "bis", "ab", "seit", "zum", "le", "du", "au", "depuis", "and", "und",
            "dob", "born", "geb", "geboren", "admitted", "discharged", "seen", "visit", "den", "n\u00E9", "n\u00E9e");

    private Contexts() {}

    /** Whether a number is that of a version, a section, a figure. */
    static boolean isVersion(Runs runs, int run) {
        if (runs.charAt(runs.from(run) - 1) == '\u00A7' || runs.charAt(runs.from(run) - 2) == '\u00A7') {
            return true;
        }
        return isNear(runs, run) && runs.isGap(run - 1, ".#:", 3) && runs.charAt(runs.to(run - 1)) != '\n'
                && VERSION.contains(runs.lower(run - 1));
    }

    /** Whether a word before a number says that a day follows. */
    static boolean isDay(Runs runs, int run) {
        return isNear(runs, run) && DAY.contains(runs.lower(run - 1));
    }

    private static boolean isNear(Runs runs, int run) {
        return run > 0 && runs.from(run) - runs.to(run - 1) <= 3;
    }
}
