package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutated {@code tools} and {@code response_format}: each an answer or a refusal, and the engine never breaks. */
class FormFuzzTest {

    private static final Duration LASTS = Boolean.getBoolean("quern.campaign") ? Duration.ofMinutes(10) : Duration.ZERO;
    private static final int LEAST = 250;
    private static final List<String> SEEDS = List.of(
            "{\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"find\", \"description\": \"d\","
                    + " \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\","
                    + " \"pattern\": \"^[a-z]{1,8}$\"}, \"days\": {\"type\": \"integer\", \"minimum\": 0}},"
                    + " \"required\": [\"city\"]}}}], \"tool_choice\": \"auto\"}",
            "{\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"n\", \"strict\": true,"
                    + " \"schema\": {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"array\", \"items\":"
                    + " {\"anyOf\": [{\"type\": \"number\"}, {\"$ref\": \"#/$defs/b\"}]}, \"maxItems\": 3}},"
                    + " \"$defs\": {\"b\": {\"enum\": [\"x\", \"y\", null]}}, \"additionalProperties\": false}}}}",
            "{\"response_format\": {\"type\": \"json_object\"}}");
    private static final List<String> VALUES = List.of("null", "-1", "1e308", "9223372036854775808", "\"\"", "[]",
            "{}", "true", "\"(a+)+$\"", "\"[\"", "\"\\u0000\"", "\"#\"", "\"#/$defs/b\"", "{\"$ref\": \"#\"}",
            "{\"type\": \"string\", \"pattern\": \"((((a*)*)*)*)\"}", "\"object\"", "[\"object\", \"null\"]",
            "{\"type\": \"array\", \"items\": {\"$ref\": \"#\"}}", "{\"not\": {}}", "\"required\"", "0.5");
    private static final List<String> NAMES = List.of("type", "pattern", "$ref", "properties", "items", "enum", "const",
            "minimum", "maxLength", "anyOf", "allOf", "function", "name", "parameters", "strict", "schema");

    @TempDir
    Path directory;

    private static JsonNode value(Random random) throws Exception {
        return TestAppliance.JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
    }

    private static void mutate(JsonNode node, Random random) throws Exception {
        JsonNode at = node;
        while (at.isContainerNode() && !at.isEmpty() && random.nextInt(5) > 0) {
            List<JsonNode> inside = at.valueStream().filter(JsonNode::isContainerNode).toList();
            if (inside.isEmpty()) {
                break;
            }
            at = inside.get(random.nextInt(inside.size()));
        }
        if (at instanceof ObjectNode object) {
            List<String> names = object.propertyStream().map(Map.Entry::getKey).toList();
            boolean old = !names.isEmpty() && random.nextBoolean();
            String name = old ? names.get(random.nextInt(names.size())) : NAMES.get(random.nextInt(NAMES.size()));
            if (old && random.nextInt(3) == 0) {
                object.remove(name);
            } else {
                object.set(name, value(random));
            }
        } else if (at instanceof ArrayNode array) {
            array.add(value(random));
        }
    }

    @Test
    void shouldAnswerOrRefuseAndNeverBreakTheEngineWhenFormsAreMutated() throws Exception {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.err.println("FormFuzzTest: seed " + seed);
        Random random = new Random(seed);
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of())) {
            long until = System.nanoTime() + LASTS.toNanos();
            int refused = 0;
            int sent = 0;
            for (; sent < LEAST || System.nanoTime() < until; sent++) {
                ObjectNode body = (ObjectNode) TestAppliance.JSON.readTree(SEEDS.get(random.nextInt(SEEDS.size())));
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                    mutate(body, random);
                }
                body.put("model", "stories260K").put("max_tokens", 6).putArray("messages").addObject()
                        .put("role", "user").put("content", "Hi");
                HttpResponse<String> response = appliance.post("/v1/chat/completions", body.toString());
                boolean answered = response.statusCode() == 200;
                assertTrue(answered || response.statusCode() / 100 == 4,
                        response.statusCode() + " " + response.body() + " for " + body);
                refused += answered ? 0 : 1;
            }
            System.err.println("FormFuzzTest: " + sent + " forms, " + refused + " refused");
            assertTrue(refused > 0 && refused < sent, refused + " of " + sent + " refused");
            assertTrue(appliance.get("/metrics").body().contains("quern_engine_failures_total 0.0"));
            assertEquals(200, appliance.get("/readyz").statusCode());
        }
    }
}
