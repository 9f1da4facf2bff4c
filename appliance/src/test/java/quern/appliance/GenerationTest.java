package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationTest {

    @TempDir
    static Path data;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.start(data, Map.of());
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    private static JsonNode complete(String more) throws Exception {
        return TestAppliance.json(appliance.post("/v1/completions",
                "{\"model\": \"stories260K\", \"prompt\": \"Once upon a time\", \"temperature\": 0" + more + "}"));
    }

    @Test
    void shouldEndBeforeStopStringWhenItAppears() throws Exception {
        String whole = complete(", \"max_tokens\": 40").at("/choices/0/text").textValue();
        String stop = whole.substring(20, 24);
        JsonNode stopped = complete(", \"max_tokens\": 40, \"stop\": \"" + stop + "\"");
        assertEquals(whole.substring(0, whole.indexOf(stop)), stopped.at("/choices/0/text").textValue());
        assertEquals("stop", stopped.at("/choices/0/finish_reason").textValue());
    }

    @Test
    void shouldRepeatDrawnAnswersWhenSeedIsGiven() throws Exception {
        String drawn = ", \"max_tokens\": 12, \"temperature\": 1, \"seed\": 7, \"n\": 3}";
        String body = "{\"model\": \"stories260K\", \"prompt\": \"Once upon a time\"" + drawn;
        JsonNode first = TestAppliance.json(appliance.post("/v1/completions", body));
        JsonNode second = TestAppliance.json(appliance.post("/v1/completions", body));
        assertEquals(3, first.path("choices").size());
        assertEquals(first.path("choices"), second.path("choices"));
        assertTrue(!first.at("/choices/0/text").equals(first.at("/choices/1/text")), first.toString());
        assertEquals(36, first.at("/usage/completion_tokens").intValue());
    }

    @Test
    void shouldReportLogprobsOfEveryTokenWhenAsked() throws Exception {
        JsonNode chat = TestAppliance.json(appliance.post("/v1/chat/completions", """
                {"model": "stories260K", "messages": [{"role": "user", "content": "Tell me"}], "temperature": 0,
                 "max_tokens": 5, "logprobs": true, "top_logprobs": 3}"""));
        JsonNode content = chat.at("/choices/0/logprobs/content");
        assertEquals(5, content.size(), chat.toString());
        for (JsonNode token : content) {
            assertEquals(3, token.path("top_logprobs").size());
            assertEquals(token.path("token"), token.at("/top_logprobs/0/token"));
            assertTrue(token.path("logprob").doubleValue() <= 0, token.toString());
        }
    }

    @Test
    void shouldReportCachedTokensWhenPromptComesAgain() throws Exception {
        String prompt = "Lily and her dog went to the park. They saw a big tree with a red ball in it. ".repeat(3);
        String body = "{\"model\": \"stories260K\", \"prompt\": \"" + prompt + "\", \"temperature\": 0}";
        JsonNode cold = TestAppliance.json(appliance.post("/v1/completions", body));
        JsonNode warm = TestAppliance.json(appliance.post("/v1/completions", body));
        assertEquals(0, cold.at("/usage/prompt_tokens_details/cached_tokens").intValue());
        int prompted = warm.at("/usage/prompt_tokens").intValue();
        int cached = warm.at("/usage/prompt_tokens_details/cached_tokens").intValue();
        assertTrue(cached >= prompted - 32 && cached < prompted, warm.toString());
        assertEquals(cold.at("/choices/0/text"), warm.at("/choices/0/text"));
    }

    @Test
    void shouldEchoPromptAndAnswerEachWhenSeveralPrompts() throws Exception {
        JsonNode many = TestAppliance.json(appliance.post("/v1/completions", """
                {"model": "stories260K", "prompt": ["One day", "The cat"], "temperature": 0, "max_tokens": 4,
                 "echo": true}"""));
        assertEquals(2, many.path("choices").size());
        assertTrue(many.at("/choices/0/text").textValue().startsWith("One day"), many.toString());
        assertTrue(many.at("/choices/1/text").textValue().startsWith("The cat"), many.toString());
    }

    @Test
    void shouldListBaseModelAndMetricsWhenAsked() throws Exception {
        JsonNode models = TestAppliance.json(appliance.get("/v1/models"));
        assertEquals("stories260K", models.at("/data/0/id").textValue());
        assertEquals(403, appliance.delete("/v1/models/stories260K").statusCode());
        complete(", \"max_tokens\": 2");
        String metrics = appliance.get("/metrics").body();
        for (String name : new String[] {"quern_generation_tokens_total", "quern_time_to_first_token_seconds_bucket",
            "quern_num_requests_running", "quern_kernel_selection_info", "quern_kv_cache_usage_perc"}) {
            assertTrue(metrics.contains(name), name);
        }
        assertEquals("ok", TestAppliance.json(appliance.get("/health")).path("status").textValue());
    }
}
