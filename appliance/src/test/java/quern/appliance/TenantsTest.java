package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one tenant asks shows to no other: not as cached tokens, not in answers, not in time. */
class TenantsTest {

    private static final long SEED = Long.getLong("quern.seed", System.nanoTime() & 0xffff);
    private static final int SAMPLES = 40;
    private static final int TIMED_TOKENS = 440;
    /** Of the two-sample Kolmogorov-Smirnov test, for a false alarm in 100,000 runs. */
    private static final double LIMIT = Math.sqrt(-Math.log(1e-5 / 2) / 2) * Math.sqrt(2.0 / SAMPLES);

    @TempDir
    Path directory;

    private static String key(TestAppliance appliance, String fields) throws Exception {
        return TestAppliance.json(appliance.post("/v1/keys", "{\"name\": \"n\", \"admin\": true" + fields + "}"))
                .path("key").textValue();
    }

    private static JsonNode ask(TestAppliance appliance, String key, String model, String prompt, String fields)
            throws Exception {
        String body = "{\"model\": \"" + model + "\", \"temperature\": 0, \"prompt\": " + prompt + fields + "}";
        HttpRequest request = appliance.request("/v1/completions").setHeader("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build();
        JsonNode answer = TestAppliance.json(appliance.send(request));
        assertTrue(answer.has("usage"), answer.toString());
        return answer;
    }

    private static int cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").intValue();
    }

    private static String tokens(Random random, int count) {
        return Arrays.toString(random.ints(count, 3, 500).toArray());
    }

    /** Milliseconds of a request whose answer is one token. */
    private static double timed(TestAppliance appliance, String key, String prompt) throws Exception {
        long from = System.nanoTime();
        ask(appliance, key, "endless", prompt, ", \"max_tokens\": 1");
        return (System.nanoTime() - from) / 1e6;
    }

    /** Largest distance between the shares of two samples below any value. */
    private static double distance(List<Double> one, List<Double> two) {
        double largest = 0;
        for (double value : one) {
            long below = one.stream().filter(other -> other <= value).count();
            long belowToo = two.stream().filter(other -> other <= value).count();
            largest = Math.max(largest, Math.abs(below - belowToo) / (double) SAMPLES);
        }
        return largest;
    }

    /** How far times for prompts that {@code other} asked before are from times for prompts nobody asked. */
    private static double distance(TestAppliance appliance, String asker, String other, Random random)
            throws Exception {
        List<Double> asked = new ArrayList<>();
        List<Double> fresh = new ArrayList<>();
        while (asked.size() + fresh.size() < 2 * SAMPLES) {
            boolean known = fresh.size() == SAMPLES || asked.size() < SAMPLES && random.nextBoolean();
            String prompt = tokens(random, TIMED_TOKENS);
            timed(appliance, other, known ? prompt : tokens(random, TIMED_TOKENS));
            (known ? asked : fresh).add(timed(appliance, asker, prompt));
        }
        return distance(asked, fresh);
    }

