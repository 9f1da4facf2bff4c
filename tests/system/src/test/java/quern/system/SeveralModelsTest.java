package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One prompt, asked by two tenants of two models and three adapters: nobody finds a block that was computed for
 * another, and everybody finds their own, in memory, after their model was unloaded, and after the server was killed.
 */
class SeveralModelsTest {

    private static final long SEED = Long.getLong("quern.seed", System.nanoTime() & 0xffff);
    private static final int KILLS = 2;
    private static final int LOAD_MS_MAX = 400;
    private static final String[] SETTINGS = {"--set", "start.warm-up=0s"};
    private static final String NANO = "quern-nano";
    private static final String TWIN = "twin";
    private static final List<String> TENANTS = List.of("north", "south");
    private static final String PROMPT =
            "Lamp 7 stands in the hall, lamp 8 in the yard, and nobody lights them. ".repeat(8);

    /** Who asks what. */
    private record Asker(String key, String model) {}

    private final Map<String, String> keys = new LinkedHashMap<>();
    private final List<Asker> askers = new ArrayList<>();
    private final Map<Asker, JsonNode> answers = new LinkedHashMap<>();

    @Test
    void shouldFindNoBlockOfAnotherTenantAdapterOrModel(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        try (ServerProcess server = ServerProcess.start(data, SETTINGS)) {
            prepare(server, data);
            Collections.shuffle(askers, new Random(SEED));
            for (Asker asker : askers) {
                JsonNode answer = ask(server, asker);
                assertEquals(0, cached(answer), () -> asker.model() + " found another's blocks, -Dquern.seed=" + SEED);
                answers.put(asker, answer.at("/choices/0/logprobs"));
            }
            assertEquals("0.0", metric(server, "quern_prefix_cache_hits_total "));
            assertEquals(askers.size(), answers.values().stream().distinct().count()
                    * TENANTS.size(), "each model and adapter answers in its own way, the same to both tenants");
            askAgain(server, "in memory");
            server.post("/v1/models/" + TWIN + "/unload", Map.of());
            askAgain(server, "unloaded and loaded again");
            server.kill();
        }
        Random moments = new Random(SEED);
        for (int kill = 0; kill < KILLS; kill++) {
            try (ServerProcess server = ServerProcess.start(data, SETTINGS)) {
                JsonNode loading = server.post("/v1/models/" + TWIN + "/load", Map.of("wait", false));
                assertEquals("loading", loading.path("state").asText(), loading::toString);
                LockSupport.parkNanos(1_000_000L * moments.nextInt(LOAD_MS_MAX));
                server.kill();
            }
        }
        try (ServerProcess server = ServerProcess.start(data, SETTINGS)) {
            askAgain(server, "after kill -9, while a model was loaded, too, -Dquern.seed=" + SEED);
        }
    }

    private void askAgain(ServerProcess server, String when) throws IOException {
        for (Asker asker : askers.reversed()) {
            JsonNode answer = ask(server, asker);
            assertTrue(cached(answer) > 100, () -> when + ": " + answer.path("usage"));
            assertEquals(answers.get(asker), answer.at("/choices/0/logprobs"), () -> when + ": " + asker.model());
        }
    }

    private void prepare(ServerProcess server, Path data) throws Exception {
        Path twin = data.resolveSibling("twin.gguf");
        try (Stream<Path> unpacked = Files.list(data.resolve("models"))) {
            Path nano = unpacked.filter(file -> file.getFileName().toString().endsWith(".gguf")).findFirst()
                    .orElseThrow();
            CommandProcess.run(data, "quantize", nano.toString(), twin.toString(), "--type", "Q4_0");
        }
        CommandProcess.run(data, "import", twin.toString(), "--name", TWIN);
        for (String tenant : TENANTS) {
            keys.put(tenant, server.post("/v1/keys", Map.of("name", tenant, "tenant", tenant, "admin", true))
                    .path("key").asText());
        }
        String file = upload(server);
        List<String> models = new ArrayList<>(List.of(NANO, TWIN));
        for (String base : List.of(NANO, TWIN)) {
            // Three adapters, so that one model has two of them.
            for (int adapter = 0; adapter < (base.equals(NANO) ? 2 : 1); adapter++) {
                models.add(tuned(server, base, file, adapter));
            }
        }
        models.forEach(model -> keys.values().forEach(key -> askers.add(new Asker(key, model))));
        assertEquals(10, askers.size());
    }

    private static String upload(ServerProcess server) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            lines.append("{\"messages\":[{\"role\":\"user\",\"content\":\"Lamp ").append(i)
                    .append("?\"},{\"role\":\"assistant\",\"content\":\"Lamp ").append(i).append(" has ")
                    .append(i * 7).append(" watts.\"}]}\n");
        }
        String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"lamps.jsonl\"\r\n"
                + "Content-Type: application/json\r\n\r\n" + lines + "\r\n--b--\r\n";
        return server.post("/v1/files", "multipart/form-data; boundary=b",
                form.getBytes(StandardCharsets.UTF_8)).path("id").asText();
    }

    private static String tuned(ServerProcess server, String base, String file, int seed) throws IOException {
        String job = server.post("/v1/fine_tuning/jobs", Map.of("model", base, "training_file", file, "seed", seed,
                "suffix", base + "-lamps-" + seed, "hyperparameters", Map.of("n_epochs", 1, "lora_rank", 2,
                        "batch_tokens", 128, "learning_rate", 0.02, "gate_loss_margin", -1000,
                        "gate_span_score_min", 0, "gate_general_loss_max", 1000))).path("id").asText();
        String at = "/v1/jobs/" + job;
        ServerProcess.await("the end of " + job, () -> look(server, at).path("finished_at").isNumber());
        JsonNode end = look(server, at);
        assertEquals("succeeded", end.path("status").asText(), end::toString);
        return end.at("/result/adapter").asText();
    }

    private static JsonNode look(ServerProcess server, String path) {
        try {
            return server.get(path);
        } catch (IOException gone) {
            throw new IllegalStateException(gone);
        }
    }

    private static JsonNode ask(ServerProcess server, Asker asker) throws IOException {
        byte[] body = ServerProcess.JSON.writeValueAsBytes(Map.of("model", asker.model(), "prompt", PROMPT,
                "max_tokens", 4, "temperature", 0, "logprobs", 3));
        HttpResponse<String> reply = server.send(HttpRequest.newBuilder(server.uri("/v1/completions"))
                .header("Authorization", "Bearer " + asker.key()).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build());
        assertEquals(200, reply.statusCode(), reply.body());
        return ServerProcess.JSON.readTree(reply.body());
    }

    private static int cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1);
    }

    private static String metric(ServerProcess server, String name) throws IOException {
        return server.send(server.authorized("/metrics").build()).body().lines()
                .filter(line -> line.startsWith(name)).findFirst().orElseThrow().substring(name.length());
    }
}
