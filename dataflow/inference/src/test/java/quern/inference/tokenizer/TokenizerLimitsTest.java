package quern.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.QuernException;

class TokenizerLimitsTest {

    /** A megabyte of one letter, and less of units that take other paths. */
    static Stream<Arguments> longTexts() {
        return Stream.concat(
                Stream.of("a", " ", "7").map(unit -> unit.repeat(1 << 20)),
                Stream.of("\n", "<", "\u00e9", "a ", "\ud83d\ude00", "\ud800", " x\n", "\u0301")
                        .map(unit -> unit.repeat((1 << 17) / unit.length())))
                .flatMap(text -> Vocabularies.all().map(named -> Arguments.of(named, text, text.substring(0, 2))));
    }

    @ParameterizedTest(name = "{0} of {2}")
    @MethodSource("longTexts")
    void shouldTakeLinearTimeWhenOneUnitRepeats(Vocabularies.Named named, String text, String unit) {
        int[] ids = assertTimeoutPreemptively(
                Duration.ofSeconds(30), () -> named.tokenizer().encode(text, false));
        assertTrue(ids.length > 0, unit);
        if (!text.startsWith("\ud800")) {
            assertEquals(text, named.tokenizer().decode(ids));
        }
    }

    @Test
    void shouldTakeLinearTimeUnderEveryNameOfAPreTokenizer() {
        for (String name : PreTokenizer.names()) {
            PreTokenizer words = PreTokenizer.named(name);
            for (String unit : List.of("a", " ", "7", "\n", "a ", "\u0301", "\u4f60", ".")) {
                String text = unit.repeat((1 << 14) / unit.length());
                assertTimeoutPreemptively(Duration.ofSeconds(20),
                        () -> assertEquals(text, String.join("", words.split(text))), name + " on " + unit);
            }
        }
    }

    @Test
    void shouldTakeLinearTimeWhenWordsHaveNoPieces() {
        Vocabulary vocabulary = Vocabularies.pieces();
        PieceModel pieces = new WordPiece(vocabulary, "", "", 0, Integer.MAX_VALUE);
        String text = "a".repeat(1 << 20) + "\u00e9";
        TokenList out = new TokenList();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> pieces.encode(text, out));
        assertArrayEquals(new int[] {0}, out.toArray());
    }

    @Test
    void shouldRefuseWithBothLengthsWhenTextIsTooLong() {
        String text = " ".repeat(Tokenizer.TEXT_CHARS_MAX + 1);
        Vocabularies.all().forEach(named -> {
            var refused = assertThrows(QuernException.class, () -> named.tokenizer().encode(text, false));
            assertTrue(refused.getMessage().contains(String.valueOf(text.length())), refused.getMessage());
            assertTrue(refused.getMessage().contains(String.valueOf(Tokenizer.TEXT_CHARS_MAX)));
        });
    }

    @Test
    void shouldGiveTextBackWhenItIsAnyUnicode() {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("texts of -Dquern.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(30); length > 0; length--) {
                int point = random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1);
                // A blank and U+2581 are written alike in pieces.
                text.appendCodePoint(point >= 0xD800 && point < 0xE000 || point == 0x2581 ? 'x' : point);
            }
            Vocabularies.all().forEach(named -> assertEquals(text.toString(),
                    named.tokenizer().decode(named.tokenizer().encode(text.toString(), false)), named.name()));
        }
    }

    @Test
    void shouldReplaceWhenBytesAreNoText() {
        Vocabularies.all().forEach(named -> {
            int[] ids = named.tokenizer().encode("\ud83d\ude00", false);
            int[] cut = Arrays.copyOf(ids, ids.length - 1);
            assertTrue(named.tokenizer().decode(cut).contains("\ufffd"), named.name());
            assertThrows(QuernException.class, () -> named.tokenizer().decode(new int[] {-1}));
            assertThrows(QuernException.class,
                    () -> named.tokenizer().bytes(named.tokenizer().vocabularySize()));
        });
    }

    @Test
    void shouldMergeEqualPairsFromTheLeft() {
        Tokenizer tokenizer = Vocabularies.byteLevel();
        int aa = tokenizer.encode("aa", false)[0];
        int a = tokenizer.encode("a", false)[0];
        assertArrayEquals(new int[] {aa, aa, a}, tokenizer.encode("aaaaa", false));
    }
}
