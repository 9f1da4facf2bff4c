package quern.curation.deident;

import java.util.List;
import java.util.Set;

/** Names that a line's place gives away: alone on the line above an address. One text. */
final class NameLines {

    private static final int WORDS_MAX = 5;
    private static final int LINE_CHARS_MAX = 40;
    /** Words of firms and offices, and of greetings, which stand above addresses too. */
    private static final Set<String> NO_NAME = Set.of("solicitors", "attorneys", "law", "llp", "partners", "praxis",
            "associates", "surgery", "practice", "office", "offices", "team", "ag", "kg", "ohg", "ev", "mbh", "home",
            "house", "trust", "council", "amt", "zentrum", "kanzlei", "kasse", "versicherung", "address", "adresse",
            "anschrift", "to", "an", "from", "von", "date", "datum", "confidential", "labor", "sozialgericht");

    private final Runs runs;
    private final boolean lower;
    private final List<Finding> found;

    NameLines(Runs runs, boolean lower, List<Finding> found) {
        this.runs = runs;
        this.lower = lower;
        this.found = found;
    }

    void find(NameCues.Sink sink) {
        for (Finding finding : List.copyOf(found)) {
            int end = finding.from();
            while (end > 0 && finding.from() - end < LINE_CHARS_MAX && runs.charAt(end - 1) == ' ') {
                end--;
            }
            if (finding.kind() == IdentifierKind.ADDRESS && end > 0 && runs.charAt(end - 1) == '\n') {
                line(end - 1, sink);
            }
        }
    }

    private void line(int to, NameCues.Sink sink) {
        int from = to;
        while (from > 0 && to - from <= LINE_CHARS_MAX && runs.text.charAt(from - 1) != '\n') {
            from--;
        }
        if (to - from > LINE_CHARS_MAX || to == from) {
            return;
        }
        int first = runs.runAt(from);
        while (first < runs.count() && NameWords.TITLES.contains(runs.lower(first)) && runs.to(first) < to) {
            first++;
        }
        int last = runs.runAt(to) - 1;
        if (last <= first || last - first >= WORDS_MAX) {
            return;
        }
        for (int run = first; run <= last; run++) {
            String word = runs.lower(run);
            boolean particle = NameWords.PARTICLES.contains(word);
            if (!runs.isWord(run) || !particle && !lower && !runs.isCapitalised(run) || NO_NAME.contains(word)
                    || NameWords.ORGANISATIONS.contains(word) || NumberWords.isCount(word)
                    || run < last && !runs.isGap(run, ".'\u2019-", 2) || Months.number(word) > 0 && run == first) {
                return;
            }
        }
        if (",:;?!".indexOf(runs.charAt(runs.to(last))) < 0) {
            sink.name(first, last, 0.78);
        }
    }
}
