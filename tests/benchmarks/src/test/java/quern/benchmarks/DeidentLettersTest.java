package quern.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quern.benchmarks.letters.Letter;
import quern.benchmarks.letters.LetterWriter;
import quern.benchmarks.letters.Scores;

class DeidentLettersTest {

    private static final int LETTERS = 240;
    /** Kinds that are not told by form or context alone. */
    private static final Set<String> FREE = Set.of("name", "address");

    @Test
    void shouldFindNearlyAllWhenRulesWereTunedOnTheForms() {
        assertEquals(List.of(), worse(DeidentBenchmark.score(LetterWriter.tuning(LETTERS, 1)), 0.98, 0.9, 0.98));
        assertEquals(List.of(), worse(DeidentBenchmark.score(LetterWriter.second(LETTERS, 2)), 0.98, 0.9, 0.95));
        assertEquals(List.of(), worse(DeidentBenchmark.score(LetterWriter.third(LETTERS, 3)), 0.97, 0.9, 0.95));
    }

    @Test
    void shouldFindMostWhenFormsAreNew() {
        assertEquals(List.of(), worse(DeidentBenchmark.score(LetterWriter.heldOut(LETTERS, 4)), 0.97, 0.9, 0.95));
    }

    @Test
    void shouldFindNearlyAllWhenFormsWereMendedFor() {
        assertEquals(List.of(), worse(DeidentBenchmark.score(LetterWriter.blind(LETTERS, 6)), 0.95, 0.9, 0.94));
    }

    @Test
    void shouldFindMostWhenTheWriterKnewNoRule() {
        assertEquals(List.of(), worse(DeidentBenchmark.score(LetterWriter.independent(330, 7)), 0.93, 0.88, 0.8));
    }

    @Test
    void shouldPlantWhereItSaysWhenLettersAreWritten() {
        for (Letter letter : LetterWriter.heldOut(60, 4)) {
            int at = 0;
            for (Letter.Planted planted : letter.planted()) {
                assertTrue(planted.from() >= at && planted.to() > planted.from()
                        && planted.to() <= letter.text().length());
                assertEquals(letter.text().substring(planted.from(), planted.to()).strip().length(),
                        planted.to() - planted.from());
                at = planted.to();
            }
        }
        assertEquals(LetterWriter.second(20, 5), LetterWriter.second(20, 5));
        assertNotEquals(LetterWriter.second(20, 5), LetterWriter.second(20, 6));
    }

    private static List<String> worse(Scores scores, double recallMin, double precisionMin, double freeRecallMin) {
        List<String> worse = new ArrayList<>();
        for (Map.Entry<String, Scores.Count> entry : scores.counts().entrySet()) {
            double least = FREE.contains(entry.getKey()) ? freeRecallMin : recallMin;
            if (!(entry.getValue().recall() >= least && entry.getValue().precision() >= precisionMin)) {
                worse.add(entry.getKey() + ": recall " + entry.getValue().recall() + ", precision "
                        + entry.getValue().precision());
            }
        }
        return worse;
    }
}
