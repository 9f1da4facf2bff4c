package quern.curation.deident;

import java.util.Set;

/** Reads a number or code of a given place: digits and letters in groups, with separators. One text. */
final class CodeReader {

    private static final int VALUE_CHARS_MAX = 36;
    private static final int GROUP_CHARS_MAX = 4;
    private static final int VIN_CHARS = 17;

    private static final Set<String> BEFORE_DAYS = Set.of("du", "le", "vom", "am", "des", "de", "zum", "per", "of");

    private final Runs runs;

    CodeReader(Runs runs) {
        this.runs = runs;
    }

    int digits(int from, int to) {
        int digits = 0;
        for (int i = from; i < to; i++) {
            digits += Character.isDigit(runs.text.charAt(i)) ? 1 : 0;
        }
        return digits;
    }

    /** The end of the seventeen letters and digits of a vehicle's number, in groups; the place itself without one. */
    int vinTo(int from) {
        int count = 0;
        int at = from;
        while (count < VIN_CHARS && at < from + 2 * VIN_CHARS) {
            char c = runs.charAt(at);
            boolean part = c < 128 && Character.isLetterOrDigit(c);
            if (!part && (c != ' ' && c != '-' || !Character.isLetterOrDigit(runs.charAt(at + 1)))) {
                return from;
            }
            count += part ? 1 : 0;
            at++;
        }
        return count == VIN_CHARS && !Character.isLetterOrDigit(runs.charAt(at)) && digits(from, at) > 4 ? at : from;
    }

    /**
     * The first place of the groups that end with a run, without letters in front that belong to none.
     *
     * @return the run's end where no digits are in them
     */
    int back(int run) {
        int first = run;
        while (first > 0 && runs.to(run) - runs.from(first - 1) <= VALUE_CHARS_MAX
                && (runs.hasDigits(first - 1) || runs.isAllCapitals(first - 1)
                && runs.length(first - 1) <= GROUP_CHARS_MAX)
                && runs.isGap(first - 1, "-./", 2) && runs.charAt(runs.to(first - 1)) != '\n') {
            first--;
        }
        return runs.from(first);
    }

    /** The end of a number that may hold letters, and groups with separators or, where they are short, spaces. */
    int to(int from, boolean plate) {
        int run = runs.runAt(from);
        if (run >= runs.count() || runs.from(run) != from || runs.length(run) > VALUE_CHARS_MAX
                || !runs.hasDigits(run) && !startsCode(run, plate)) {
            return from;
        }
        while (run + 1 < runs.count() && runs.to(run + 1) - from <= VALUE_CHARS_MAX && joined(run, plate)) {
            run++;
        }
        return runs.to(run);
    }

    /** Letters that begin a number: {@code INV-2034}, {@code HD A 123}. */
    private boolean startsCode(int run, boolean plate) {
        boolean digitsNext = runs.hasDigits(run + 1) && (joinedAnyhow(run) || plate && runs.isSpace(run));
        boolean lettersNext = runs.isWord(run + 1) && runs.length(run + 1) <= 2 && runs.hasDigits(run + 2)
                && joinedAnyhow(run) && runs.isGap(run + 1, "-", 3);
        boolean letter = runs.length(run) == 1 && runs.isGap(run, ' ') && runs.isDigits(run + 1)
                && runs.length(run + 1) > GROUP_CHARS_MAX;
        return runs.length(run) <= GROUP_CHARS_MAX && (plate || letter || runs.isAllCapitals(run)
                || runs.isGap(run, '-')
                || runs.length(run) == 2 && TownFinder.isState(runs.lower(run)) && runs.isDigits(run + 1)
                && runs.length(run + 1) > 4
                || !NameWords.STOP.contains(runs.lower(run)) && !BEFORE_DAYS.contains(runs.lower(run)))
                && Months.number(runs.lower(run)) == 0 && (digitsNext || lettersNext);
    }

    private boolean joinedAnyhow(int run) {
        return runs.isGap(run, "-/._", 3) && (runs.charAt(runs.to(run)) != '\n' || runs.isAllCapitals(run));
    }

    private boolean joined(int run, boolean plate) {
        int gap = runs.from(run + 1) - runs.to(run);
        char c = runs.charAt(runs.to(run));
        boolean digitsNext = runs.hasDigits(run + 1);
        if (gap == 1 && (c == '-' || c == '\u2013' || c == '/' || c == '_' || c == '.' && digitsNext)) {
            return digitsNext || runs.length(run + 1) <= GROUP_CHARS_MAX;
        }
        if (gap <= 3 && runs.isGap(run, "-/", 3) && !runs.isGap(run, "", 3)) {
            return digitsNext && (runs.hasDigits(run) || runs.isAllCapitals(run));
        }
        if (c == '.' || runs.charAt(runs.to(run) + 1) == '.') {
            boolean thousands = runs.length(run) <= 4 && runs.length(run + 1) == 3 && runs.isDigits(run + 1);
            return gap <= 3 && thousands && runs.isDigits(run) && runs.isGap(run, ".", 3);
        }
        if (!runs.isGap(run, "", 2)) {
            return false;
        }
        boolean listed = runs.charAt(runs.to(run)) == '\n' && runs.length(run + 1) <= 2
                && runs.charAt(runs.to(run + 1)) == '.';
        if (listed) {
            return false;
        }
        if (digitsNext) {
            boolean ends = !runs.isSpace(run + 1) || runs.charAt(runs.to(run + 1)) == '\n';
            int most = runs.isMixed(run) ? GROUP_CHARS_MAX + 1 : GROUP_CHARS_MAX;
            return runs.length(run) <= GROUP_CHARS_MAX || runs.length(run + 1) <= most && ends;
        }
        if (runs.length(run + 1) == 1 && runs.hasDigits(run + 2) && runs.isSpace(run + 1) && runs.isDigits(run)
                && !NameWords.STOP.contains(runs.lower(run + 1))) {
            return true;
        }
        char behind = runs.charAt(runs.to(run + 1));
        if (runs.length(run + 1) == 1 && runs.isCapitalised(run + 1) && runs.hasDigits(run) && runs.isGap(run, ' ')
                && ("\n.,;)|".indexOf(behind) >= 0 || behind == ' ' && runs.isLower(run + 2))
                && !(behind == '.' && runs.isCapitalised(run + 2))) {
            return true;
        }
        boolean letters = runs.length(run + 1) <= 3 && (plate && runs.isCapitalised(run + 1)
                || !NameWords.STOP.contains(runs.lower(run + 1)))
                && (plate || runs.isAllCapitals(run + 1) || runs.length(run + 1) == 1 && runs.isCapitalised(run + 1));
        boolean shortRun = runs.length(run) <= GROUP_CHARS_MAX;
        return letters && shortRun && (runs.hasDigits(run + 2) && runs.isGap(run + 1, "-", 2) || runs.hasDigits(run));
    }
}
