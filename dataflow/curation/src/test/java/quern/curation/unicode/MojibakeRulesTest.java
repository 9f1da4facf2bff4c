package quern.curation.unicode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The scanners of wrong encodings against the regular expressions they stand for, on short texts. */
class MojibakeRulesTest {

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private static List<String> rules(String kind) throws IOException {
        try (InputStream in = Mojibake.class.getResourceAsStream("mojibake.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines()
                    .filter(line -> line.startsWith(kind + " "))
                    .map(line -> line.substring(kind.length() + 1)).toList();
        }
    }

    /** Characters that some rule names, and some that none names. */
    private String letters() throws IOException {
        StringBuilder letters = new StringBuilder("aZ .,?\n\t\u3000\u4E2D\uD83D\uDE00\uD83D\uDE00\uD800\u0301\u2028");
        Matcher named = Pattern.compile("\\\\u([0-9A-F]{4})").matcher(rules("bad").toString() + rules("utf8"));
        while (named.find()) {
            letters.append((char) Integer.parseInt(named.group(1), 16));
        }
        return letters.toString();
    }

    private String text(String letters) {
        StringBuilder text = new StringBuilder();
        int spread = random.nextBoolean() ? 40 : letters.length();
        int first = random.nextInt(letters.length());
        for (int i = random.nextInt(7); i >= 0; i--) {
            boolean common = random.nextInt(3) == 0;
            int other = (first + random.nextInt(spread)) % letters.length();
            text.append(letters.charAt(common ? random.nextInt(17) : other));
        }
        return text.toString();
    }

    @Test
    void shouldFindWhatThePatternsFindWhenTextsAreRandom() throws IOException {
        Pattern pattern = Pattern.compile(String.join("|", rules("bad")), Pattern.UNICODE_CHARACTER_CLASS);
        String letters = letters();
        for (String rule : rules("bad")) {
            Pattern one = Pattern.compile(rule, Pattern.UNICODE_CHARACTER_CLASS);
            MojibakeRules scanner = new MojibakeRules(List.of(rule));
            for (int round = 0; round < 2_000; round++) {
                String text = text(letters);
                assertEquals(one.matcher(text).find(), scanner.find(text, 0, text.length()),
                        () -> "seed " + seed + ": " + rule + " in " + text);
            }
        }
        MojibakeRules all = new MojibakeRules(rules("bad"));
        int found = 0;
        for (int round = 0; round < 50_000; round++) {
            String text = text(letters);
            boolean expected = pattern.matcher(text).find();
            found += expected ? 1 : 0;
            assertEquals(expected, all.find(text, 0, text.length()), () -> "seed " + seed + ": " + text);
        }
        assertTrue(found > 5_000 && found < 45_000, "seed " + seed + ": " + found + " texts with a match");
    }

    @Test
    void shouldFindTheRunsThePatternFindsWhenTextsAreRandom() throws IOException {
        String rule = rules("utf8").getFirst();
        Pattern pattern = Pattern.compile(rule, Pattern.UNICODE_CHARACTER_CLASS);
        Utf8Like like = Utf8Like.of(rule);
        String letters = letters();
        int runs = 0;
        for (int round = 0; round < 100_000; round++) {
            String text = text(letters);
            List<String> expected = new ArrayList<>();
            pattern.matcher(text).results().forEach(match -> expected.add(match.start() + "-" + match.end()));
            List<String> found = new ArrayList<>();
            for (int from = like.next(text, 0); from < text.length(); ) {
                int to = like.end(text, from);
                found.add(from + "-" + to);
                from = like.next(text, to);
            }
            assertEquals(expected, found, () -> "seed " + seed + ": " + text);
            runs += found.size();
        }
        assertTrue(runs > 5_000, "seed " + seed + ": " + runs + " runs");
    }
}
