package quern.benchmarks.letters;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Recall and precision by kind. A planted span is found when every letter and digit of it is inside some finding,
 * whatever its kind; a finding is right when it touches a planted span. Characters are letters and digits.
 */
public final class Scores {

    /** Of one kind: a finding's kind for precision, a planted span's for recall. */
    public static final class Count {
        private long planted;
        private long found;
        private long sameKind;
        private long findings;
        private long right;

        public long planted() {
            return planted;
        }

        public double recall() {
            return planted == 0 ? 1 : (double) found / planted;
        }

        public double precision() {
            return findings == 0 ? 1 : (double) right / findings;
        }

        /** Share of the planted spans that a finding of the same kind touches. */
        public double named() {
            return planted == 0 ? 1 : (double) sameKind / planted;
        }
    }

    private final Map<String, Count> counts = new TreeMap<>();
    private long charactersFound;
    private long charactersRight;

    /** @param findings what a recogniser says about the letter */
    public void add(Letter letter, List<Letter.Planted> findings) {
        boolean[] covered = covered(letter.text(), findings);
        boolean[] real = covered(letter.text(), letter.planted());
        for (Letter.Planted planted : letter.planted()) {
            Count count = of(planted.kind());
            count.planted++;
            count.found += missed(letter.text(), planted, covered) ? 0 : 1;
            count.sameKind += findings.stream().anyMatch(f -> f.kind().equals(planted.kind()) && touch(f, planted))
                    ? 1 : 0;
        }
        for (Letter.Planted finding : findings) {
            Count count = of(finding.kind());
            count.findings++;
            count.right += letter.planted().stream().anyMatch(planted -> touch(finding, planted)) ? 1 : 0;
        }
        for (int i = 0; i < covered.length; i++) {
            if (covered[i] && Character.isLetterOrDigit(letter.text().charAt(i))) {
                charactersFound++;
                charactersRight += real[i] ? 1 : 0;
            }
        }
    }

    public static boolean missed(String text, Letter.Planted planted, boolean[] covered) {
        for (int i = planted.from(); i < planted.to(); i++) {
            if (Character.isLetterOrDigit(text.charAt(i)) && !covered[i]) {
                return true;
            }
        }
        return false;
    }

    public static boolean[] covered(String text, List<Letter.Planted> spans) {
        boolean[] covered = new boolean[text.length()];
        for (Letter.Planted span : spans) {
            java.util.Arrays.fill(covered, span.from(), span.to(), true);
        }
        return covered;
    }

    private static boolean touch(Letter.Planted a, Letter.Planted b) {
        return a.from() < b.to() && b.from() < a.to();
    }

    public Count of(String kind) {
        return counts.computeIfAbsent(kind, absent -> new Count());
    }

    /** Share of the characters in findings that were planted. */
    public double characterPrecision() {
        return charactersFound == 0 ? 1 : (double) charactersRight / charactersFound;
    }

    public Map<String, Count> counts() {
        return counts;
    }
}
