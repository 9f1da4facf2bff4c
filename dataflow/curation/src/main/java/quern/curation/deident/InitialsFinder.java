package quern.curation.deident;

import java.util.List;
import java.util.Set;

/** Initials of people who are named in the same text: {@code J. D.}, {@code (JD)}, {@code JD/km}. */
final class InitialsFinder {

    private static final Set<String> CUES = Set.of("k\u00FCrzel", "initials", "initialen", "sig", "gez", "hz", "by",
            "signed", "dictated", "diktat", "ref", "zeichen", "transcribed", "typed");

    /** Behind these initials stand, whoever's they are. */
    private static final Set<String> SAID = Set.of("initials", "initialen", "k\u00FCrzel", "hz", "erl", "gez", "sign",
            "init", "user", "handzeichen", "typist");

    private final Runs runs;
    private final Set<String> known;
    private final List<Finding> found;

    /** @param known pairs of capitals */
    InitialsFinder(Runs runs, Set<String> known, List<Finding> found) {
        this.runs = runs;
        this.known = known;
        this.found = found;
    }

    /** Takes the first letters of a name. */
    static void add(Set<String> all, char first, char last) {
        char given = Character.toUpperCase(first);
        char family = Character.toUpperCase(last);
        all.add("" + given + family);
        all.add("" + family + given);
    }

    /** Takes the first letters of a name of three words. */
    static void add(Set<String> all, char first, char middle, char last) {
        all.add("" + Character.toUpperCase(first) + Character.toUpperCase(middle) + Character.toUpperCase(last));
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            int length = runs.length(run);
            if (length == 1 && runs.isCapitalised(run) && runs.length(run + 1 < runs.count() ? run + 1 : run) == 1
                    && runs.isCapitalised(run + 1) && runs.charAt(runs.to(run)) == '.' && runs.isGap(run, ".", 2)
                    && isKnown(run, run + 1) && runs.charAt(runs.from(run) - 1) != '.') {
                add(runs.from(run), runs.to(run + 1));
            } else if (length >= 2 && length <= 4 && runs.isAllCapitals(run) && (SAID.contains(runs.lower(run - 1))
                    && (length > 2 || !runs.lower(run - 1).equals("user")) && runs.isGap(run - 1, ".:", 4)
                    && runs.charAt(runs.to(run - 1)) != '\n' || length == 3 && (known.contains(runs.word(run))
                    && isApart(run) || isReference(run)))) {
                add(runs.from(run), runs.to(typist(run)));
            } else if (length == 2 && runs.isAllCapitals(run) && known.contains(runs.word(run)) && isApart(run)) {
                add(runs.from(run), runs.to(run));
            }
        }
    }

    /** {@code DWB/kl}, {@code DWB / tech}: a line that begins with the one who dictated, before the one who typed. */
    private boolean isReference(int run) {
        return runs.charAt(runs.from(run) - 1) == '\n' && runs.isGap(run, "/", 3)
                && runs.charAt(runs.to(run)) != '\n' && !runs.isGap(run, "", 3)
                && (runs.isLower(run + 1) && runs.length(run + 1) <= 4);
    }

    /** The one who typed: {@code SMH:TUG}. */
    private int typist(int run) {
        boolean colon = runs.isGap(run, ':') || runs.isGap(run, '/');
        return colon && runs.isAllCapitals(run + 1) && runs.length(run + 1) <= 3 ? run + 1 : run;
    }

    private boolean isKnown(int first, int last) {
        return known.contains(runs.word(first) + runs.word(last));
    }

    /** In parentheses, beside a slash, behind a word for them, or alone on a line. */
    private boolean isApart(int run) {
        char before = runs.charAt(runs.from(run) - 1);
        char next = runs.charAt(runs.to(run));
        return before == '\n' && (next == ':' || next == '\r' || next == ' ' && runs.charAt(runs.to(run) + 1) == '/')
                || before == '(' && next == ')' || (next == '/' || before == '/') && !runs.hasDigits(run + 1)
                || before == '\n' && (next == '\n' || next == '/') || CUES.contains(runs.lower(run - 1))
                || next == '\n' && before == ' ' && (runs.isDigits(run - 1) || runs.charAt(runs.from(run) - 2) == ' ');
    }

    private void add(int from, int to) {
        found.add(new Finding(IdentifierKind.NAME, from, to, 0.6));
    }
}
