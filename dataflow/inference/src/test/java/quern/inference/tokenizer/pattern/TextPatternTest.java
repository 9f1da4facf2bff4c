package quern.inference.tokenizer.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextPatternTest {

    private static List<String> matches(String pattern, String text) {
        List<String> found = new ArrayList<>();
        TextPattern.of(pattern).cut(text, (from, to, matched) -> {
            if (matched) {
                found.add(from + ":" + text.substring(from, to));
            }
        });
        return found;
    }

    /** What the JDK's backtracking engine finds; patterns here mean the same to both. */
    private static List<String> expected(String pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS).matcher(text);
        int from = 0;
        while (from < text.length() && matcher.find(from)) {
            if (matcher.end() > matcher.start()) {
                found.add(matcher.start() + ":" + matcher.group());
                from = matcher.end();
            } else {
                from = matcher.start() + 1;
            }
        }
        return found;
    }

    @Test
    void shouldMatchAsABacktrackingEngineWhenPatternsAreRandom() {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("patterns of -Dquern.seed=" + seed);
        Random random = new Random(seed);
        int compared = 0;
        for (int i = 0; i < 6000; i++) {
            String pattern = choice(random, 3);
            TextPattern compiled;
            try {
                compiled = TextPattern.of(pattern);
            } catch (PatternException refused) {
                assertTrue(refused.getMessage().contains("repeated"), refused.getMessage());
                continue;
            }
            assertEquals(pattern, compiled.toString());
            for (int j = 0; j < 4; j++) {
                String text = text(random);
                assertEquals(expected(pattern, text), matches(pattern, text), pattern + " on \"" + text + "\"");
                compared++;
            }
        }
        assertTrue(compared > 8000, compared + " compared");
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(14); n > 0; n--) {
            text.append("aabbc 1\u00e9".charAt(random.nextInt(8)));
        }
        return text.toString();
    }

    private static String choice(Random random, int depth) {
        StringBuilder pattern = new StringBuilder(row(random, depth));
        for (int n = random.nextInt(3); n > 0; n--) {
            pattern.append('|').append(row(random, depth));
        }
        return pattern.toString();
    }

    private static String row(Random random, int depth) {
        StringBuilder row = new StringBuilder();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            row.append(atom(random, depth));
        }
        return row.toString();
    }

    private static String atom(Random random, int depth) {
        if (depth > 0 && random.nextInt(4) == 0) {
            String open = List.of("(?:", "(", "(?>", "(?=", "(?!").get(random.nextInt(5));
            boolean condition = open.equals("(?=") || open.equals("(?!");
            return open + choice(random, depth - 1) + ")" + (condition ? "" : quantifier(random));
        }
        List<String> sets = List.of("a", "b", "c", "[ab]", "[^a]", "\\s", "\\S", "\\p{L}", "\\d", "[a-c1]", "\\w",
                "[\\p{L}&&[^b]]", "[^\\s\\p{L}]");
        return random.nextInt(12) == 0 ? List.of("\\b", "(?<=a)", "(?<!b)").get(random.nextInt(3))
                : sets.get(random.nextInt(sets.size())) + quantifier(random);
    }

    private static String quantifier(Random random) {
        return random.nextInt(2) == 0 ? ""
                : List.of("*", "+", "?", "{2}", "{1,2}", "{2,}", "*?", "+?", "??", "*+", "++", "?+")
                        .get(random.nextInt(12));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "(?i:'s|'LL);it'S we'll;2:'S,7:'ll",
        "(?i)k;\u212aK;0:\u212a,1:K",
        "\\p{N}{1,3}+;12345;0:12345",
        "x{,2}y;xxxy;1:xxy",
        "a{b};a{b};0:a{b}",
        "[[:alpha:]]+;ab1;0:ab",
        "\\x{4f60}|\\u0041|\\x42;\u4f60AB;0:\u4f60,1:A,2:B",
        "[]a]+;]a];0:]a]",
        "[a-]+;a-b;0:a-",
        "^.$;x;0:x",
        "\\p{Han}+;a\u4f60\u597db;1:\u4f60\u597d",
        "\\p{^L}+;ab12;2:12",
        "(?<word>a)b;ab;0:ab"
    })
    void shouldReadRubysSyntax(String pattern, String text, String found) {
        assertEquals(List.of(found.split(",")), matches(pattern, text));
    }

    @Test
    void shouldCutAtMatchesOfNothing() {
        List<String> pieces = new ArrayList<>();
        TextPattern.of("(?=(\\d{3})+(?!\\d))").cut("a1234567", (from, to, matched) -> pieces.add(
                "a1234567".substring(from, to)));
        assertEquals(List.of("a1", "234", "567"), pieces);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "(", ")", "[", "[b-a]", "*a", "a{3,2}", "a{2000}", "\\p{Nonsense}", "\\k<x>", "\\1", "(?<=ab)c", "(a*)*",
        "(a|)+", "(?x)a", "a\\", "(?P<n>a)", "[[:nope:]]", "\\x{110000}", "((((a{900}){900}){900}){900})"
    })
    void shouldRefuseWithThePatternWhenItIsMalformedOrNotSupported(String pattern) {
        PatternException refused = assertThrows(PatternException.class, () -> TextPattern.of(pattern));
        assertTrue(refused.getMessage().startsWith("pattern " + pattern), refused.getMessage());
    }

    @Test
    void shouldRefuseWhenPatternIsTooLongOrTooDeep() {
        assertThrows(PatternException.class, () -> TextPattern.of("a".repeat(1 << 15)));
        assertThrows(PatternException.class, () -> TextPattern.of("(".repeat(100) + "a" + ")".repeat(100)));
        assertThrows(PatternException.class, () -> TextPattern.of("[".repeat(100) + "a" + "]".repeat(100)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\\s+$", "(a+)+b", "(a|a)*b", "(a|aa)+$", "a*a*a*b", "(?=(a+)b)a", "(?:a?a)*b", "(\\w+\\s?)+;", "a*?b", ".*x"
    })
    void shouldTakeTimeInProportionWhenABacktrackingEngineWouldTakeYears(String pattern) {
        for (String text : List.of("a".repeat(200_000) + "c", " ".repeat(200_000) + "c", "a ".repeat(100_000))) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                try {
                    matches(pattern, text);
                } catch (PatternException tooMany) {
                    assertTrue(tooMany.getMessage().contains("too many steps"), tooMany.getMessage());
                }
            });
        }
    }

    @Test
    void shouldNotGiveUpWhenTextOfAKnownModelIsLong() {
        String text = " ".repeat(300_000) + "\u0301" + "7".repeat(300_000);
        assertEquals(1, matches("\\s+$|\\p{M}", text.substring(0, 300_001)).size());
        assertEquals(100_000, matches("\\d{1,3}(?=(?:\\d{3})*\\b)", "7".repeat(300_000)).size());
        assertEquals(1, matches("(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+", "a ".repeat(150_000) + "a").size());
    }
}
