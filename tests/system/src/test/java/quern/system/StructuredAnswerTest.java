package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Structured outputs and function calling of the official client, with the schemas it derives from classes. */
class StructuredAnswerTest {

    /** Colours of a lamp. */
    public enum Color { RED, GREEN, BLUE }

    /** A lamp, as the client derives its schema. */
    public static class Lamp {
        public Color color;
        public int watts;
        public boolean on;
        public List<Color> others;
    }

    /** A function, as the client derives it. */
    @JsonClassDescription("Switches a lamp")
    public static class SwitchLamp {
        public Color color;
        public boolean on;
    }

    private static ServerProcess server;
    private static OpenAIClient client;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = ServerProcess.start(directory.resolve("data"));
        client = OpenAIOkHttpClient.builder().baseUrl(server.uri("/v1").toString()).apiKey(server.key()).maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static ChatCompletionCreateParams.Builder question(long seed) {
        return ChatCompletionCreateParams.builder().model("quern-nano").addUserMessage("A lamp.")
                .putAdditionalBodyProperty("seed", JsonValue.from(seed)).maxCompletionTokens(160);
    }

    @Test
    void shouldReadAnObjectOfAClassWhenItIsAskedFor() {
        for (int seed = 0; seed < 6; seed++) {
            var answer = client.chat().completions().create(question(seed).responseFormat(Lamp.class).build());
            var choice = answer.choices().getFirst();
            if (choice.finishReason().asString().equals("stop")) {
                Lamp lamp = choice.message().content().orElseThrow();
                assertNotNull(lamp.color);
                assertNotNull(lamp.others);
            } else {
                assertEquals("length", choice.finishReason().asString());
            }
        }
    }

    @Test
    void shouldCallAFunctionOfAClassAndTakeItsResult() {
        var asked = question(2).addTool(SwitchLamp.class).toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                .parallelToolCalls(false);
        ChatCompletion answer = client.chat().completions().create(asked.build());
        var choice = answer.choices().getFirst();
        assertEquals("tool_calls", choice.finishReason().asString());
        var call = choice.message().toolCalls().orElseThrow().getFirst().asFunction();
        assertEquals("SwitchLamp", call.function().name());
        assertNotNull(call.function().arguments(SwitchLamp.class).color);
        ChatCompletion next = client.chat().completions().create(asked
                .addMessage(choice.message())
                .addMessage(ChatCompletionToolMessageParam.builder().toolCallId(call.id()).content("done").build())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.NONE)
                .maxCompletionTokens(4).build());
        assertTrue(next.choices().getFirst().message().content().isPresent());
    }

    @Test
    void shouldStreamArgumentsInPieces() {
        StringBuilder arguments = new StringBuilder();
        var params = question(3).addTool(SwitchLamp.class)
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED).parallelToolCalls(false).build();
        int pieces = 0;
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions().createStreaming(params)) {
            for (ChatCompletionChunk chunk : (Iterable<ChatCompletionChunk>) stream.stream()::iterator) {
                for (var choice : chunk.choices()) {
                    for (var call : choice.delta().toolCalls().orElse(List.of())) {
                        pieces++;
                        call.function().flatMap(function -> function.arguments()).ifPresent(arguments::append);
                    }
                }
            }
        }
        assertTrue(pieces > 2, arguments.toString());
        assertTrue(arguments.toString().startsWith("{") && arguments.toString().endsWith("}"), arguments.toString());
    }

    @Test
    void shouldRefuseASchemaThatCannotBeHeld() {
        var function = FunctionDefinition.builder().name("f").parameters(FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("patternProperties", JsonValue.from(Map.of("^a", Map.of()))).build()).build();
        BadRequestException refused = assertThrows(BadRequestException.class,
                () -> client.chat().completions().create(question(1).addFunctionTool(function).build()));
        assertEquals("tools[0].function.parameters.patternProperties", refused.param().orElse(""));
        assertFalse(refused.getMessage().isBlank());
    }
}
