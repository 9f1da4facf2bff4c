package quern.curation.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LetterCaseTest {

    @Test
    void shouldEndWordsWithFinalSigmaWhenUnicodeSaysSo() {
        assertEquals("\u03C3", LetterCase.lower("\u03A3"));
        assertEquals("\u03B1\u03C2", LetterCase.lower("\u0391\u03A3"));
        assertEquals("\u03B1\u03C2.", LetterCase.lower("\u0391\u03A3."));
        assertEquals("\u03B1\u03C3.\u03B1", LetterCase.lower("\u0391\u03A3.\u0391"));
        assertEquals("\u03B1\u03C2 \u03B1", LetterCase.lower("\u0391\u03A3 \u0391"));
        assertEquals("\u03B1\u0301'\u03C21", LetterCase.lower("\u0391\u0301'\u03A31"));
        assertEquals("\u03C3\u03C3\u03C2", LetterCase.lower("\u03A3\u03A3\u03A3"));
        assertEquals("i\u0307\u03C2", LetterCase.lower("\u0130\u03A3"));
        assertEquals("i\u0307\u03C3i\u0307", LetterCase.lower("\u0130\u03A3\u0130"));
        assertEquals("\uD801\uDC28\u03C2", LetterCase.lower("\uD801\uDC00\u03A3"));
    }

    @Test
    void shouldEqualJavaWhenTextsAreShort() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] pieces = {"\u0130", "\u0391", "A", "b", " ", "\u00DF", "\uFB01", "\u01C5", "\uD801\uDC00", "\uD801",
            "\u1E9E", "\u4E2D", "\n", "\u0149", "\u212A", "a".repeat(700), "\uDC00"};
        for (int round = 0; round < 20_000; round++) {
            StringBuilder made = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                made.append(pieces[random.nextInt(pieces.length)]);
            }
            String text = made.toString();
            assertEquals(text.toLowerCase(Locale.ROOT), LetterCase.lower(text), () -> "seed " + seed + ": " + text);
            assertEquals(text.toUpperCase(Locale.ROOT), LetterCase.upper(text), () -> "seed " + seed + ": " + text);
        }
        String plain = "nothing to do";
        assertSame(plain, LetterCase.lower(plain));
    }

    @Test
    void shouldTakeLinearTimeWhenLettersBecomeSeveralOrDependOnOthers() {
        for (String unit : List.of("\u0130", "\u03A3", "\u03A3'", "'\u03A3''", "\u00DF", "\uFB03", "\u03A3\u0301")) {
            String text = unit.repeat((1 << 20) / unit.length());
            int characters = assertTimeoutPreemptively(Duration.ofSeconds(20),
                    () -> LetterCase.lower(text).length() + LetterCase.upper(text).length());
            assertEquals((unit.toLowerCase(Locale.ROOT).length() + unit.toUpperCase(Locale.ROOT).length())
                    * (text.length() / unit.length()), characters);
        }
    }
}