    @Test
    void shouldTellNothingByTheTimeToTheFirstTokenWhenAnotherTenantAskedBefore() throws Exception {
        Random random = new Random(SEED);
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("data"), Map.of())) {
            String one = key(appliance, "");
            String two = key(appliance, "");
            String partner = key(appliance, ", \"tenant\": \"both\"");
            String friend = key(appliance, ", \"tenant\": \"both\"");
            for (int i = 0; i < SAMPLES; i++) {
                timed(appliance, one, tokens(random, TIMED_TOKENS));
            }
            double apart = distance(appliance, one, two, random);
            double shared = distance(appliance, partner, friend, random);
            String what = "distance " + apart + ", where shared " + shared + ", limit " + LIMIT + ", -Dquern.seed="
                    + SEED;
            assertTrue(apart <= LIMIT, what);
            assertTrue(shared > LIMIT, "the test would not see a difference: " + what);
        }
    }

    private static JsonNode end(TestAppliance appliance, JsonNode job) {
        String at = "/v1/jobs/" + job.path("id").asText();
        JsonNode[] last = new JsonNode[1];
        assertTrue(TestAppliance.await(Duration.ofMinutes(2), () -> {
            try {
                last[0] = TestAppliance.json(appliance.get(at));
                return last[0].path("finished_at").isNumber();
            } catch (Exception unreachable) {
                throw new IllegalStateException(unreachable);
            }
        }), "no end: " + at);
        return last[0];
    }

    private static String tuned(TestAppliance appliance, int number) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("{\"text\": \"House ").append(number).append(" burns lamp ").append(i).append(".\"}\n");
        }
        String file = Batches.upload(appliance, "fine-tune", lines.toString());
        JsonNode end = end(appliance, TestAppliance.json(appliance.post("/v1/fine_tuning/jobs",
                "{\"model\": \"stories260K\", \"training_file\": \"" + file + "\", \"suffix\": \"a" + number
                + "\", \"seed\": " + number + ", \"hyperparameters\": {\"n_epochs\": 3, \"batch_tokens\": 128,"
                + " \"lora_rank\": 4, \"learning_rate\": 0.01, \"gate_loss_margin\": -1000, \"gate_span_score_min\": 0,"
                + " \"gate_general_loss_max\": 1000}}")));
        assertEquals("succeeded", end.path("status").asText(), end.toString());
        return end.at("/result/adapter").asText();
    }

    /** Answers of each tenant with each adapter, all asked the same. @param expected cached tokens of each */
    private static Map<String, JsonNode> answers(TestAppliance appliance, List<String> keys, List<String> models,
            String prompt, int expected) throws Exception {
        Map<String, JsonNode> answers = new HashMap<>();
        for (String model : models) {
            for (String key : keys) {
                JsonNode answer = ask(appliance, key, model, prompt, ", \"max_tokens\": 6, \"logprobs\": 3");
                assertEquals(expected, cached(answer), model + " of key " + keys.indexOf(key));
                answers.put(model + keys.indexOf(key), answer.at("/choices/0/logprobs"));
            }
            assertEquals(answers.get(model + 0), answers.get(model + 1), model);
        }
        return answers;
    }

    @Test
    void shouldHitNothingOfAnotherTenantAdapterOrModelWhenAllAskOnePrompt() throws Exception {
        Map<String, String> tiers = Map.of("kv.warm-enabled", "true", "kv.cold-enabled", "true", "kv.warm", "8MiB",
                "kv.cold", "8MiB");
        Path data = directory.resolve("data");
        String prompt = tokens(new Random(1), 100);
        List<String> models = new ArrayList<>(List.of("stories260K"));
        List<String> keys;
        Map<String, JsonNode> first;
        try (TestAppliance appliance = TestAppliance.start(data, tiers)) {
            keys = List.of(key(appliance, ""), key(appliance, ", \"tenant\": \"other\""));
            for (int number = 1; number <= 3; number++) {
                models.add(tuned(appliance, number));
            }
            first = answers(appliance, keys, models, prompt, 0);
            assertEquals(first, answers(appliance, keys, models, prompt, 99));
            assertEquals(4, new HashSet<>(models.stream().map(model -> first.get(model + 0)).toList()).size(),
                    "adapters that answer alike would hide a hit");
        }
        Map<String, String> other = new HashMap<>(tiers);
        other.put("engine.load-type", "q8_0");
        try (TestAppliance appliance = TestAppliance.start(data, other)) {
            Map<String, JsonNode> quantized = answers(appliance, keys, models.subList(0, 1), prompt, 0);
            assertNotEquals(first.get("stories260K0"), quantized.get("stories260K0"));
        }
        try (TestAppliance appliance = TestAppliance.start(data, tiers)) {
            assertEquals(first, answers(appliance, keys, models, prompt, 99), "from the disk");
        }
    }
}
