package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplianceTest {

    @TempDir
    Path data;

    @Test
    void shouldAnswerAlikePlainAndStreamedWhenGreedy() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(data, Map.of())) {
            String body = """
                    {"model": "stories260K", "prompt": "Once upon a time", "max_tokens": 24, "temperature": 0""";
            JsonNode plain = TestAppliance.json(appliance.post("/v1/completions", body + "}"));
            String text = plain.at("/choices/0/text").textValue();
            assertTrue(text.length() > 20, plain.toString());
            assertEquals("length", plain.at("/choices/0/finish_reason").textValue());
            assertEquals(24, plain.at("/usage/completion_tokens").intValue());

            List<String> lines = appliance.post("/v1/completions",
                    body + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}}").body().lines()
                    .filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)).toList();
            assertEquals("[DONE]", lines.getLast());
            var streamed = new StringBuilder();
            for (String line : lines.subList(0, lines.size() - 1)) {
                streamed.append(TestAppliance.JSON.readTree(line).at("/choices/0/text").asText(""));
            }
            assertEquals(text, streamed.toString());
            JsonNode usage = TestAppliance.JSON.readTree(lines.get(lines.size() - 2)).path("usage");
            assertEquals(24, usage.path("completion_tokens").intValue());
        }
    }
}
