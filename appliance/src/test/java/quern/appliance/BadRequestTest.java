package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadRequestTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final List<String> WRONG_NUMBERS = List.of("-1", "NaN", "Infinity", "-Infinity", "1e308",
            "2147483648", "9223372036854775808", "\"1\"", "true", "{}", "-9223372036854775809");

    @TempDir
    static Path data;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.start(data, Map.of("http.body-max", "64KiB"));
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    private static String chat(String more) {
        return "{\"model\": \"stories260K\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], "
                + "\"max_tokens\": 2" + more + "}";
    }

    private static void expect(HttpResponse<String> response, int status, String param) throws Exception {
        assertEquals(status, response.statusCode(), response.body());
        JsonNode error = TestAppliance.json(response).path("error");
        assertTrue(error.path("message").isTextual() && error.path("type").isTextual(), response.body());
        assertEquals(param, error.path("param").textValue(), response.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"temperature", "top_p", "n", "top_k", "min_p", "seed", "presence_penalty",
        "frequency_penalty", "repetition_penalty", "max_completion_tokens", "top_logprobs", "typical_p",
        "top_n_sigma", "xtc_probability", "xtc_threshold"})
    void shouldNameFieldWhenNumberIsWrong(String field) throws Exception {
        for (String value : WRONG_NUMBERS) {
            boolean allowed = (field.equals("seed") && (value.equals("-1") || value.equals("2147483648")))
                    || (field.endsWith("penalty") && !field.startsWith("rep") && value.equals("-1"));
            if (!allowed) {
                expect(appliance.post(CHAT, chat(", \"" + field + "\": " + value)), 400, field);
            }
        }
        assertEquals(200, appliance.post(CHAT, chat("")).statusCode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "response_format | {\"type\": \"yaml\"} | response_format.type",
        "response_format | {\"type\": \"json_schema\", \"json_schema\": {}} | response_format.json_schema.name",
        "tools | [{\"type\": \"function\"}] | tools[0].function",
        "tool_choice | \"required\" | tool_choice",
        "parallel_tool_calls | 1 | parallel_tool_calls",
        "store | true | store",
        "stop | [\"a\", \"b\", \"c\", \"d\", \"e\"] | stop",
        "stop | \"\" | stop",
        "stop | [1] | stop[0]",
        "stream | \"yes\" | stream",
        "stream_options | {\"include_usage\": true} | stream_options",
        "logit_bias | {\"x\": 1} | logit_bias",
        "logit_bias | {\"999999\": 1} | logit_bias",
        "logit_bias | {\"5\": 101} | logit_bias",
        "service_tier | \"scale\" | service_tier",
        "no_such_field | 1 | no_such_field",
        "prediction | {} | prediction"})
    void shouldNameFieldWhenItCannotBeHonoured(String field, String value, String param) throws Exception {
        expect(appliance.post(CHAT, chat(", \"" + field + "\": " + value)), 400, param);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "[] | messages",
        "{} | messages",
        "[1] | messages[0]",
        "[{\"content\": \"x\"}] | messages[0].role",
        "[{\"role\": \"judge\", \"content\": \"x\"}] | messages[0].role",
        "[{\"role\": \"tool\", \"content\": \"x\"}] | messages[0].tool_call_id",
        "[{\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"a\"}]}] | messages[0].tool_calls[0].function",
        "[{\"role\": \"user\"}] | messages[0].content",
        "[{\"role\": \"user\", \"content\": 7}] | messages[0].content",
        "[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"http://a\"}}]}]"
                + " | messages[0].content[0].type",
        "[{\"role\": \"user\", \"content\": \"x\", \"tool_calls\": [{}]}] | messages[0].tool_calls"})
    void shouldNamePlaceWhenMessageIsWrong(String messages, String param) throws Exception {
        expect(appliance.post(CHAT, "{\"model\": \"stories260K\", \"messages\": " + messages + "}"), 400, param);
    }

    @Test
    void shouldTellCountsWhenPromptIsLongerThanContext() throws Exception {
        HttpResponse<String> response = appliance.post("/v1/completions",
                "{\"model\": \"stories260K\", \"prompt\": \"" + "Once upon a time. ".repeat(500) + "\"}");
        assertEquals(400, response.statusCode(), response.body());
        JsonNode error = TestAppliance.json(response).path("error");
        assertEquals("context_length_exceeded", error.path("code").textValue());
        assertTrue(error.path("message").textValue().contains("holds 128 "), response.body());
        assertEquals("prompt", error.path("param").textValue());
        assertTrue(error.path("message").textValue().matches(".*\\d{4,} tokens.*"), response.body());
    }

    @Test
    void shouldAnswer404WhenModelOrPathIsUnknown() throws Exception {
        expect(appliance.post(CHAT, chat("").replace("stories260K", "gpt-4")), 404, "model");
        expect(appliance.get("/v1/models/gpt-4"), 404, "model");
        expect(appliance.get("/v1/nothing"), 404, null);
        expect(appliance.get("/v1/models/..%2F..%2Fetc"), 400, "id");
    }

    @Test
    void shouldAnswer405WhenMethodIsUnknown() throws Exception {
        HttpResponse<String> response = appliance.get(CHAT);
        expect(response, 405, null);
        assertEquals("POST", response.headers().firstValue("Allow").orElse(""));
    }

    @Test
    void shouldAnswer400WhenBodyIsNoJson() throws Exception {
        for (String body : List.of("", "{", "nul", "[]", "{} {}", "{\"a\": ".repeat(1000), "\u0000")) {
            assertEquals(400, appliance.post(CHAT, body).statusCode(), body);
        }
    }

    @Test
    void shouldAnswer413WhenBodyIsTooLarge() throws Exception {
        expect(appliance.post(CHAT, chat(", \"user\": \"" + "x".repeat(70_000) + "\"")), 413, null);
        HttpRequest chunked = appliance.request(CHAT).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofString(
                        chat(", \"user\": \"" + "x".repeat(70_000) + "\"")))).build();
        expect(appliance.send(chunked), 413, null);
    }

    @Test
    void shouldAnswer415WhenBodyIsOfAnotherType() throws Exception {
        HttpRequest request = appliance.request(CHAT).header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(chat(""))).build();
        expect(appliance.send(request), 415, null);
    }
}
