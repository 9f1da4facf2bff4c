package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests in each other's way, each with a mark of its own: every reply is what it is when nobody else is there. */
class CanaryTest {

    private static final int REQUESTS = Boolean.getBoolean("quern.campaign") ? 1_000 : 96;
    private static final int KINDS = 6;
    private static final int SENTENCES = 24;
    private static final int AT_ONCE = 32;
    private static final int FIRST_CANARY = 300;

    @TempDir
    Path directory;

    /** The token that request {@code i} alone is made to say. */
    private static int canary(int i) {
        return FIRST_CANARY + i % (KINDS * SENTENCES);
    }

    private static String body(int i) {
        int sentence = i / KINDS % SENTENCES;
        String prompt = "\"prompt\": \"Once upon a time there was a cat number " + sentence
                + " who went to the park and saw\"";
        String common = "{\"model\": \"stories260K\", \"ignore_eos\": true, " + prompt;
        return switch (i % KINDS) {
            case 0 -> common + ", \"temperature\": 0, \"max_tokens\": 40}";
            case 1 -> common + ", \"temperature\": 1, \"seed\": " + i % (KINDS * SENTENCES) + ", \"max_tokens\": 30}";
            case 2, 3 -> common + ", \"temperature\": 0, \"max_tokens\": 24, \"logit_bias\": {\"" + canary(i)
                    + "\": 100}}";
            case 4 -> common + ", \"temperature\": 0.8, \"seed\": 7, \"n\": 3, \"max_tokens\": 12}";
            default -> common + ", \"temperature\": 0, \"logprobs\": 2, \"max_tokens\": 16}";
        };
    }

    private static JsonNode choices(HttpResponse<String> response) throws Exception {
        assertEquals(200, response.statusCode(), response.body());
        return TestAppliance.json(response).path("choices");
    }

    /** Goes away in the middle of a stream. */
    private static void abandon(TestAppliance appliance, HttpClient client, int i) throws Exception {
        String stream = body(i).replaceFirst("\\{", "{\"stream\": true, ").replaceAll("\"max_tokens\": \\d+",
                "\"max_tokens\": 90");
        HttpRequest request = appliance.request("/v1/completions").header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(stream)).build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var body = response.body()) {
            body.readNBytes(200 + i % 7 * 100);
        }
    }

    @Test
    void shouldAnswerEachAsWhenAloneWhenManyAreInterleavedCancelledAndPreempted() throws Exception {
        Map<String, JsonNode> serial = new HashMap<>();
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("serial"),
                Map.of("engine.draft-tokens-max", "0", "kv.type", "f32"))) {
            for (int i = 0; i < Math.min(REQUESTS, KINDS * SENTENCES); i++) {
                serial.put(body(i), choices(appliance.post("/v1/completions", body(i))));
            }
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            order.add(i);
        }
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.err.println("CanaryTest: seed " + seed);
        Collections.shuffle(order, new Random(seed));
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("together"),
                        Map.of("kv.hot", "1MiB", "kv.type", "f32", "kv.block-tokens", "16",
                                "engine.sequences-max", "64", "engine.queue-max", "512"));
                HttpClient leaver = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Semaphore places = new Semaphore(AT_ONCE);
            Map<Integer, Future<JsonNode>> replies = new HashMap<>();
            List<CompletableFuture<Void>> gone = new ArrayList<>();
            for (int i : order) {
                places.acquire();
                replies.put(i, clients.submit(() -> {
                    try {
                        return choices(appliance.post("/v1/completions", body(i)));
                    } finally {
                        places.release();
                    }
                }));
                if (i % 5 == 0) {
                    gone.add(CompletableFuture.runAsync(() -> leave(appliance, leaver, i), clients));
                }
            }
            for (int i : order) {
                JsonNode found = replies.get(i).get();
                requireOwnMarks(i, found);
                assertEquals(serial.get(body(i)), found, body(i));
            }
            gone.forEach(CompletableFuture::join);
            assertTrue(appliance.appliance().engineStats().orElseThrow().preemptions() > 0, "nothing was preempted");
            assertTrue(TestAppliance.await(Duration.ofSeconds(10), () -> appliance.active() == 0));
            var stats = appliance.appliance().engineStats().orElseThrow();
            assertEquals(stats.blocksTotal(), stats.blocksAvailable());
        }
    }

    private static void leave(TestAppliance appliance, HttpClient client, int i) {
        try {
            abandon(appliance, client, i);
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** A reply that was made to say one token says it alone. */
    private static void requireOwnMarks(int i, JsonNode choices) {
        int kind = i % KINDS;
        if (kind == 2 || kind == 3) {
            String text = choices.at("/0/text").textValue();
            assertFalse(text.isEmpty());
            String piece = text.substring(0, text.length() / 24);
            assertEquals(piece.repeat(24), text, "canary " + canary(i) + " of " + body(i));
        }
    }
}
