package quern.inference.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerTextTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldHoldBackWhatMayBecomeAStopString() {
        AnswerText text = new AnswerText(List.of("STOP"));
        assertEquals("a", text.append(bytes("aST")));
        assertEquals("ST", text.append(bytes("ST")));
        assertEquals("", text.append(bytes("O")));
        assertEquals("STOx", text.append(bytes("x")));
        assertEquals("", text.finish());
    }

    @Test
    void shouldEndBeforeTheStopStringWhenItSpansTokens() {
        AnswerText text = new AnswerText(List.of("\n\n", "end"));
        assertEquals("go on", text.append(bytes("go on\n")));
        assertEquals("", text.append(bytes("\nmore")));
        assertEquals(Optional.of("\n\n"), text.stop());
        assertEquals("", text.append(bytes("never")));
        assertEquals("", text.finish());
    }

    @Test
    void shouldTakeTheEarliestStopStringWhenSeveralMatch() {
        AnswerText text = new AnswerText(List.of("cd", "bcde", "b"));
        assertEquals("a", text.append(bytes("abcdef")));
        assertEquals(Optional.of("bcde"), text.stop());
    }

    @Test
    void shouldWaitForTheWholeCharacterWhenTokensCutIt() {
        AnswerText text = new AnswerText(List.of());
        byte[] smile = bytes("\ud83d\ude00");
        for (int i = 0; i < 3; i++) {
            assertEquals("", text.append(new byte[] {smile[i]}));
        }
        assertEquals("\ud83d\ude00", text.append(new byte[] {smile[3]}));
    }

    @Test
    void shouldReplaceMalformedBytesAndAnIncompleteEnd() {
        AnswerText text = new AnswerText(List.of());
        assertEquals("a\ufffdb", text.append(new byte[] {'a', (byte) 0xff, 'b'}));
        assertEquals("", text.append(new byte[] {(byte) 0xe2, (byte) 0x82}));
        assertEquals("\ufffd", text.finish());
    }

    @Test
    void shouldReleaseHeldTextWhenTheAnswerEnds() {
        AnswerText text = new AnswerText(List.of("abc"));
        assertEquals("", text.append(bytes("ab")));
        assertEquals("ab", text.finish());
        assertTrue(text.stop().isEmpty());
    }

    @Test
    void shouldEqualACutOfTheWholeTextWhenCutAnywhere() {
        Random random = new Random(11);
        for (int round = 0; round < 2000; round++) {
            StringBuilder whole = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                whole.append(new String[] {"a", "b", "\u00e4", "\u20ac", "\ud83d\ude00"}[random.nextInt(5)]);
            }
            String stop = random.nextBoolean() ? "ab" : "b\u20ac";
            AnswerText text = new AnswerText(List.of(stop));
            byte[] all = bytes(whole.toString());
            StringBuilder out = new StringBuilder();
            for (int from = 0; from < all.length;) {
                int to = Math.min(all.length, from + 1 + random.nextInt(4));
                out.append(text.append(java.util.Arrays.copyOfRange(all, from, to)));
                from = to;
            }
            out.append(text.finish());
            int cut = whole.indexOf(stop);
            assertEquals(cut < 0 ? whole.toString() : whole.substring(0, cut), out.toString());
            assertEquals(cut >= 0, text.stop().isPresent());
        }
    }
}
