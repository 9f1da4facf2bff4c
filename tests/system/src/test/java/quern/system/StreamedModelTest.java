package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of which memory holds two layers answers as the whole one does. */
class StreamedModelTest {

    private static final Map<String, Object> QUESTION = Map.of("model", "quern-nano", "temperature", 0,
            "max_tokens", 24, "logprobs", true, "top_logprobs", 3, "messages",
            List.of(Map.of("role", "user", "content", "What is 2 plus 3?")));

    @Test
    void shouldAnswerTheSameWhenLayersAreReadForEachStep(@TempDir Path directory) throws IOException {
        JsonNode whole;
        try (ServerProcess server = ServerProcess.start(directory.resolve("whole"))) {
            whole = server.post("/v1/chat/completions", QUESTION);
        }
        Path data = directory.resolve("streamed");
        Files.createDirectories(data);
        Files.writeString(data.resolve("quern.conf"), "quern.weights.resident-layers = 2\n");
        try (ServerProcess server = ServerProcess.start(data)) {
            JsonNode streamed = server.post("/v1/chat/completions", QUESTION);
            assertEquals(whole.at("/choices/0/message"), streamed.at("/choices/0/message"));
            assertEquals(whole.at("/choices/0/logprobs"), streamed.at("/choices/0/logprobs"));
            JsonNode health = server.get("/health");
            assertEquals(2, health.at("/weights/layers_in_memory").asInt(-1), health::toString);
            long bytes = health.at("/weights/read_for_each_step_bytes").asLong();
            assertTrue(bytes > 0, health::toString);
            String metric = server.send(server.authorized("/metrics").build()).body().lines()
                    .filter(line -> line.startsWith("quern_weights_read_bytes_total ")).findFirst().orElseThrow();
            assertTrue(Double.parseDouble(metric.split(" ")[1]) >= 2.0 * bytes, metric);
        }
    }
}
