package quern.curation.unicode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.curation.SampleException;

class MarkOrderTest {

    @Test
    void shouldNormaliseToTheSameWhenRunsOfMarksAreRandom() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] pieces = {"\u0301", "\u0316", "\u0344", "\u0345", "\u0334", "\u034F", "\u09CB", "\u0902", "\u302A",
            "\u05B0", "\uD834\uDD65", "\uD834\uDD6D", "\u0301\u0308", "\u20DD", "\u0340", "a", "\u1EC7", "\u0F71"};
        for (int round = 0; round < 2_000; round++) {
            StringBuilder made = new StringBuilder("\u1EC7");
            for (int i = random.nextInt(400); i >= 0; i--) {
                made.append(pieces[random.nextInt(random.nextInt(60) == 0 ? pieces.length : 15)]);
            }
            String text = made.toString();
            String ordered = MarkOrder.ordered(text);
            for (Normalizer.Form form : Normalizer.Form.values()) {
                assertEquals(Normalizer.normalize(text, form), Normalizer.normalize(ordered, form),
                        () -> "seed " + seed + ": " + text);
            }
        }
        String plain = "a\u0316\u0301 and nothing else";
        assertSame(plain, MarkOrder.ordered(plain));
    }

    @Test
    void shouldTakeLinearTimeWhenMarksStandInTheWrongOrder() {
        int pairs = 1 << 18;
        String fixed = assertTimeoutPreemptively(Duration.ofSeconds(20),
                () -> UnicodeFixer.fix("\u0301\u0316".repeat(pairs), Normalizer.Form.NFC));
        assertTrue(fixed.equals("\u0316".repeat(pairs) + "\u0301".repeat(pairs)));
    }

    @Test
    void shouldRefuseWhenATextIsEscapedThousandsOfTimesOver() {
        for (String text : new String[] {"&" + "amp;".repeat(200_000), "&#59".repeat(200_000) + ";",
            "\u00C3" + "\u0192".repeat(500_000)}) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertThrows(SampleException.class,
                    () -> UnicodeFixer.fix(text, Normalizer.Form.NFC)));
        }
        assertEquals("&", UnicodeFixer.fix("&" + "amp;".repeat(200), Normalizer.Form.NFC));
        assertEquals("a", UnicodeFixer.fix("\u001B[" + "1;".repeat(300_000) + "ma", Normalizer.Form.NFC));
    }
}
