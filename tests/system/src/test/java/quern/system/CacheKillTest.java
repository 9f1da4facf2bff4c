package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Killed again and again while it answers, writes blocks behind and takes documents in. */
class CacheKillTest {

    private static final int KILLS = Boolean.getBoolean("quern.campaign") ? 50 : 5;
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime() & 0xffff);
    private static final int PROMPTS = 6;
    private static final int LOAD_MS_MAX = 900;

    /** Small, so that blocks go from tier to tier all the time; what is asked keeps no server busy for long. */
    private static final String[] SETTINGS = {"--set", "kv.hot=2MiB", "--set", "kv.warm=3MiB", "--set",
        "kv.cold=16MiB", "--set", "start.warm-up=0s"};

    private final Random random = new Random(SEED);
    private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
    private final Map<Integer, JsonNode> expected = new TreeMap<>();
    private int found;

    @Test
    void shouldLoseNothingAcknowledgedAndAnswerTheSameWhenKilledUnderLoad(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        for (int kill = 0; kill <= KILLS; kill++) {
            try (ServerProcess server = ServerProcess.start(data, SETTINGS)) {
                check(server, "after " + kill + " kills, -Dquern.seed=" + SEED);
                if (kill < KILLS) {
                    killUnderLoad(server);
                }
            }
        }
        assertTrue(found > 0, "no prompt was ever found in the cache, -Dquern.seed=" + SEED);
    }

    private void check(ServerProcess server, String when) throws IOException {
        Set<String> there = new TreeSet<>();
        server.get("/v1/documents?limit=1000").path("data").forEach(node -> there.add(node.path("id").asText()));
        assertTrue(there.containsAll(acknowledged), () -> when + ": of " + acknowledged + " there are " + there);
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            JsonNode answer = ask(server, prompt);
            JsonNode logprobs = answer.at("/choices/0/logprobs");
            assertTrue(logprobs.path("content").size() > 0, answer::toString);
            JsonNode before = expected.putIfAbsent(prompt, logprobs);
            if (before != null) {
                assertEquals(before, logprobs, when + ", prompt " + prompt);
                found += answer.at("/usage/prompt_tokens_details/cached_tokens").asInt();
            }
        }
        JsonNode checked = server.post("/v1/cache/verify", Map.of());
        checked.path("tiers").forEach(tier -> assertEquals(0, tier.path("damaged").asInt(), when + ": " + checked));
    }

    private void killUnderLoad(ServerProcess server) throws Exception {
        List<Thread> load = new ArrayList<>();
        for (int client = 0; client < 3; client++) {
            Random own = new Random(random.nextLong());
            boolean sends = client == 0;
            load.add(Thread.ofPlatform().start(() -> work(server, own, sends)));
        }
        LockSupport.parkNanos(1_000_000L * (20 + random.nextInt(LOAD_MS_MAX)));
        server.kill();
        for (Thread thread : load) {
            thread.join();
        }
    }

    /** Asks, and sends documents, until the server is gone. */
    private void work(ServerProcess server, Random own, boolean sends) {
        while (true) {
            try {
                if (sends) {
                    byte[] text = ("A note about lamp " + own.nextLong()).getBytes(StandardCharsets.UTF_8);
                    acknowledged.add(server.post("/v1/documents?name=n.txt", "text/plain", text).path("id").asText());
                } else {
                    ask(server, own.nextInt(PROMPTS * 4));
                }
            } catch (IOException gone) {
                return;
            }
        }
    }

    private static JsonNode ask(ServerProcess server, int prompt) throws IOException {
        String text = ("Lamp " + prompt + " stands in the hall, lamp " + (prompt * 7) + " in the yard. ").repeat(8);
        return server.post("/v1/chat/completions", Map.of("model", "quern-nano", "temperature", 0, "max_tokens", 8,
                "logprobs", true, "top_logprobs", 3, "messages", List.of(Map.of("role", "user", "content", text))));
    }
}
