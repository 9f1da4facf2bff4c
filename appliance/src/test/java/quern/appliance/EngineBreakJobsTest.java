package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.actors.House;

/** An engine that breaks under work nobody waits for at a connection: the work goes on, and nothing of it is lost. */
class EngineBreakJobsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** What is promised; a machine busy with other builds gets more. */
    private static final long ERROR_S_MAX = Boolean.getBoolean("quern.campaign") ? 5 : 30;
    private static final int LINES = 24;

    @TempDir
    Path directory;

    private static String batchLines() {
        return IntStream.range(0, LINES).mapToObj(i -> "{\"custom_id\": \"line-" + i + "\", \"method\": \"POST\", "
                + "\"url\": \"/v1/completions\", \"body\": {\"model\": \"quern-nano\", \"prompt\": \"Note " + i
                + "\", \"max_tokens\": 200, \"temperature\": 0, \"ignore_eos\": true}}")
                .collect(Collectors.joining("\n"));
    }

    private static String tune(TestAppliance appliance) throws Exception {
        String file = Batches.upload(appliance, "fine-tune", IntStream.range(0, LINES)
                .mapToObj(i -> "{\"messages\": [{\"role\": \"user\", \"content\": \"How bright is lamp " + i + "?\"}, "
                        + "{\"role\": \"assistant\", \"content\": \"Lamp " + i + " has " + i * 7 + " watts.\"}]}")
                .collect(Collectors.joining("\n")));
        HttpResponse<String> job = appliance.post("/v1/fine_tuning/jobs", "{\"model\": \"quern-nano\", "
                + "\"training_file\": \"" + file + "\", \"seed\": 5, \"hyperparameters\": {\"n_epochs\": 12, "
                + "\"batch_tokens\": 128, \"gate_loss_margin\": -1000, \"gate_span_score_min\": 0, "
                + "\"gate_general_loss_max\": 1000}}");
        assertEquals(200, job.statusCode(), job.body());
        return TestAppliance.json(job).path("id").asText();
    }

    private static JsonNode job(TestAppliance appliance, String id) {
        try {
            return TestAppliance.json(appliance.get("/v1/jobs/" + id));
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }

    private static JsonNode ended(TestAppliance appliance, String id) {
        assertTrue(TestAppliance.await(PATIENCE, () -> job(appliance, id).path("finished_at").isNumber()),
                () -> job(appliance, id).toString());
        return job(appliance, id);
    }

    @Test
    void shouldFinishBatchAndTuningWhenTheEngineBreaksUnderThem() throws Exception {
        try (TestAppliance appliance = TestAppliance.startWithModel(
                directory.resolve("data"), Path.of(""), Map.of("start.warm-up", "0s"))) {
            House.Running running = appliance.appliance().whenReady().toCompletableFuture().get(2, TimeUnit.MINUTES);
            String tuning = tune(appliance);
            assertTrue(TestAppliance.await(PATIENCE, () -> job(appliance, tuning).at("/progress/done").asInt() >= 2));
            String batch = Batches.submit(appliance, "/v1/completions", batchLines());
            assertTrue(TestAppliance.await(PATIENCE, () -> appliance.active() > 0), "the batch does not begin");
            Poison.take(running, -1);

            JsonNode answered = ended(appliance, batch);
            assertEquals(LINES, answered.at("/result/completed").asInt(), answered.toString());
            assertEquals(0, answered.at("/result/failed").asInt(), answered.toString());
            String output = appliance.get("/v1/files/" + answered.at("/result/output_file_id").asText() + "/content")
                    .body();
            assertEquals(LINES, output.lines().map(line -> line.replaceAll(".*\"custom_id\":\"([^\"]*)\".*", "$1"))
                    .distinct().count());
            JsonNode tuned = ended(appliance, tuning);
            assertEquals("succeeded", tuned.path("status").asText(), tuned.toString());
            assertTrue(appliance.get("/v1/jobs/" + tuning + "/events").body().contains("goes on from its last"));
            assertTrue(appliance.get("/metrics").body().contains("quern_engine_failures_total 1.0"));
        }
    }

    @Test
    void shouldRefuseEmbeddingsWithATypedErrorWhenTheEngineBreaksUnderThem() throws Exception {
        String inputs = IntStream.range(0, 2_000).mapToObj(i -> "\"A note about lamp " + i
                + ", which nobody has lit for years".repeat(24) + "\"").collect(Collectors.joining(", "));
        try (TestAppliance appliance = TestAppliance.startWithModel(
                directory.resolve("data"), Path.of(""), Map.of("start.warm-up", "0s"))) {
            House.Running running = appliance.appliance().whenReady().toCompletableFuture().get(2, TimeUnit.MINUTES);
            String text = broken(appliance, running, inputs, -1);
            assertEquals("server_error", TestAppliance.JSON.readTree(text).at("/error/type").asText(), text);
            HttpResponse<String> next = null;
            for (int i = 0; i < 200 && (next == null || next.statusCode() == 503); i++) {
                next = appliance.post("/v1/embeddings", "{\"model\": \"quern-nano\", \"input\": \"a lamp\"}");
            }
            assertEquals(200, next.statusCode(), next.body());
        }
    }

    private static String broken(TestAppliance appliance, House.Running running, String inputs, long id)
            throws Exception {
        CompletableFuture<HttpResponse<String>> reply = CompletableFuture.supplyAsync(() -> {
            try {
                return appliance.post("/v1/embeddings", "{\"model\": \"quern-nano\", \"input\": [" + inputs + "]}");
            } catch (Exception broken) {
                throw new IllegalStateException(broken);
            }
        });
        assertTrue(TestAppliance.await(PATIENCE, () -> appliance.appliance().engineStats()
                .map(stats -> stats.promptTokens() > 0).orElse(false)), "nothing is computed");
        Poison.take(running, id);
        try {
            return reply.get(ERROR_S_MAX, TimeUnit.SECONDS).body();
        } catch (java.util.concurrent.ExecutionException cut) {
            return "{\"error\": {\"type\": \"server_error\"}}";
        }
    }
}
