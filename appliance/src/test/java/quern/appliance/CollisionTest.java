package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Prompts of different tokens whose blocks get the same keys: misses, and the answers that are computed anew. */
class CollisionTest {

    private static final int BLOCK_TOKENS = 32;
    private static final Map<String, String> SETTINGS = Map.of("kv.warm-enabled", "true", "kv.cold-enabled", "true",
            "kv.warm", "8MiB", "kv.cold", "8MiB", "start.warm-up", "0ms", "engine.scheduling.profile", "0ms");

    /** Of three blocks and a rest: other beginnings before the same two blocks, and the other way round. */
    private static final Map<String, int[]> PROMPTS = prompts();

    @TempDir
    Path directory;

    private static Map<String, int[]> prompts() {
        int[] same = tokens(9, 2 * BLOCK_TOKENS + 5);
        Map<String, int[]> prompts = new LinkedHashMap<>();
        prompts.put("one", joined(tokens(1, BLOCK_TOKENS), same));
        prompts.put("other", joined(tokens(2, BLOCK_TOKENS), same));
        prompts.put("same beginning", joined(tokens(1, BLOCK_TOKENS), tokens(3, 2 * BLOCK_TOKENS + 5)));
        return prompts;
    }

    private static int[] tokens(int seed, int count) {
        return new Random(seed).ints(count, 3, 500).toArray();
    }

    private static int[] joined(int[] first, int[] rest) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(rest)).toArray();
    }

    private static JsonNode ask(TestAppliance appliance, String prompt) {
        try {
            JsonNode answer = TestAppliance.json(appliance.post("/v1/completions", "{\"model\": \"stories260K\", "
                    + "\"max_tokens\": 12, \"temperature\": 0, \"logprobs\": 3, \"ignore_eos\": true, \"prompt\": "
                    + Arrays.toString(PROMPTS.get(prompt)) + "}"));
            assertTrue(answer.at("/choices/0/logprobs/tokens").size() > 0, answer.toString());
            return answer;
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }

    private static JsonNode numbers(JsonNode answer) {
        return answer.at("/choices/0/logprobs");
    }

    private static int cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").intValue();
    }

    private Map<String, JsonNode> answersAlone() throws Exception {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("alone"), Map.of())) {
            for (String prompt : List.of("other", "one", "same beginning")) {
                answers.put(prompt, numbers(ask(appliance, prompt)));
            }
        }
        return answers;
    }

    private static void assertAnswers(
            Map<String, JsonNode> expected, TestAppliance appliance, String prompt, int found) {
        JsonNode answer = ask(appliance, prompt);
        assertEquals(expected.get(prompt), numbers(answer), prompt);
        assertEquals(found, cached(answer), prompt + ": tokens found");
    }

    private static void atOnce(Map<String, JsonNode> expected, TestAppliance appliance) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Void>> asked = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                String prompt = List.copyOf(PROMPTS.keySet()).get(i % PROMPTS.size());
                asked.add(CompletableFuture.runAsync(
                        () -> assertEquals(expected.get(prompt), numbers(ask(appliance, prompt)), prompt), threads));
            }
            asked.forEach(CompletableFuture::join);
        }
    }

    private static double corruptions(TestAppliance appliance, String labels) throws Exception {
        String name = "quern_kv_tier_corruptions_total{" + labels + "} ";
        return Double.parseDouble(appliance.get("/metrics").body().lines().filter(line -> line.startsWith(name))
                .findFirst().orElseThrow().substring(name.length()));
    }

    @Test
    void shouldMissAndAnswerAsIfAloneWhenDifferentTokensHaveOneKey() throws Exception {
        Map<String, JsonNode> expected = answersAlone();
        assertEquals(PROMPTS.size(), expected.values().stream().distinct().count(), "the prompts are too alike");
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        events.start();
        root.addAppender(events);
        try (BlindDigest.Installed _ = new BlindDigest.Installed()) {
            Path data = directory.resolve("data");
            try (TestAppliance appliance = TestAppliance.start(data, SETTINGS)) {
                assertAnswers(expected, appliance, "one", 0);
                assertAnswers(expected, appliance, "other", 0);
                assertAnswers(expected, appliance, "one", 3 * BLOCK_TOKENS + 4);
                assertAnswers(expected, appliance, "same beginning", BLOCK_TOKENS);
                assertTrue(corruptions(appliance, "model=\"stories260K\",tier=\"hot\"") >= 2);
                assertEquals(1, told(events, "hot tier: a block has other tokens"));
                atOnce(expected, appliance);
                awaitWritten(appliance);
            }
            try (TestAppliance appliance = TestAppliance.start(data, SETTINGS)) {
                assertAnswers(expected, appliance, "other", 0);
                assertEquals(4, corruptions(appliance, "model=\"\",tier=\"warm\""), "with the prompt's end");
                assertEquals(1, told(events, "warm tier: a slot holds other tokens"));
                assertAnswers(expected, appliance, "one", 0);
                atOnce(expected, appliance);
                awaitWritten(appliance);
            }
            try (TestAppliance appliance = TestAppliance.start(data, SETTINGS)) {
                atOnce(expected, appliance);
            }
        } finally {
            root.detachAppender(events);
        }
    }

    private static long told(ListAppender<ILoggingEvent> events, String beginning) {
        return List.copyOf(events.list).stream()
                .filter(event -> event.getFormattedMessage().startsWith(beginning)).count();
    }

    private static void awaitWritten(TestAppliance appliance) {
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> {
            try {
                JsonNode stat = TestAppliance.json(appliance.get("/v1/cache"));
                return stat.path("waiting_to_be_written").intValue() == 0
                        && stat.at("/shared/0/blocks").intValue() >= 3;
            } catch (Exception unreachable) {
                throw new IllegalStateException(unreachable);
            }
        }));
    }
}
