package quern.curation.mapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns as recipes write them; what is expected was found with Python's {@code regex} package. */
class PythonPatternTest {

    private static String replaced(String pattern, String replacement, String text) {
        return new PatternMapper("replace_content_mapper", "text", List.of(PythonPattern.compile("pattern", pattern)),
                List.of(PythonPattern.replacement(replacement))).map(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            \\p{Han}+ ~ - ~ ab\u4e2d\u56fdc ~ ab-c
            \\P{L}+ ~ - ~ ab 12! c ~ ab-c
            \\p{^L} ~ - ~ a1b ~ a-b
            \\p{Script=Greek} ~ - ~ a\u03b1 ~ a-
            [[:punct:]] ~ - ~ a,b$c ~ a-b-c
            [[:alnum:]] ~ - ~ a1\u0663\u2167 ~ --\u0663-
            [[:^digit:]] ~ - ~ a1b ~ -1-
            []a] ~ - ~ [a]b ~ [--b
            [[a] ~ - ~ [a]b ~ --]b
            [a&&b] ~ - ~ a&b|c ~ ---|c
            a{,2}b ~ - ~ aaab ~ a-
            {x} ~ - ~ a{x}b ~ a-b
            (?P<a_b>\\w)(?P=a_b) ~ <\\g<a_b>> ~ aab ~ <a>b
            (?#note)a ~ - ~ ab ~ -b
            \\U0001F600 ~ - ~ a\uD83D\uDE00 ~ a-
            """)
    void shouldMeanWhatTheyMeanInPythonWhenJavaReadsThemOtherwise(String pattern, String replacement, String text,
            String expected) {
        assertEquals(expected, replaced(pattern, replacement, text));
    }

    @Test
    void shouldKeepCharactersWholeWhenAPatternMatchesNothing() {
        assertEquals("-\uD83D\uDE00-a-", replaced("b*", "-", "\uD83D\uDE00a"));
        assertEquals("-\n-\n-", replaced("(?m)^", "-", "\n\n"));
        assertEquals("_", replaced("(?m)^.?$", "_", ""));
        assertEquals("x\r-", replaced("x$", "-", "x\rx"));
        assertEquals("a\r\fb", replaced("x", "\\r\\f", "axb"));
    }

    @Test
    void shouldStopADotAtTheLineEndWhereSeparatorsAreMeant() {
        assertEquals("a\nc", PythonPattern.compileLines("split_pattern", "#.*").matcher("a#b\nc").replaceAll(""));
        assertEquals("a", PythonPattern.compile("pattern", "#.*").matcher("a#b\nc").replaceAll(""));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> PythonPattern.compile("pattern", "(?R)"))
                .getMessage().contains("is no pattern Java knows"));
    }
}
