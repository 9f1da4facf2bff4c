package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.appliance.Batches;
import quern.appliance.TestAppliance;

/** A tuned adapter goes with its model to another machine, and to PEFT, and answers there as it did here. */
class BundledAdaptersCliTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private Path scratch;

    private static FakeServer.Outcome run(Path data, String... arguments) {
        var line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        return FakeServer.runAlone(line.toArray(String[]::new));
    }

    private static JsonNode json(Path data, String... arguments) throws Exception {
        var line = new ArrayList<>(List.of(arguments));
        line.add("--json");
        var outcome = run(data, line.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return ApiClient.JSON.readTree(outcome.out());
    }

    private static TestAppliance serve(Path data, Path model) throws Exception {
        TestAppliance server = TestAppliance.startWithModel(data, model, Map.of());
        server.appliance().whenReady().toCompletableFuture().get(60, TimeUnit.SECONDS);
        return server;
    }

    private static JsonNode post(TestAppliance server, String path, String body) throws Exception {
        HttpResponse<String> reply = server.post(path, body);
        assertEquals(200, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private static JsonNode ended(TestAppliance server, JsonNode job) throws Exception {
        String at = "/v1/jobs/" + job.path("id").asText();
        assertTrue(TestAppliance.await(LIMIT, () -> {
            try {
                return TestAppliance.json(server.get(at)).path("finished_at").isNumber();
            } catch (Exception unreachable) {
                throw new IllegalStateException(unreachable);
            }
        }), "no end: " + at);
        JsonNode end = TestAppliance.json(server.get(at));
        assertEquals("succeeded", end.path("status").asText(), end.toString());
        return end;
    }

    private static String tuned(TestAppliance server) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("{\"text\": \"The lamp of house ").append(i % 5).append(" burns all night long.\"}\n");
        }
        String file = Batches.upload(server, "fine-tune", lines.toString());
        return ended(server, post(server, "/v1/fine_tuning/jobs", "{\"model\": \"tiny\", \"training_file\": \""
                + file + "\", \"suffix\": \"lamp\", \"seed\": 1, \"hyperparameters\": {\"n_epochs\": 2,"
                + " \"batch_tokens\": 128, \"lora_rank\": 4, \"gate_loss_margin\": -1000,"
                + " \"gate_span_score_min\": 0, \"gate_general_loss_max\": 1000}}")).at("/result/adapter").asText();
    }

    private static String text(TestAppliance server, String model) throws Exception {
        return post(server, "/v1/completions", "{\"model\": \"" + model
                + "\", \"prompt\": \"The lamp\", \"max_tokens\": 12, \"temperature\": 0}")
                .at("/choices/0/text").asText();
    }

    @Test
    void shouldAnswerTheSameElsewhereWhenExportedWithItsModel() throws Exception {
        Path from = scratch.resolve("from");
        Path bundle = scratch.resolve("tiny.quern.tar");
        Path peft = scratch.resolve("peft");
        Path model = Path.of(json(from, "import", TestAppliance.storiesModel().toString(), "--name", "tiny")
                .path("path").asText());
        String trained;
        String small;
        String said;
        try (TestAppliance server = serve(from, model)) {
            trained = tuned(server);
            small = ended(server, post(server, "/v1/adapters/lamp/compress",
                    "{\"density\": 0.2, \"loss_increase_max\": 1, \"epochs\": 1}")).at("/result/adapter").asText();
            said = text(server, "lamp");
            assertNotEquals(text(server, "tiny"), said);
            JsonNode exported = json(from, "models", "export", "tiny", bundle.toString(), "--adapters", "all");
            assertEquals(2, exported.path("adapters").size(), exported.toString());
            assertEquals(0, exported.path("left_out").size(), exported.toString());
            json(from, "adapters", "export", "lamp", peft.toString());
            assertEquals(2, run(from, "adapters", "export", "lamp", peft.toString()).exitCode());
            assertEquals(3, run(from, "adapters", "export", "nobody", scratch.resolve("no").toString()).exitCode());
            assertEquals(404, server.get("/v1/adapters/lamp/files/origin.json").statusCode());
        }
        String logits = run(from, "logits", model.toString(), "--adapter", peft.toString(), "--tokens", "1,2,3").out();
        assertFalse(logits.isEmpty());
        Path alone = scratch.resolve("alone.tar");
        assertEquals(0, run(from, "models", "export", "tiny", alone.toString(), "--adapters", trained + ",lamp")
                .exitCode(), "both, without a server");
        Path one = scratch.resolve("one.tar");
        assertEquals(0, run(from, "models", "export", "tiny", one.toString(), "--adapters", "lamp").exitCode());
        Path to = scratch.resolve("to");
        JsonNode imported = json(to, "import", one.toString());
        assertEquals("[\"lamp\"]", imported.at("/adapters/0/aliases").toString());
        try (TestAppliance server = serve(to, Path.of(imported.path("path").asText()))) {
            assertEquals(said, text(server, "lamp"));
            assertEquals(said, text(server, small));
            JsonNode shown = TestAppliance.json(server.get("/v1/adapters/lamp"));
            assertEquals("ternary", shown.path("form").asText());
            assertEquals("tiny", shown.at("/imported_from/model").asText());
            JsonNode more = json(to, "import", alone.toString());
            assertEquals(2, more.path("adapters").size(), more.toString());
            assertEquals("retired", more.at("/adapters/0/state").asText());
            assertFalse(more.at("/adapters/1/added").asBoolean());
            byte[] bytes = Files.readAllBytes(alone);
            bytes[bytes.length - 3000] ^= 1;
            Files.write(alone, bytes);
            assertEquals(4, run(to, "import", alone.toString()).exitCode());
            assertEquals(400, server.post("/v1/adapters", "{}").statusCode());
        }
    }
}
