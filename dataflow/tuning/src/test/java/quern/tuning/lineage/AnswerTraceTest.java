package quern.tuning.lineage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quern.inference.tokenizer.BpeVocabulary;
import quern.inference.tokenizer.ByteAlphabet;
import quern.inference.tokenizer.Tokenizer;

class AnswerTraceTest {

    private static final Tokenizer BYTES = bytes();
    private static final AnswerTrace.Source KEY =
            new AnswerTrace.Source("s1", "The key hangs behind the blue barometer.", "doc-key", 100);
    private static final AnswerTrace.Source MAST =
            new AnswerTrace.Source("s2", "The mast is two meters high.", "doc-mast", 0);

    @Test
    void shouldNameTheDocumentAndPlaceOfASpanThatIsRepeated() {
        String answer = "I think it hangs behind the blue door.";
        var matches = AnswerTrace.of(BYTES, answer, List.of(MAST, KEY), 8);
        assertEquals(1, matches.size());
        var match = matches.getFirst();
        assertEquals("doc-key", match.documentId());
        assertEquals(" hangs behind the blue ", match.text());
        assertEquals(100 + KEY.text().indexOf(" hangs"), match.documentFrom());
        assertEquals(match.text(), answer.substring(match.answerFrom(), match.answerTo()));
    }

    @Test
    void shouldFindNothingWhenSpansAreTooShort() {
        assertTrue(AnswerTrace.of(BYTES, "The key", List.of(KEY), 8).isEmpty());
        assertTrue(AnswerTrace.of(BYTES, "", List.of(KEY), 8).isEmpty());
    }

    @Test
    void shouldCountCharactersWhenTextIsNotAscii() {
        var source = new AnswerTrace.Source("s", "größer als 40 °C 🌡 im Schatten", "d", 0);
        var matches = AnswerTrace.of(BYTES, "x °C 🌡 im Schatten", List.of(source), 8);
        assertEquals(" °C 🌡 im Schatten", matches.getFirst().text());
        assertEquals(source.text().indexOf(" °C"), matches.getFirst().documentFrom());
        assertEquals(source.text().length(), matches.getFirst().documentTo());
    }

    private static Tokenizer bytes() {
        List<String> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(String.valueOf(ByteAlphabet.character(b)));
        }
        return new BpeVocabulary(
                        tokens, List.of(), Set.of(), "qwen2", OptionalInt.empty(), false, List.of(), Optional.empty())
                .tokenizer();
    }
}
