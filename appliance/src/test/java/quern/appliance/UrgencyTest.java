package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Service tiers, time limits and cancelling, as a client sees them, with one seat and answers without end. */
class UrgencyTest {

    private static final Duration WITHIN = Duration.ofSeconds(30);
    /** Not the common pool: replies of the server need that. */
    private static final ExecutorService CLIENTS = Executors.newCachedThreadPool();
    private static final String COMPLETIONS = "/v1/completions";

    @TempDir
    static Path directory;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.startEndless(directory.resolve("data"),
                Map.of("engine.sequences-max", "1", "engine.scheduling.profile", "1s"));
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
        CLIENTS.shutdown();
    }

    @AfterEach
    void shouldLeaveNothingAtWork() {
        assertTrue(TestAppliance.await(WITHIN, () -> appliance.active() == 0), "something goes on generating");
    }

    private static String body(String more) {
        return "{\"model\":\"endless\",\"prompt\":\"Once\"," + more + "}";
    }

    private static CompletableFuture<HttpResponse<String>> endless(String id, String more) throws Exception {
        HttpRequest request = appliance.request(COMPLETIONS).header("Content-Type", "application/json")
                .header("X-Request-Id", id)
                .POST(HttpRequest.BodyPublishers.ofString(body("\"max_tokens\":1000000,\"ignore_eos\":true" + more)))
                .build();
        return CompletableFuture.supplyAsync(() -> {
            try {
                return appliance.send(request);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }, CLIENTS);
    }

    private static void awaitRunning() {
        long before = appliance.appliance().engineStats().orElseThrow().completionTokens();
        assertTrue(TestAppliance.await(WITHIN, () -> appliance.appliance().engineStats().orElseThrow()
                .completionTokens() > before), "nothing is generated");
    }

    @ParameterizedTest
    @CsvSource({"auto,default", "default,default", "flex,flex", "priority,priority"})
    void shouldSayWhichTierServedARequestThatAsksForOne(String asked, String served) throws Exception {
        for (String stream : new String[] {"", ",\"stream\":true"}) {
            String tier = "\"service_tier\":\"" + asked + "\"" + stream;
            String text = appliance.post(COMPLETIONS, body("\"max_tokens\":2," + tier)).body();
            assertTrue(text.contains("\"service_tier\":\"" + served + "\""), text);
            String chat = appliance.post("/v1/chat/completions", "{\"model\":\"endless\",\"max_tokens\":2,\"messages\":"
                    + "[{\"role\":\"user\",\"content\":\"Hi\"}]," + tier + "}").body();
            assertTrue(chat.contains("\"service_tier\":\"" + served + "\""), chat);
        }
        assertFalse(appliance.post(COMPLETIONS, body("\"max_tokens\":2")).body().contains("service_tier"));
    }

    @Test
    void shouldNameTheFieldOrHeaderThatIsWrong() throws Exception {
        for (String[] wrong : new String[][] {{"\"service_tier\":\"scale\"", "service_tier"},
            {"\"service_tier\":1", "service_tier"}, {"\"timeout_ms\":0", "timeout_ms"},
            {"\"timeout_ms\":\"1\"", "timeout_ms"}, {"\"timeout_ms\":1e12", "timeout_ms"}}) {
            HttpResponse<String> reply = appliance.post(COMPLETIONS, body(wrong[0]));
            assertEquals(400, reply.statusCode(), reply.body());
            assertEquals(wrong[1], TestAppliance.json(reply).at("/error/param").asText());
        }
        for (String[] header : new String[][] {{"X-Request-Timeout-Ms", "soon"}, {"X-Request-Timeout-Ms", "0"},
            {"X-Request-Timeout-Ms", "99999999999"}, {"X-Request-Id", "a b"}, {"X-Request-Id", "x".repeat(65)}}) {
            HttpResponse<String> reply = appliance.send(appliance.request(COMPLETIONS).header(header[0], header[1])
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body("\"max_tokens\":2"))).build());
            assertEquals(400, reply.statusCode(), reply.body());
            assertEquals(header[0], TestAppliance.json(reply).at("/error/param").asText());
        }
    }

    @Test
    void shouldAnswerPriorityWhileAFlexibleAnswerGoesOnAndCancelThatById() throws Exception {
        CompletableFuture<HttpResponse<String>> flex = endless("mine", ",\"service_tier\":\"flex\"");
        awaitRunning();
        HttpResponse<String> urgent = appliance.post(
                COMPLETIONS, body("\"max_tokens\":3,\"service_tier\":\"priority\",\"ignore_eos\":true"));
        assertEquals(3, TestAppliance.json(urgent).at("/usage/completion_tokens").asInt(), urgent.body());
        assertFalse(flex.isDone());
        awaitRunning();
        JsonNode engine = TestAppliance.json(appliance.get("/v1/engine"));
        assertEquals(1, engine.path("running").asInt(), engine.toString());
        assertTrue(engine.path("preemptions").asInt() > 0, engine.toString());
        assertTrue(engine.path("prompt_step_tokens").asInt() > 0, engine.toString());
        assertEquals(0, engine.path("recomputed_tokens").asInt(), engine.toString());
        assertEquals(400, endless("mine", "").get().statusCode(), "an id in use");

        String key = TestAppliance.json(appliance.post("/v1/keys", "{\"name\":\"other\"}")).path("key").asText();
        String cancel = COMPLETIONS + "/cmpl-mine/cancel";
        HttpRequest foreign = HttpRequest.newBuilder(appliance.request(cancel).build(), (name, value) -> false)
                .header("Authorization", "Bearer " + key).POST(HttpRequest.BodyPublishers.noBody()).build();
        assertEquals(404, appliance.send(foreign).statusCode());
        assertEquals(404, appliance.post("/v1/chat/completions/chatcmpl-mine2/cancel", "{}").statusCode());
        HttpResponse<String> cancelled = appliance.post(cancel, "{}");
        assertEquals(200, cancelled.statusCode(), cancelled.body());
        assertEquals("cancelled", TestAppliance.json(cancelled).path("status").asText());
        JsonNode rest = TestAppliance.json(flex.get());
        assertEquals("cmpl-mine", rest.path("id").asText());
        assertEquals("cancelled", rest.at("/choices/0/finish_reason").asText());
        assertTrue(rest.at("/usage/completion_tokens").asInt() > 0);
        assertEquals(404, appliance.post(cancel, "{}").statusCode());
    }

    @Test
    void shouldMeasureItsStepsWhenNobodyAsks() throws Exception {
        long until = System.nanoTime() + WITHIN.toNanos();
        while (TestAppliance.json(appliance.get("/v1/engine")).path("step_profile").isEmpty()) {
            assertTrue(System.nanoTime() < until, "no step was measured");
            Thread.sleep(20);
        }
    }

    @Test
    void shouldEndWithAnErrorWhenTheTimeIsUpWhetherItRunsOrWaits() throws Exception {
        HttpResponse<String> late = endless("late", ",\"timeout_ms\":50").get();
        assertEquals(504, late.statusCode(), late.body());
        assertEquals("deadline_exceeded", TestAppliance.json(late).at("/error/code").asText());
        CompletableFuture<HttpResponse<String>> running = endless("long", "");
        awaitRunning();
        HttpResponse<String> waited = appliance.send(appliance.request(COMPLETIONS)
                .header("Content-Type", "application/json").header("X-Request-Timeout-Ms", "50")
                .POST(HttpRequest.BodyPublishers.ofString(body("\"max_tokens\":3,\"timeout_ms\":100000"))).build());
        assertEquals(504, waited.statusCode(), waited.body());
        assertEquals(200, appliance.post(COMPLETIONS + "/cmpl-long/cancel", "{}").statusCode());
        running.get();
        String streamed = endless("stream", ",\"stream\":true,\"timeout_ms\":300").get().body();
        assertTrue(streamed.contains("\"code\":\"deadline_exceeded\""), streamed);
        assertFalse(streamed.contains("[DONE]"));
        String metrics = appliance.get("/metrics").body();
        assertTrue(metrics.contains("quern_request_expirations_total 3.0"), metrics);
    }

    @Test
    void shouldLeaveNothingRunningWhenABatchIsCancelled() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            lines.append("{\"custom_id\":\"").append(i)
                    .append("\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":")
                    .append(body("\"max_tokens\":1000000,\"ignore_eos\":true")).append("}\n");
        }
        String job = Batches.submit(appliance, COMPLETIONS, lines.toString());
        assertTrue(TestAppliance.await(WITHIN, () -> appliance.active() == 4), "the batch did not start");
        assertEquals(1, TestAppliance.json(appliance.post(
                COMPLETIONS, body("\"max_tokens\":1,\"ignore_eos\":true,\"service_tier\":\"priority\"")))
                .at("/usage/completion_tokens").asInt(), "priority waits for a batch");
        assertEquals(200, appliance.post("/v1/batches/" + job + "/cancel", "{}").statusCode());
    }
}
