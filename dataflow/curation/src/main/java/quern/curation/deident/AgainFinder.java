package quern.curation.deident;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Numbers and codes that were found surely, once more where nothing says what they are: letter by letter the same. A
 * number is looked for by its first run with digits, so that a text is read once.
 */
final class AgainFinder {

    private static final double SURE = 0.84;
    private static final double AGAIN = 0.74;
    private static final int CHARS_MIN = 5;
    private static final int DIGITS_MIN = 4;
    private static final int NUMBERS_MAX = 2_000;
    private static final Set<IdentifierKind> KINDS = EnumSet.of(IdentifierKind.MRN, IdentifierKind.SSN,
            IdentifierKind.HEALTH_PLAN, IdentifierKind.ACCOUNT, IdentifierKind.LICENSE, IdentifierKind.NATIONAL_ID,
            IdentifierKind.DEVICE, IdentifierKind.OTHER_ID, IdentifierKind.VEHICLE, IdentifierKind.PHONE,
            IdentifierKind.FAX);

    private final Runs runs;
    private final List<Finding> found;

    AgainFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.found = found;
    }

    void find() {
        Map<String, Finding> numbers = new HashMap<>();
        for (Finding finding : found) {
            if (finding.confidence() >= SURE && KINDS.contains(finding.kind()) && isLong(finding)
                    && numbers.size() < NUMBERS_MAX) {
                numbers.putIfAbsent(runs.word(digits(finding)), finding);
            }
        }
        for (int run = 0; !numbers.isEmpty() && run < runs.count(); run++) {
            Finding number = runs.hasDigits(run) ? numbers.get(runs.word(run)) : null;
            if (number != null) {
                int from = runs.from(run) - runs.from(digits(number)) + number.from();
                if (from != number.from() && isSame(number, from)) {
                    found.add(new Finding(number.kind(), from, from + number.length(), AGAIN));
                }
            }
        }
    }

    /** The first run with digits. */
    private int digits(Finding number) {
        int run = runs.runAt(number.from());
        while (run + 1 < runs.count() && !runs.hasDigits(run)) {
            run++;
        }
        return Math.min(run, runs.count() - 1);
    }

    private boolean isLong(Finding finding) {
        int digits = 0;
        for (int i = finding.from(); i < finding.to(); i++) {
            digits += Character.isDigit(runs.text.charAt(i)) ? 1 : 0;
        }
        return digits >= DIGITS_MIN && finding.length() >= CHARS_MIN && finding.length() <= Runs.WORD_CHARS_MAX
                && runs.from(digits(finding)) < finding.to();
    }

    private boolean isSame(Finding number, int from) {
        return from >= 0 && runs.text.regionMatches(from, runs.text, number.from(), number.length())
                && !Character.isLetterOrDigit(runs.charAt(from + number.length()))
                && !Character.isLetterOrDigit(runs.charAt(from - 1));
    }
}
