package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheRoutesTest {

    private static final int BLOCK_TOKENS = 32;
    private static final Map<String, String> SMALL = Map.of("kv.warm-enabled", "true", "kv.cold-enabled", "false",
            "kv.hot", "1MiB", "kv.warm", "1MiB");

    @TempDir
    Path directory;

    private TestAppliance appliance;

    @BeforeEach
    void start() throws Exception {
        appliance = TestAppliance.start(directory.resolve("data"), SMALL);
    }

    @AfterEach
    void stop() {
        appliance.close();
    }

    private static String tokens(long seed) {
        return Arrays.toString(new Random(seed).ints(3 * BLOCK_TOKENS + 5, 3, 500).toArray());
    }

    private JsonNode send(String method, String path, String key, String body) throws Exception {
        HttpRequest request = appliance.request(path).setHeader("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        return TestAppliance.json(appliance.send(request));
    }

    private int cached(String key, long seed) throws Exception {
        JsonNode answer = send("POST", "/v1/completions", key, "{\"model\": \"stories260K\", \"max_tokens\": 1, "
                + "\"temperature\": 0, \"prompt\": " + tokens(seed) + "}");
        assertTrue(answer.has("usage"), answer.toString());
        return answer.at("/usage/prompt_tokens_details/cached_tokens").intValue();
    }

    private JsonNode pin(String key, long seed) throws Exception {
        return send("POST", "/v1/cache/pins", key, "{\"model\": \"stories260K\", \"name\": \"p\", \"prompt\": "
                + tokens(seed) + "}");
    }

    private String key(String fields) throws Exception {
        return send("POST", "/v1/keys", appliance.adminKey(), "{\"name\": \"n\"" + fields + "}")
                .path("key").textValue();
    }

    private Map<String, Integer> usage(String key) throws Exception {
        Map<String, Integer> usage = new HashMap<>();
        send("GET", "/v1/cache?usage=true", key, "").path("tenants").forEach(tenant ->
                usage.put(tenant.path("tenant").textValue(), tenant.path("blocks").intValue()));
        return usage;
    }

    /** Pushes everything that is not pinned out of memory and warm tier, which hold some fifty blocks each. */
    private void fill(String key, int from) throws Exception {
        for (int seed = from; seed < from + 45; seed++) {
            cached(key, seed);
        }
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> {
            try {
                return send("GET", "/v1/cache", key, "").path("waiting_to_be_written").intValue() == 0;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }));
    }

    @Test
    void shouldFindAPinnedPromptWhenOthersWereEvictedAndTheServerStartedAgain() throws Exception {
        String admin = appliance.adminKey();
        assertEquals(0, cached(admin, 1));
        JsonNode pin = pin(admin, 2);
        assertEquals(3, pin.path("blocks").intValue(), pin.toString());
        fill(admin, 100);
        assertEquals(0, cached(admin, 1), "not pinned");
        assertEquals(3 * BLOCK_TOKENS, cached(admin, 2), "pinned");
        appliance.close();
        appliance = TestAppliance.start(directory.resolve("data"), SMALL);
        fill(admin, 200);
        assertEquals(3 * BLOCK_TOKENS, cached(admin, 2), "pinned before the start");
        JsonNode pins = send("GET", "/v1/cache/pins", admin, "");
        assertEquals(3, pins.at("/data/0/stored").intValue(), pins.toString());
        String id = pins.at("/data/0/id").textValue();
        assertTrue(send("DELETE", "/v1/cache/pins/" + id, admin, "").path("deleted").booleanValue());
        fill(admin, 300);
        fill(admin, 400);
        assertEquals(0, cached(admin, 2), "unpinned");
        assertEquals("pin_not_found", send("DELETE", "/v1/cache/pins/" + id, admin, "").at("/error/code").textValue());
    }

    @Test
    void shouldShowAndClearOnlyTheOwnTenantWhenNoAdministratorAsks() throws Exception {
        String admin = appliance.adminKey();
        String one = key("");
        String two = key(", \"tenant\": \"two\"");
        cached(admin, 1);
        cached(one, 1);
        cached(two, 1);
        JsonNode pin = pin(two, 1);
        assertEquals(Map.of("tenant:two", 4), usage(two));
        assertEquals(3, usage(admin).size(), usage(admin).toString());
        assertEquals(0, send("GET", "/v1/cache/pins", one, "").path("data").size());
        assertEquals("pin_not_found", send("DELETE", "/v1/cache/pins/" + pin.path("id").textValue(), one, "")
                .at("/error/code").textValue());
        assertFalse(send("GET", "/v1/cache", one, "").at("/tiers/0").has("hits"), "what others did shows");
        for (String[] refused : new String[][] {{"DELETE", "/v1/cache?tenant=tenant:two"},
                {"DELETE", "/v1/cache?wipe=true"}, {"POST", "/v1/cache/verify"}}) {
            JsonNode answer = send(refused[0], refused[1], one, "{}");
            assertTrue(answer.has("error"), refused[1] + " " + answer);
        }
        JsonNode cleared = send("DELETE", "/v1/cache", one, "");
        assertEquals(4, cleared.at("/blocks/hot").intValue(), cleared.toString());
        assertEquals(0, cached(one, 1));
        assertTrue(cached(two, 1) > 0 && cached(admin, 1) > 0, "others keep theirs");
        assertEquals(1, send("DELETE", "/v1/cache?tenant=tenant:two", admin, "").path("pins").intValue());
        assertEquals(0, cached(two, 1));
        send("DELETE", "/v1/cache?wipe=true", admin, "");
        assertEquals(Map.of(), usage(admin));
    }

    @Test
    void shouldReportRatesAndCheckedBlocksWhenAsked() throws Exception {
        String admin = appliance.adminKey();
        cached(admin, 7);
        fill(admin, 100);
        JsonNode checked = send("POST", "/v1/cache/verify", admin, "{}");
        assertTrue(checked.at("/tiers/0/blocks").intValue() > 20, checked.toString());
        assertEquals(0, checked.at("/tiers/0/damaged").intValue());
        appliance.close();
        appliance = TestAppliance.start(directory.resolve("data"), SMALL);
        assertTrue(cached(admin, 144) > 0);
        JsonNode warm = send("GET", "/v1/cache", admin, "").at("/tiers/1");
        assertEquals("warm", warm.path("tier").textValue());
        assertTrue(warm.path("load_ms").doubleValue() > 0, warm.toString());
        assertTrue(warm.path("chosen_to_load").intValue() >= 3, warm.toString());
        String metrics = appliance.get("/metrics").body();
        assertTrue(metrics.contains("quern_kv_load_seconds{model=\"stories260K\",tier=\"warm\"}"), metrics);
        assertTrue(metrics.contains(
                "quern_kv_choices_total{choice=\"load\",model=\"stories260K\",tier=\"warm\"}"), metrics);
    }

    @Test
    void shouldSayWhatIsWrongWhenAPromptCannotBePinned() throws Exception {
        String admin = appliance.adminKey();
        assertEquals("prompt_too_short", send("POST", "/v1/cache/pins", admin,
                "{\"model\": \"stories260K\", \"prompt\": \"Hi\"}").at("/error/code").textValue());
        assertEquals("stream", send("POST", "/v1/cache/pins", admin,
                "{\"model\": \"stories260K\", \"prompt\": \"Hi\", \"stream\": true}").at("/error/param").textValue());
        String last = "";
        for (int seed = 0; seed < 12 && last.isEmpty(); seed++) {
            last = pin(admin, seed).at("/error/message").asText("");
        }
        assertTrue(last.contains("half of the first tier on disk"), last);
    }
}
