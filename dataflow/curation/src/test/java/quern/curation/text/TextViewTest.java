package quern.curation.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The shared counts against their plain definitions. */
class TextViewTest {

    @Test
    void shouldCountAsTheDefinitionsWhenTextsAreRandom() {
        Random random = new Random(9);
        String[] pieces = {"a", "b", "B", "1", " ", "\n", "\r\n", "\r", "\t", "\u2028", "\u001c", "é", "İ", "Σ", "😀",
                "中",
            "\ud800", ".", "½", "\u00a0"};
        for (int round = 0; round < 3000; round++) {
            StringBuilder built = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                built.append(pieces[random.nextInt(round % 2 == 0 ? 4 : pieces.length)]);
            }
            String text = built.toString();
            TextView view = new TextView(text);
            assertEquals(text.codePoints().count(), view.codePointCount(), text);
            assertEquals(text.codePoints().filter(CodePoints::isAlphanumeric).count(), view.alphanumericCount(), text);
            assertEquals(text.codePoints().filter(CodePoints::isSpecial).count(), view.specialCount(), text);
            assertEquals(lines(text).size(), view.lineCount(), text);
            assertEquals(lines(text).stream().mapToInt(line -> line.codePointCount(0, line.length())).max().orElse(0),
                    view.longestLine(), text);
            assertEquals(characterRepetition(text, 3), view.characterRepetition(3), text);
        }
    }

    @Test
    void shouldCountAnewWhenMemoryWentToTheNextText() {
        TextView first = new TextView("one two two, three");
        double repetition = first.characterRepetition(2);
        int words = first.words(true).count();
        first.release();
        TextView second = new TextView("x y z\nabc abc abc abc");
        double shares = second.words(false).repetition(1);
        double ofSecond = second.characterRepetition(3);
        assertEquals(repetition, first.characterRepetition(2));
        assertEquals(words, first.words(true).count());
        assertEquals(0.5, first.words(false).repetition(1));
        assertEquals(4.0 / 7, shares);
        assertEquals(ofSecond, second.characterRepetition(3));
        assertEquals(15, second.longestLine());
        first.release();
        second.release();
        assertEquals(18, first.codePointCount());
    }

    @Test
    void shouldCountTheSameInSeveralPassesWhenTextIsLong() {
        Random random = new Random(2);
        int[] values = new int[2_500_000];
        Map<Long, Integer> pairs = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(500);
            if (i > 0) {
                pairs.merge(values[i - 1] * 1000L + values[i], 1, Integer::sum);
            }
        }
        GramCounter grams = GramCounter.count(values, values.length, 2);
        assertEquals(pairs.size(), grams.distinct());
        assertEquals(values.length - 1, grams.total());
        assertEquals(pairs.values().stream().filter(count -> count == 1).count(), grams.once());
        assertEquals(pairs.values().stream().sorted((a, b) -> b - a).limit(100).mapToLong(Integer::longValue).sum(),
                grams.sumOfLargest(100));
    }

    @Test
    void shouldFindWordsWhenListHoldsThem() {
        WordList list = new WordList(List.of("the", "straße", "σίσυφος"));
        assertEquals(3, list.size());
        assertTrue(list.contains("straße"));
        assertEquals(2.0 / 3, new TextView("The (STRASSE) Straße!").words(true).shareIn(list, new int[0], ""));
        assertEquals(1.0, new TextView("ΣΊΣΥΦΟΣ").words(true).shareIn(list, new int[0], ""));
        assertEquals(0.0, new TextView(" 123 ").words(true).shareIn(list, new int[0], ""));
    }

    private static double characterRepetition(String text, int length) {
        int[] points = text.codePoints().toArray();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i + length <= points.length; i++) {
            counts.merge(new String(points, i, length), 1, Integer::sum);
        }
        if (counts.isEmpty()) {
            return 0;
        }
        long once = counts.values().stream().filter(count -> count == 1).count();
        long take = Math.min((long) Math.sqrt(counts.size()), counts.size() - once);
        long top = counts.values().stream().sorted((a, b) -> b - a).limit(take).mapToLong(Integer::longValue).sum();
        return (double) top / counts.values().stream().mapToLong(Integer::longValue).sum();
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(List.of(text.split(
                "\r\n|[\n\u000b\f\r\u001c\u001d\u001e\u0085\u2028\u2029]", -1)));
        if (lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        return lines;
    }

    @Test
    void shouldCutWordsBehindLowerCaseWhereSomeLettersAreSpecialInOneCaseOnly() {
        String small = "\u00F8", capital = "\u00D8";
        assertTrue(CodePoints.isSpecial(small.codePointAt(0)) && !CodePoints.isSpecial(capital.codePointAt(0)));
        assertEquals(1, new TextView(capital + " b" + capital).words(true).count());
        assertEquals(2, new TextView(capital + " b" + capital).words(false).count());
    }

    @Test
    void shouldCountTheSameWhateverThreadsTablesHeldBefore() {
        String first = "abcabcabcabc " + "x".repeat(300);
        double alone = new TextView(first).characterRepetition(3);
        new TextView("the quick brown fox ".repeat(5000)).characterRepetition(3);
        assertEquals(alone, new TextView(first).characterRepetition(3));
    }

    @Test
    void shouldKnowLettersAndCasesOfAllPlanes() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int type = Character.getType(c);
            boolean number = type == Character.DECIMAL_DIGIT_NUMBER || type == Character.LETTER_NUMBER
                    || type == Character.OTHER_NUMBER;
            assertEquals(Character.isLetter(c) || number, CodePoints.isAlphanumeric(c), Integer.toHexString(c));
            boolean cuts = CodePoints.isSpecial(c) != CodePoints.isSpecial(Character.toLowerCase(c))
                    || c == 0x130 || c == 0x3A3;
            assertEquals(cuts, (CodePoints.facts(c) & CodePoints.CASE_CUTS) != 0, Integer.toHexString(c));
        }
    }
}
