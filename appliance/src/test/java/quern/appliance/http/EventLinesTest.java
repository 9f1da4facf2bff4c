package quern.appliance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.GenerationEvent;
import quern.actors.serving.GenerationEvent.Piece;
import quern.actors.serving.SubmitReply;
import quern.config.QuernException;
import quern.inference.engine.FinishReason;
import quern.inference.engine.Usage;
import quern.inference.tool.ToolSyntax;

class EventLinesTest {

    private static final List<String> TEXTS = List.of("a", " the", "\"", "\\", "\\\"", "\n", "\r\t\b\f", "\u0000",
            "\u001f", "\u007f", "\u0080", "é", "\u2028\u2029", "日本", "😀", "</script>", "a\"b", "data: x\n\n",
            "{\"content\":\"a\"}");

    private static ReplyHead head(boolean tier) {
        return new ReplyHead("cmpl-a\"a", 1_700_000_000L, "a model \"a\" é", "0123", tier
                ? Optional.of("flex") : Optional.empty());
    }

    private static SubmitReply.Accepted accepted() {
        return new SubmitReply.Accepted(null, "x", "m", "f", 3, null, ToolSyntax.PLAIN);
    }

    private static List<AnswerFormat> formats() {
        var formats = new ArrayList<AnswerFormat>();
        for (boolean wanted : List.of(false, true)) {
            formats.add(new ChatFormat(accepted(), head(wanted), 3, wanted, AnswerForm.Free.TEXT));
            formats.add(new CompletionFormat(head(!wanted), null, List.of("", "", ""), wanted));
        }
        return formats;
    }

    private static Piece piece(int answer, String text) {
        return new Piece(answer, 7, text, Optional.empty());
    }

    /** Each chunk as a tree of its own, written whole. */
    private static String expected(AnswerFormat format, List<GenerationEvent> events) {
        return events.stream().flatMap(event -> format.chunks(event).stream())
                .map(chunk -> "data: " + chunk + "\n\n").collect(Collectors.joining());
    }

    @Test
    void shouldWriteWhatTheTreeWouldWhenTextIsPlain() {
        Random random = new Random(5);
        for (AnswerFormat format : formats()) {
            var lines = new EventLines(format);
            for (int round = 0; round < 50; round++) {
                var events = new ArrayList<GenerationEvent>();
                for (int i = random.nextInt(9); i >= 0; i--) {
                    String text = TEXTS.get(random.nextInt(TEXTS.size())) + TEXTS.get(random.nextInt(TEXTS.size()));
                    events.add(piece(random.nextInt(3), random.nextInt(5) == 0 ? "" : text));
                }
                assertEquals(expected(format, events), lines.of(events).utf8String());
            }
        }
    }

    @Test
    void shouldWriteJsonThatReadsBackWhenTextHasAnyCharacter() {
        var lines = new EventLines(formats().getFirst());
        for (int codePoint = 0; codePoint < 0x11000; codePoint += codePoint < 0x400 ? 1 : 37) {
            if (codePoint < 0xd800 || codePoint > 0xdfff) {
                String text = new StringBuilder("x").appendCodePoint(codePoint).toString();
                JsonNode chunk = only(lines.of(List.of(piece(1, text))));
                assertEquals(text, chunk.at("/choices/0/delta/content").textValue());
                assertEquals(1, chunk.at("/choices/0/index").intValue());
            }
        }
    }

    @Test
    void shouldBeOneEventForEachTokenWhenManyComeTogether() {
        var events = new ArrayList<GenerationEvent>();
        for (int i = 0; i < 100; i++) {
            events.add(piece(0, "w" + i));
        }
        List<String> each = events(new EventLines(formats().getLast()).of(events));
        assertEquals(100, each.size());
        assertTrue(each.get(42).contains("\"text\":\"w42\""), each.get(42));
    }

    @Test
    void shouldEndWithUsageAndDoneOrWithTheError() {
        for (AnswerFormat format : formats().subList(2, 4)) {
            var lines = new EventLines(format);
            List<String> ending = events(lines.of(List.of(piece(0, "a"),
                    new GenerationEvent.AnswerEnded(0, FinishReason.LENGTH, "rest"),
                    new GenerationEvent.Completed(new Usage(3, 4, 1)))));
            assertEquals("[DONE]", ending.getLast());
            assertTrue(ending.get(ending.size() - 2).contains("\"completion_tokens\":4"), ending.toString());
            assertTrue(ending.get(ending.size() - 3).contains("\"finish_reason\":\"length\""), ending.toString());
            JsonNode error = only(lines.of(List.of(new GenerationEvent.Broken(
                    new QuernException(QuernException.Category.RETRYABLE, "the \"engine\" failed")))));
            assertEquals("the \"engine\" failed", error.at("/error/message").textValue());
        }
    }

    @Test
    void shouldBeEmptyWhenNothingIsToBeShown() {
        for (AnswerFormat format : formats()) {
            assertEquals(ByteString.emptyByteString(), new EventLines(format).of(List.of(piece(0, ""))));
        }
    }

    private static JsonNode only(ByteString bytes) {
        List<String> events = events(bytes);
        assertEquals(1, events.size());
        return Json.parse(events.getFirst().getBytes(StandardCharsets.UTF_8));
    }

    /** What each event says. */
    private static List<String> events(ByteString bytes) {
        String text = bytes.utf8String();
        assertTrue(text.endsWith("\n\n"), text);
        return text.substring(0, text.length() - 2).lines().filter(line -> !line.isEmpty())
                .map(line -> line.substring("data: ".length())).toList();
    }
}
