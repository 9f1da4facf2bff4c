package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters over HTTP: taken away, and what is left of them after a restart. */
class AdaptersTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path data;

    private TestAppliance appliance;

    private TestAppliance start(Map<String, String> settings) throws Exception {
        TestAppliance started = TestAppliance.start(data, settings);
        appliance = started;
        return started;
    }

    private JsonNode post(int status, String path, String body) throws Exception {
        HttpResponse<String> reply = appliance.post(path, body);
        assertEquals(status, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private JsonNode get(int status, String path) throws Exception {
        HttpResponse<String> reply = appliance.get(path);
        assertEquals(status, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private JsonNode ended(JsonNode job) throws Exception {
        String at = "/v1/jobs/" + job.path("id").asText();
        assertTrue(TestAppliance.await(LIMIT, () -> {
            try {
                return get(200, at).path("finished_at").isNumber();
            } catch (Exception unreachable) {
                throw new IllegalStateException(unreachable);
            }
        }), "no end: " + at);
        return get(200, at);
    }

    /** @return the adapter's id */
    private String tuned(String suffix, int seed) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("{\"text\": \"The lamp of house ").append(i % 5).append(" burns all night long.\"}\n");
        }
        String file = Batches.upload(appliance, "fine-tune", lines.toString());
        JsonNode end = ended(post(200, "/v1/fine_tuning/jobs", "{\"model\": \"stories260K\", \"training_file\": \""
                + file + "\", \"suffix\": \"" + suffix + "\", \"seed\": " + seed
                + ", \"hyperparameters\": {\"n_epochs\": 2, \"batch_tokens\": 128, \"lora_rank\": 4,"
                + " \"gate_loss_margin\": -1000, \"gate_span_score_min\": 0, \"gate_general_loss_max\": 1000}}"));
        assertEquals("succeeded", end.path("status").asText(), end.toString());
        return end.at("/result/adapter").asText();
    }

    private HttpResponse<String> asked(String model) throws Exception {
        return appliance.post("/v1/completions", "{\"model\": \"" + model
                + "\", \"prompt\": \"The lamp\", \"max_tokens\": 8, \"temperature\": 0}");
    }

    @Test
    void shouldNotServeARemovedAdapterAgainThroughItsAliasWhenRestarted() throws Exception {
        String adapter;
        String other;
        try (TestAppliance _ = start(Map.of())) {
            adapter = tuned("lamp", 1);
            other = tuned("kept", 2);
            assertEquals(200, asked("lamp").statusCode());
            post(200, "/v1/aliases/second/publish", "{\"adapter\": \"" + other + "\"}");
            tuned("kept", 3);
            assertEquals(200, appliance.delete("/v1/models/" + adapter).statusCode());
            assertEquals(404, asked(adapter).statusCode());
            assertEquals(404, asked("lamp").statusCode());
        }
        try (TestAppliance _ = start(Map.of())) {
            assertEquals(404, asked(adapter).statusCode());
            assertEquals(404, asked("lamp").statusCode());
            assertEquals(200, asked("second").statusCode(), "retired under its own name, and another points to it");
            post(200, "/v1/aliases/lamp/publish", "{\"adapter\": \"" + other + "\"}");
            assertEquals(200, asked("lamp").statusCode());
            post(409, "/v1/aliases/lamp/rollback", "{}");
            post(200, "/v1/aliases/lamp/publish", "{\"adapter\": \"" + adapter + "\"}");
            assertEquals(200, asked(adapter).statusCode());
        }
    }
}
