package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters over HTTP: taken away, made smaller, in and out of memory, and what is left of them after a restart. */
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

    @Test
    void shouldTuneByTheHyperparametersThatAreGiven() throws Exception {
        try (TestAppliance _ = start(Map.of())) {
            String file = Batches.upload(appliance, "fine-tune",
                    "{\"text\": \"The lamp of the house burns all night long.\"}\n".repeat(8));
            String job = "{\"model\": \"stories260K\", \"training_file\": \"" + file + "\", \"suffix\": \"few\","
                    + " \"hyperparameters\": {\"n_epochs\": 1, \"lora_rank\": 4, \"gate_loss_margin\": -1000,"
                    + " \"gate_span_score_min\": 0, \"gate_general_loss_max\": 1000, \"weight_decay\": 0.1,"
                    + " \"warmup_steps\": \"auto\", \"use_rslora\": true, \"max_steps\": 3, %s}}";
            JsonNode refused = post(400, "/v1/fine_tuning/jobs", job.formatted("\"target_modules\": [\"lm_head\"]"));
            assertEquals("hyperparameters.target_modules", refused.at("/error/param").asText(), refused::toString);
            post(400, "/v1/fine_tuning/jobs", job.formatted("\"lr_scheduler_type\": \"step\""));
            post(400, "/v1/fine_tuning/jobs", job.formatted("\"lora_rang\": 3"));
            JsonNode made = post(200, "/v1/fine_tuning/jobs", job.formatted(
                    "\"target_modules\": [\"v_proj\", \"q_proj\"], \"lr_scheduler_type\": \"linear\","
                            + " \"use_dora\": true"));
            JsonNode end = ended(made);
            assertEquals("succeeded", end.path("status").asText(), end.toString());
            JsonNode tuned = get(200, "/v1/fine_tuning/jobs/" + made.path("id").asText());
            assertEquals(3, tuned.at("/progress/steps").asInt(), tuned::toString);
            assertEquals(3, tuned.at("/hyperparameters/max_steps").asInt(), tuned::toString);
            JsonNode shown = tuned.path("hyperparameters");
            assertEquals("linear 0.1 true 10", shown.path("lr_scheduler_type").asText() + " "
                    + shown.path("weight_decay").asText() + " " + shown.path("use_rslora").asText() + " "
                    + shown.path("warmup_steps").asText());
            JsonNode config = get(200, "/v1/adapters/" + end.at("/result/adapter").asText()
                    + "/files/adapter_config.json");
            assertTrue(shown.path("use_dora").asBoolean(), shown::toString);
            assertTrue(config.path("use_rslora").asBoolean() && config.path("use_dora").asBoolean(), config::toString);
            JsonNode unfit = post(409, "/v1/adapters/few/compress", "{}");
            assertTrue(unfit.at("/error/message").asText().contains("' is DoRA"), unfit::toString);
            assertEquals("[\"q_proj\",\"v_proj\"]", config.path("target_modules").toString());
            assertEquals(200, asked("few").statusCode());
            assertEquals("stories260K", post(200, "/v1/aliases/few/rollback", "{}").path("current").asText());
            JsonNode again = post(409, "/v1/aliases/few/rollback", "{}");
            assertTrue(again.at("/error/message").asText().contains("points to the base model already"),
                    again::toString);
            assertTrue(get(200, "/v1/aliases").at("/data/0/previous").isNull());
        }
    }

    private JsonNode compressed(String name, String body) throws Exception {
        return ended(post(200, "/v1/adapters/" + name + "/compress", body));
    }

    private String text(String model) throws Exception {
        HttpResponse<String> reply = asked(model);
        assertEquals(200, reply.statusCode(), reply.body());
        return TestAppliance.json(reply).at("/choices/0/text").asText();
    }

    private long metric(String name) throws Exception {
        return appliance.get("/metrics").body().lines().filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1))).findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    @Test
    void shouldServeACompressedAdapterAsANewVersionThroughTheGateAndAfterARestart() throws Exception {
        String trained;
        String small;
        String before;
        try (TestAppliance _ = start(Map.of())) {
            trained = tuned("lamp", 1);
            assertEquals("peft", get(200, "/v1/adapters/lamp").path("form").asText());
            JsonNode end = compressed("lamp", "{\"density\": 0.2, \"loss_increase_max\": 1, \"epochs\": 1}");
            assertEquals("succeeded", end.path("status").asText(), end.toString());
            assertTrue(end.at("/result/bytes").asLong() * 8 < end.at("/result/original_bytes").asLong(),
                    end.toString());
            assertTrue(end.at("/result/gate/passed").asBoolean());
            small = end.at("/result/adapter").asText();
            JsonNode shown = get(200, "/v1/adapters/lamp");
            assertEquals(small, shown.path("id").asText());
            assertEquals("ternary", shown.path("form").asText());
            assertEquals("live", shown.path("state").asText());
            assertEquals(trained, shown.path("compressed_from").asText());
            assertEquals("retired", get(200, "/v1/adapters/" + trained).path("state").asText());
            assertTrue(get(200, "/v1/lineage/adapter/" + small).toString().contains(trained));
            before = text("lamp");
            assertEquals(before, text(small));
            refuseWrongInput(small);
        }
        try (TestAppliance _ = start(Map.of())) {
            assertEquals(before, text("lamp"));
            post(200, "/v1/aliases/lamp/rollback", "{}");
            assertEquals(trained, get(200, "/v1/adapters/lamp").path("id").asText());
            // Not the alias' own any more: a version of another does not take its place.
            assertEquals("peft", get(200, "/v1/adapters/lamp").path("form").asText());
            Path file = data.resolve("adapters").resolve(small.replace(':', '-')).resolve("adapter.ternary");
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
        try (TestAppliance _ = start(Map.of())) {
            assertEquals(200, asked("lamp").statusCode());
            HttpResponse<String> refused = asked(small);
            assertTrue(refused.statusCode() >= 400, refused.body());
            HttpResponse<String> published = appliance.post(
                    "/v1/aliases/lamp/publish", "{\"adapter\": \"" + small + "\"}");
            assertTrue(published.statusCode() >= 400 && published.body().contains("adapter.ternary"),
                    published.body());
            assertEquals(200, asked("lamp").statusCode());
        }
    }

    private void refuseWrongInput(String small) throws Exception {
        String lamp = "/v1/adapters/" + small + "/compress";
        assertTrue(post(409, lamp, "{}").at("/error/message").asText().contains("compressed already"));
        post(404, "/v1/adapters/nobody/compress", "{}");
        get(404, "/v1/adapters/nobody");
        for (String body : new String[] {"{\"density\": 0}", "{\"density\": 2}", "{\"density\": \"much\"}",
            "{\"epochs\": -1}", "{\"loss_increase_max\": -0.1}", "{\"densty\": 0.1}"}) {
            post(400, lamp, body);
        }
        assertEquals(400, appliance.get("/v1/adapters?limit=0").statusCode());
    }

    private double perplexity(String model) throws Exception {
        return post(200, "/v1/curation/perplexity", "{\"text\": \"The lamp of house 3 burns all night long.\", "
                + "\"model\": \"" + model + "\"}").path("perplexity").asDouble();
    }

    @Test
    void shouldBeAskedByOperatorsUnderItsIdAndItsAlias() throws Exception {
        try (TestAppliance _ = start(Map.of())) {
            String id = tuned("lamp", 1);
            double base = perplexity("stories260K");
            assertTrue(perplexity("lamp") < base, "it learnt the text: " + perplexity("lamp") + " and " + base);
            assertEquals(perplexity("lamp"), perplexity(id));
        }
    }

    @Test
    void shouldAnswerToItsOwnIdAlsoAfterARestartWhenAnotherTookItsPlace() throws Exception {
        String first;
        String before;
        try (TestAppliance _ = start(Map.of())) {
            first = tuned("lamp", 1);
            before = text(first);
            assertNotEquals(first, tuned("lamp", 2));
            assertEquals("retired", get(200, "/v1/adapters/" + first).path("state").asText());
            assertRetired(first, before);
        }
        try (TestAppliance _ = start(Map.of())) {
            assertRetired(first, before);
            assertEquals(200, appliance.delete("/v1/models/" + first).statusCode());
            assertEquals(404, asked(first).statusCode());
        }
        try (TestAppliance _ = start(Map.of())) {
            assertEquals(404, asked(first).statusCode());
            get(404, "/v1/models/" + first);
            assertEquals(200, asked("lamp").statusCode());
        }
    }

    private void assertRetired(String adapter, String answer) throws Exception {
        assertEquals(answer, text(adapter));
        assertTrue(get(200, "/v1/models").path("data").findValuesAsText("id").contains(adapter), "it is listed");
        assertEquals("retired", get(200, "/v1/models/" + adapter).path("adapter_state").asText());
        assertTrue(get(200, "/v1/adapters/" + adapter).path("served").asBoolean());
    }

    @Test
    void shouldKeepTheAdapterAsItIsWhenNoDensityIsGoodEnough() throws Exception {
        try (TestAppliance _ = start(Map.of())) {
            String trained = tuned("lamp", 1);
            JsonNode end = compressed(
                    "lamp", "{\"density\": 0.0001, \"loss_increase_max\": 0, \"epochs\": 0}");
            assertEquals("failed", end.path("status").asText(), end.toString());
            assertTrue(end.path("error").asText().contains("the adapter stays as it is"), end.toString());
            assertEquals(trained, get(200, "/v1/adapters/lamp").path("id").asText());
            assertEquals(1, get(200, "/v1/adapters").path("data").size());
            assertEquals(200, asked("lamp").statusCode());
        }
    }

    @Test
    void shouldTakeAdaptersOutOfMemoryAndReadThemAgainWhenTheBudgetIsOne() throws Exception {
        Map<String, String> answers = new java.util.LinkedHashMap<>();
        long each;
        try (TestAppliance _ = start(Map.of())) {
            for (String name : new String[] {"one", "two", "three"}) {
                tuned(name, name.hashCode() & 0xffff);
                answers.put(name, text(name));
            }
            each = get(200, "/v1/adapters/one").path("memory_bytes").asLong();
            assertTrue(each > 0);
            assertEquals(3, metric("quern_adapters_resident"));
        }
        try (TestAppliance _ = start(Map.of("adapters.memory", (each * 3 / 2) + "B"))) {
            assertEquals(0, metric("quern_adapters_resident"));
            for (int round = 0; round < 2; round++) {
                for (var expected : answers.entrySet()) {
                    assertEquals(expected.getValue(), text(expected.getKey()));
                    assertTrue(get(200, "/v1/adapters/" + expected.getKey()).path("resident").asBoolean());
                }
            }
            assertEquals(1, metric("quern_adapters_resident"));
            assertEquals(each, metric("quern_adapters_resident_bytes"));
            assertEquals(5, metric("quern_adapter_evictions_total"));
            assertEquals(each, get(200, "/v1/adapters").at("/memory/bytes").asLong());
        }
        try (TestAppliance _ = start(Map.of("adapters.memory", "64KiB"))) {
            HttpResponse<String> refused = asked("one");
            assertTrue(each < (64 << 10) || refused.statusCode() >= 400 && refused.body().contains("adapters.memory"),
                    refused.body());
        }
    }
}
