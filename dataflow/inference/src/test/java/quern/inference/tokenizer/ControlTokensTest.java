package quern.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.QuernException;

class ControlTokensTest {

    static List<Vocabularies.Named> vocabularies() {
        return Vocabularies.all().toList();
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void shouldStayTextWhenWrittenInPlainText(Vocabularies.Named named) {
        Tokenizer tokenizer = named.tokenizer();
        for (String control : Vocabularies.CONTROL) {
            for (String text : List.of(
                    control, "x" + control, control + control, "<" + control + ">", control + " y")) {
                int[] ids = tokenizer.encode(text, false);
                assertTrue(Arrays.stream(ids).noneMatch(tokenizer::isControl), text);
                assertEquals(text, tokenizer.decode(ids));
                int[] content = tokenizer.encodeTemplate(PromptText.content(text));
                assertArrayEquals(ids, content, text);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void shouldBecomeOneIdWhenWrittenInTheTemplate(Vocabularies.Named named) {
        Tokenizer tokenizer = named.tokenizer();
        for (String control : Vocabularies.CONTROL) {
            int[] ids = tokenizer.encodeTemplate(control + "ab" + control);
            assertEquals(control, tokenizer.text(ids[0]));
            assertEquals(ids[0], ids[ids.length - 1]);
            assertTrue(tokenizer.isControl(ids[0]));
            assertEquals(0, tokenizer.bytes(ids[0]).length);
            assertEquals("ab", tokenizer.decode(ids));
        }
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void shouldStayTextWhenOneCharacterIsOfAMessage(Vocabularies.Named named) {
        for (String control : Vocabularies.CONTROL) {
            for (int i = 0; i < control.length(); i++) {
                BitSet content = new BitSet();
                content.set(i);
                int[] ids = named.tokenizer().encodeTemplate(PromptText.of(control, content));
                assertTrue(Arrays.stream(ids).noneMatch(named.tokenizer()::isControl), control + " at " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void shouldPutBeginFirstOnlyWhenAsked(Vocabularies.Named named) {
        Tokenizer tokenizer = named.tokenizer();
        int begin = tokenizer.beginToken().orElseThrow();
        assertArrayEquals(new int[] {begin}, tokenizer.encode("", true));
        assertArrayEquals(new int[0], tokenizer.encode("", false));
        assertFalse(tokenizer.endTokens().isEmpty());
        assertTrue(tokenizer.endTokens().stream().anyMatch(id -> tokenizer.text(id).equals("<|im_end|>")));
    }

    @Test
    void shouldMatchTheLongestOfTokensThatStartTogether() {
        AddedTokens tokens = new AddedTokens(List.of(AddedToken.of(1, "<a", TokenKind.CONTROL),
                AddedToken.of(2, "<ab>", TokenKind.CONTROL)));
        assertEquals(
                List.of(new AddedTokens.Match(1, 1, 3), new AddedTokens.Match(2, 4, 8),
                        new AddedTokens.Match(1, 8, 10)),
                tokens.find(PromptText.template("x<ab<ab><a")));
    }

    @Test
    void shouldTakeWhiteSpaceAndMindWordsWhenAddedTokensSaySo() {
        AddedTokens tokens = new AddedTokens(List.of(
                new AddedToken(1, "<l>", true, true, false, false, AddedToken.Place.RAW),
                new AddedToken(2, "<r>", true, false, true, false, AddedToken.Place.RAW),
                new AddedToken(3, "word", true, false, false, true, AddedToken.Place.RAW)));
        assertEquals(List.of(new AddedTokens.Match(1, 1, 6), new AddedTokens.Match(2, 8, 13),
                        new AddedTokens.Match(3, 19, 23)),
                tokens.find(PromptText.template("a  <l>  <r>\n words word")));
    }

    @Test
    void shouldTakeAddedTokensFromPlainTextUnlessTheyAreMarkup() {
        List<String> texts = List.of("a", "b", "  ", "<x>", "<td>", "\u2581");
        List<TokenKind> kinds = List.of(TokenKind.NORMAL, TokenKind.NORMAL, TokenKind.USER_DEFINED,
                TokenKind.USER_DEFINED, TokenKind.USER_DEFINED, TokenKind.NORMAL);
        Vocabulary vocabulary = new Vocabulary(texts, kinds, OptionalInt.empty(), false, List.of());
        Tokenizer tokenizer = new VocabularyTokenizer(VocabularyTokenizer.Parts.of(vocabulary, List.of(), List.of(),
                new BytePairs(vocabulary, List.of(), -1, BytePairs.Options.PLAIN),
                Writing.pieces(Writing.FrontBlank.NONE)));
        assertArrayEquals(new int[] {0, 2, 1}, tokenizer.encode("a  b", true));
        assertArrayEquals(new int[] {0}, tokenizer.encode("a<x>", false));
        assertArrayEquals(new int[] {0, 4}, tokenizer.encode("a<td>", false));
        assertArrayEquals(new int[] {0, 3}, tokenizer.encodeTemplate("a<x>"));
        assertArrayEquals(new int[] {0, 2, 1}, tokenizer.encodeTemplate(PromptText.content("a  b<x>")));
        assertEquals("<x>", tokenizer.decode(new int[] {3}));
    }

    @Test
    void shouldRefuseWhenVocabularyContradictsItself() {
        List<TokenKind> one = List.of(TokenKind.NORMAL);
        assertThrows(QuernException.class,
                () -> new Vocabulary(List.of("a", "b"), one, OptionalInt.empty(), false, List.of()));
        assertThrows(QuernException.class,
                () -> new Vocabulary(List.of("a"), one, OptionalInt.of(1), false, List.of()));
        assertThrows(QuernException.class,
                () -> new Vocabulary(List.of("a"), one, OptionalInt.empty(), false, List.of(-1)));
        Vocabulary bad = new Vocabulary(
                List.of("<0x-1>"), List.of(TokenKind.BYTE), OptionalInt.empty(), false, List.of());
        assertThrows(QuernException.class, () -> new ScoredPairs(bad, new float[1], -1));
        Vocabulary good = new Vocabulary(List.of("a"), one, OptionalInt.empty(), false, List.of());
        assertThrows(QuernException.class, () -> new ScoredPairs(good, new float[2], -1));
        assertThrows(QuernException.class, () -> new Unigram(good, new double[2], -1, false, false));
        for (String merge : List.of("a", "a ", " a")) {
            assertThrows(QuernException.class, () -> Merge.parse(merge), merge);
        }
        for (String right : List.of("a", "b")) {
            assertThrows(QuernException.class,
                    () -> new BytePairs(good, List.of(new Merge("a", right)), -1, BytePairs.Options.PLAIN), right);
        }
        assertThrows(QuernException.class, () -> new VocabularyTokenizer(new VocabularyTokenizer.Parts(good, List.of(),
                List.of(), List.of(), new WholeWords(good, -1), Writing.alphabet(), new Frame(List.of(1), List.of()))));
    }
}
