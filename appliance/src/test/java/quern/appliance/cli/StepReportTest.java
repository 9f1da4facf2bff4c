package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code quern doctor} says of steps. */
class StepReportTest {

    @TempDir
    private Path data;

    private JsonNode steps(String... more) throws IOException {
        var line = new ArrayList<>(List.of("doctor", "--json", "--data", data.toString()));
        line.addAll(List.of(more));
        var outcome = FakeServer.runAlone(line.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return ApiClient.JSON.readTree(outcome.out()).at("/backend/steps");
    }

    @Test
    void shouldSayWhatTheRunningServerFound() throws IOException {
        try (FakeServer server = new FakeServer(data)) {
            server.on("GET /v1/engine", 200, """
                    {"step_target_ms": 50, "prompt_step_tokens": 96,
                     "step_profile": [{"rows": 1, "ms": 26.25}, {"rows": 4, "ms": 31}]}""");
            assertEquals("""
                    {"of":"the running server","target_ms":50,"prompt_tokens_max":96,\
                    "profile":["1 tokens in 26.25 ms","4 tokens in 31.00 ms"]}""", steps().toString());
        }
    }

    @Test
    void shouldSayThatTheServerDoesNotSay() throws IOException {
        try (FakeServer server = new FakeServer(data)) {
            server.on("GET /v1/engine", 403, "{\"error\": {\"message\": \"this key may not\"}}");
            JsonNode steps = steps();
            assertTrue(steps.path("of").asText().contains("this key may not"), steps.toString());
            assertTrue(steps.path("profile").isMissingNode(), steps.toString());
        }
    }

    @Test
    void shouldMeasureTheEmbeddedModelWhenNothingRuns() throws IOException {
        JsonNode steps = steps("--set", "engine.scheduling.profile=20ms", "--set", "engine.max-batched-tokens=64");
        assertTrue(steps.at("/profile/0").asText().startsWith("1 tokens in "), steps.toString());
        int most = steps.path("prompt_tokens_max").asInt();
        assertTrue(most >= 32 && most <= 64, steps.toString());
        assertEquals(48, steps("--set", "engine.scheduling.prompt-step-tokens=48",
                "--set", "engine.scheduling.profile=1ms")
                .path("prompt_tokens_max").asInt());
    }

    @Test
    void shouldNotLoadAModelOnlyToMeasureIt() throws IOException {
        assertTrue(steps("--set", "engine.model=" + data.resolve("absent.gguf")).path("of").asText()
                .startsWith("no running server"));
    }
}
