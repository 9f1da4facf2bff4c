package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFieldsTest {

    private static final int BLOCK_TOKENS = 32;

    @TempDir
    static Path data;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.start(data, Map.of(
                "encryption.at-rest", "false", "kv.warm-enabled", "true", "kv.cold-enabled", "true", "kv.hot", "1MiB",
                "kv.warm", "1MiB", "kv.cold", "4MiB"));
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    private static String prompt(String of) {
        return "\"" + ("The " + of + " sat on a log near the water and sang a song to the moon. ").repeat(4) + "\"";
    }

    private static JsonNode complete(String key, String prompt, String fields) throws Exception {
        String body = "{\"model\": \"stories260K\", \"max_tokens\": 2, \"temperature\": 0, \"prompt\": " + prompt
                + fields + "}";
        HttpRequest request = appliance.request("/v1/completions").setHeader("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return TestAppliance.json(appliance.send(request));
    }

    private static int cached(String key, String prompt, String fields) throws Exception {
        JsonNode answer = complete(key, prompt, fields);
        assertTrue(answer.has("usage"), answer.toString());
        return answer.at("/usage/prompt_tokens_details/cached_tokens").intValue();
    }

    private static String key(String name, String fields) throws Exception {
        return TestAppliance.json(appliance.post("/v1/keys", "{\"name\": \"" + name + "\"" + fields + "}"))
                .path("key").textValue();
    }

    @Test
    void shouldShareWhenOnlyTheRoutingHintDiffers() throws Exception {
        String key = appliance.adminKey();
        assertEquals(0, cached(key, prompt("frog"), ", \"prompt_cache_key\": \"x\""));
        assertTrue(cached(key, prompt("frog"), ", \"prompt_cache_key\": \"y\"") > 0);
        assertTrue(cached(key, prompt("frog"), "") > 0);
    }

    @Test
    void shouldShareOnlyAmongEqualSaltsWhenSaltsAreGiven() throws Exception {
        String key = appliance.adminKey();
        assertEquals(0, cached(key, prompt("toad"), ""));
        assertEquals(0, cached(key, prompt("toad"), ", \"cache_salt\": \"a\""));
        assertEquals(0, cached(key, prompt("toad"), ", \"cache_salt\": \"b\""));
        assertTrue(cached(key, prompt("toad"), ", \"cache_salt\": \"a\"") > 0);
        assertTrue(cached(key, prompt("toad"), ", \"cache_salt\": \"\"") > 0);
    }

    @Test
    void shouldShareAcrossKeysOnlyWhenTheyAreOfOneTenant() throws Exception {
        String alone = key("alone", "");
        String other = key("other", "");
        String first = key("first", ", \"tenant\": \"house\"");
        String second = key("second", ", \"tenant\": \"house\"");
        String stranger = key("stranger", ", \"tenant\": \"House\"");
        String bird = prompt("bird");
        assertEquals(0, cached(alone, bird, ""));
        assertEquals(0, cached(other, bird, ""));
        assertEquals(0, cached(first, bird, ""));
        assertTrue(cached(second, bird, "") > 0);
        assertEquals(0, cached(second, bird, ", \"cache_salt\": \"s\""));
        assertEquals(0, cached(stranger, bird, ""));
        assertTrue(cached(alone, bird, "") > 0);
    }

    @Test
    void shouldRefuseWhenACacheFieldIsWrong() throws Exception {
        for (String wrong : List.of(", \"cache_salt\": \"" + "x".repeat(257) + "\"", ", \"cache_salt\": 1",
                ", \"prompt_cache_retention\": \"1h\"", ", \"prompt_cache_key\": \"" + "x".repeat(257) + "\"")) {
            JsonNode answer = complete(appliance.adminKey(), "\"a\"", wrong);
            String field = wrong.substring(3, wrong.indexOf('"', 3));
            assertEquals(field, answer.at("/error/param").textValue(), answer.toString());
        }
        assertEquals(400, appliance.post("/v1/keys", "{\"name\": \"n\", \"tenant\": \"a b\"}").statusCode());
    }

    @Test
    void shouldTouchNoDiskWhenThePromptIsToStayInMemory() throws Exception {
        String key = appliance.adminKey();
        String secret = tokens(1);
        byte[] block = lastFullBlock(1);
        String inMemory = ", \"prompt_cache_retention\": \"in_memory\"";
        assertEquals(0, cached(key, secret, inMemory));
        assertTrue(cached(key, secret, inMemory) > 0, "it is cached all the same");
        assertEquals(0, cached(key, tokens(2), ""));
        byte[] later = lastFullBlock(2);
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> onDisk(later)), "what may go there is on disk");
        assertFalse(onDisk(block), "the prompt that was to stay in memory is on disk");
        for (int filler = 3; filler < 30; filler++) {
            assertEquals(0, cached(key, tokens(filler), ""));
        }
        assertEquals(0, cached(key, secret, inMemory), "the arena forgot it");
        assertFalse(onDisk(block), "evicted to disk");
        complete(key, secret, "");
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> onDisk(block)), "asked anew without the wish");
    }

    private static int[] ids(long seed) {
        return new Random(seed).ints(3 * BLOCK_TOKENS + 5, 3, 500).toArray();
    }

    private static String tokens(long seed) {
        return Arrays.toString(ids(seed));
    }

    /** Token ids as tiers store them. */
    private static byte[] lastFullBlock(long seed) {
        ByteBuffer bytes = ByteBuffer.allocate(BLOCK_TOKENS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(ids(seed)).skip(2 * BLOCK_TOKENS).limit(BLOCK_TOKENS).forEach(bytes::putInt);
        return bytes.array();
    }

    private static boolean onDisk(byte[] sought) {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile).anyMatch(file -> holds(file, sought));
        } catch (IOException | UncheckedIOException changing) {
            return false;
        }
    }

    private static boolean holds(Path file, byte[] sought) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            for (int i = 0; i + sought.length <= bytes.length; i++) {
                if (bytes[i] == sought[0]
                        && Arrays.equals(bytes, i, i + sought.length, sought, 0, sought.length)) {
                    return true;
                }
            }
            return false;
        } catch (IOException gone) {
            return false;
        }
    }
}
