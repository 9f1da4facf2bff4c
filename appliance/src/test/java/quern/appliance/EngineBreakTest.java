package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.actors.House;
import quern.inference.engine.EngineStats;

/** A sequence that throws an error inside the engine, among those of ordinary clients. */
class EngineBreakTest {

    /** What is promised; a machine busy with other builds gets more. */
    private static final long LIMIT_S = Boolean.getBoolean("quern.campaign") ? 5 : 30;

    @TempDir
    Path directory;

    private static CompletableFuture<HttpResponse<String>> ask(TestAppliance appliance, boolean stream) {
        String body = "{\"model\": \"endless\", \"prompt\": \"Once\", \"max_tokens\": 100000, \"ignore_eos\": true,"
                + " \"stream\": " + stream + "}";
        return CompletableFuture.supplyAsync(() -> {
            try {
                return appliance.post("/v1/completions", body);
            } catch (Exception broken) {
                throw new IllegalStateException(broken);
            }
        });
    }

    @Test
    void shouldEndEveryReplyWithATypedErrorAndServeAgainWhenTheEngineBreaks() throws Exception {
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("data"), Map.of())) {
            House.Running running = appliance.appliance().whenReady().toCompletableFuture().get();
            for (int round = 1; round <= 2; round++) {
                assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> appliance.active() == 0));
                List<CompletableFuture<HttpResponse<String>>> replies = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    replies.add(ask(appliance, i % 2 == 0));
                }
                assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> appliance.active() == 4));
                Poison.take(running, -round);
                for (int i = 0; i < 4; i++) {
                    requireTyped(replies.get(i), i % 2 == 0);
                }
            }
            assertTrue(TestAppliance.await(Duration.ofSeconds(LIMIT_S), appliance::readiness), "not ready again");
            HttpResponse<String> next = appliance.post("/v1/completions",
                    "{\"model\": \"endless\", \"prompt\": \"Once\", \"max_tokens\": 3}");
            assertEquals(200, next.statusCode(), next.body());
            assertTrue(TestAppliance.await(Duration.ofSeconds(LIMIT_S), () -> appliance.active() == 0));
            EngineStats stats = appliance.appliance().engineStats().orElseThrow();
            assertEquals(stats.blocksTotal(), stats.blocksAvailable());
            assertTrue(appliance.get("/metrics").body().contains("quern_engine_failures_total 2.0"));
        }
    }

    /** A whole reply whose status is out already carries the error and breaks off. */
    private static void requireTyped(CompletableFuture<HttpResponse<String>> reply, boolean stream) throws Exception {
        HttpResponse<String> response;
        try {
            response = reply.get(LIMIT_S, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException broken) {
            assertFalse(stream, "a stream broke off: " + broken);
            return;
        }
        boolean begun = response.statusCode() == 200;
        String json = stream && begun
                ? response.body().lines().filter(line -> line.startsWith("data: {\"error\"")).findFirst().orElseThrow()
                        .substring(6)
                : response.body();
        assertTrue(begun || response.statusCode() == 503, response.body());
        JsonNode error = TestAppliance.JSON.readTree(json).path("error");
        assertEquals("server_error", error.path("type").textValue(), json);
        assertFalse(response.body().contains("[DONE]"));
    }
}
