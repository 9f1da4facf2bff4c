package quern.inference.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ToolCallReaderTest {

    private static final String HERMES_CALL =
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"}{\"}}\n</tool_call>";

    /** Content, then each call as {@code name(arguments)}, whatever the pieces. */
    private static String read(ToolSyntax syntax, boolean several, String answer, int pieceChars) {
        ToolCallReader reader = new ToolCallReader(syntax, Set.of("f", "g"), several);
        List<ToolCallReader.Event> events = new ArrayList<>();
        for (int at = 0; at < answer.length(); at += pieceChars) {
            events.addAll(reader.append(answer.substring(at, Math.min(answer.length(), at + pieceChars))));
        }
        events.addAll(reader.finish());
        StringBuilder text = new StringBuilder();
        List<StringBuilder> calls = new ArrayList<>();
        for (ToolCallReader.Event event : events) {
            switch (event) {
                case ToolCallReader.Content content -> text.append(content.text());
                case ToolCallReader.Called called -> {
                    assertEquals(calls.size(), called.index());
                    calls.add(new StringBuilder(called.name()).append(' '));
                }
                case ToolCallReader.Arguments more -> calls.get(more.index()).append(more.text());
            }
        }
        assertEquals(!calls.isEmpty(), reader.called());
        return text + "|" + String.join("|", calls);
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(ToolSyntax.HERMES, "Let me see.\n" + HERMES_CALL, "Let me see.|f {\"a\": \"}{\"}"),
                Arguments.of(ToolSyntax.HERMES, HERMES_CALL + "\n" + HERMES_CALL.replace("\"f\"", "\"g\""),
                        "|f {\"a\": \"}{\"}|g {\"a\": \"}{\"}"),
                Arguments.of(ToolSyntax.PLAIN, "a < b <tool", "a < b <tool|"),
                Arguments.of(ToolSyntax.PLAIN, "  plain\ntext ", "  plain\ntext |"),
                Arguments.of(ToolSyntax.HERMES, "<tool_call>{\"arguments\": {\"x\": 1}, \"name\": \"g\"}</tool_call>",
                        "|g {\"x\":1}"),
                Arguments.of(ToolSyntax.HERMES, "<tool_call>{\"name\": \"h\", \"arguments\": {}}</tool_call>",
                        "<tool_call>{\"name\": \"h\", \"arguments\": {}}</tool_call>|"),
                Arguments.of(ToolSyntax.HERMES, "<tool_call>nonsense", "<tool_call>nonsense|"),
                Arguments.of(ToolSyntax.HERMES, "<tool_call>{\"name\": \"f\", \"argu",
                        "<tool_call>{\"name\": \"f\", \"argu|"),
                Arguments.of(ToolSyntax.HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": [1",
                        "|f {\"a\": [1"),
                Arguments.of(ToolSyntax.MISTRAL, "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}},"
                        + " {\"name\": \"g\", \"arguments\": {\"b\": \"\\\"]\"}}]", "|f {}|g {\"b\": \"\\\"]\"}"),
                Arguments.of(ToolSyntax.LLAMA, "{\"name\": \"f\", \"parameters\": {\"a\": {\"b\": []}}}",
                        "|f {\"a\": {\"b\": []}}"),
                Arguments.of(ToolSyntax.LLAMA, "{\"answer\": 42}", "{\"answer\": 42}|"),
                Arguments.of(ToolSyntax.LLAMA, "No {\"name\": \"f\"}", "No {\"name\": \"f\"}|"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void shouldFindTheSameCallsWhereverThePiecesAreCut(ToolSyntax syntax, String answer, String expected) {
        for (int pieceChars : new int[] {1, 2, 3, 5, 7, 1000}) {
            assertEquals(expected, read(syntax, true, answer, pieceChars), "pieces of " + pieceChars);
        }
    }

    @Test
    void shouldLeaveSecondCallTextWhenOnlyOneIsWanted() {
        assertEquals("<tool_call>{}|f {\"a\": \"}{\"}",
                read(ToolSyntax.HERMES, false, HERMES_CALL + "<tool_call>{}", 4));
    }

    @Test
    void shouldKnowTheSyntaxFromTheTemplate() {
        assertEquals(ToolSyntax.PLAIN, ToolSyntax.of("{{ messages }}"));
        assertEquals(ToolSyntax.PLAIN, ToolSyntax.of("{{ tools }}"));
        assertEquals(ToolSyntax.HERMES, ToolSyntax.of("{% if tools %}<tool_call>"));
        assertEquals(ToolSyntax.MISTRAL, ToolSyntax.of("{% if tools %}[TOOL_CALLS]"));
        assertEquals(ToolSyntax.LLAMA, ToolSyntax.of("{% if tools %}<|python_tag|>"));
        assertTrue(ToolSyntax.of("{{ tools }}<|tool_call|>").list());
    }
}
