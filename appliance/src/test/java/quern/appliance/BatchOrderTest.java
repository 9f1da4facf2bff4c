package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch whose prompts come in groups that begin alike, written one of each group in turn. */
class BatchOrderTest {

    private static final int GROUPS = 10;
    private static final int LINES = 40;

    @TempDir
    Path directory;

    private static String body(int line) {
        String beginning = ("Story " + line % GROUPS + " of a small fox who went out. ").repeat(14);
        return "{\"model\":\"endless\",\"temperature\":0,\"max_tokens\":2,\"prompt\":\"" + beginning + "Part "
                + line + "\"}";
    }

    @Test
    void shouldFindTheBeginningsInTheCacheThatTheOrderOfTheFileWouldHaveLost() throws Exception {
        Map<String, String> small = Map.of("kv.hot", "1MiB");
        Map<String, String> texts = new HashMap<>();
        int cachedInFileOrder = 0;
        int promptTokens = 0;
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("one"), small)) {
            for (int i = 0; i < LINES; i++) {
                JsonNode reply = TestAppliance.json(appliance.post("/v1/completions", body(i)));
                cachedInFileOrder += reply.at("/usage/prompt_tokens_details/cached_tokens").asInt();
                assertTrue(reply.has("choices"), reply.toString());
                promptTokens += reply.at("/usage/prompt_tokens").asInt();
                texts.put("line-" + i, reply.at("/choices/0/text").asText());
            }
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            lines.add("{\"custom_id\":\"line-" + i + "\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":"
                    + body(i) + "}");
        }
        int cached = 0;
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("two"), small)) {
            String id = Batches.submit(appliance, "/v1/completions", String.join("\n", lines));
            String[] output = Batches.output(appliance, id).split("\n");
            assertEquals(LINES, output.length);
            for (String line : output) {
                JsonNode answer = TestAppliance.JSON.readTree(line);
                JsonNode reply = answer.at("/response/body");
                cached += reply.at("/usage/prompt_tokens_details/cached_tokens").asInt();
                assertEquals(texts.remove(answer.path("custom_id").asText()), reply.at("/choices/0/text").asText());
            }
        }
        assertTrue(texts.isEmpty(), texts + " have no answer");
        double ideal = 1 - GROUPS / (double) LINES;
        assertTrue(cachedInFileOrder < 0.2 * promptTokens, cachedInFileOrder + " of " + promptTokens);
        assertTrue(cached > 0.85 * ideal * promptTokens, cached + " of " + promptTokens);
    }
}
