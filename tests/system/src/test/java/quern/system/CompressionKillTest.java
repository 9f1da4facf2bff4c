package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that dies while it compresses an adapter begins again, and there is one new version, not two or a half. */
class CompressionKillTest {

    @Test
    void shouldFinishACompressionThatWasKilled(@TempDir Path directory) throws IOException {
        Path data = directory.resolve("data");
        String trained;
        String job;
        try (ServerProcess server = ServerProcess.start(data)) {
            trained = tuned(server);
            job = server.post("/v1/adapters/lamps/compress",
                    Map.of("loss_increase_max", 0.5, "epochs", 2)).path("id").asText();
            String at = "/v1/jobs/" + job;
            ServerProcess.await("a few candidates", () -> look(server, at).at("/progress/done").asInt() >= 3
                    || look(server, at).path("finished_at").isNumber());
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            JsonNode end = ended(server, job);
            assertEquals("succeeded", end.path("status").asText(), end::toString);
            assertEquals(2, end.path("attempts").asInt(), "it was done before it was killed: " + end);
            JsonNode adapters = server.get("/v1/adapters").path("data");
            assertEquals(2, adapters.size(), adapters::toString);
            JsonNode small = server.get("/v1/adapters/lamps");
            assertEquals(end.at("/result/adapter").asText(), small.path("id").asText());
            assertEquals(trained, small.path("compressed_from").asText());
            try (Stream<Path> kept = Files.list(data.resolve("adapters"))) {
                assertEquals(2, kept.count());
            }
            assertTrue(server.post("/v1/completions", Map.of("model", "lamps", "prompt", "Lamp", "max_tokens", 4))
                    .path("choices").size() == 1);
        }
    }

    private static String tuned(ServerProcess server) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append("{\"messages\":[{\"role\":\"user\",\"content\":\"How bright is lamp ").append(i)
                    .append("?\"},{\"role\":\"assistant\",\"content\":\"Lamp ").append(i).append(" has ")
                    .append(i * 7).append(" watts.\"}]}\n");
        }
        String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"lamps.jsonl\"\r\n"
                + "Content-Type: application/json\r\n\r\n" + lines + "\r\n--b--\r\n";
        String file = server.post("/v1/files", "multipart/form-data; boundary=b",
                form.getBytes(StandardCharsets.UTF_8)).path("id").asText();
        JsonNode end = ended(server, server.post("/v1/fine_tuning/jobs", Map.of(
                "model", "quern-nano", "training_file", file, "seed", 5, "suffix", "lamps", "hyperparameters",
                Map.of("n_epochs", 4, "gate_loss_margin", -1000, "gate_span_score_min", 0,
                        "gate_general_loss_max", 1000))).path("id").asText());
        assertEquals("succeeded", end.path("status").asText(), end::toString);
        return end.at("/result/adapter").asText();
    }

    private static JsonNode look(ServerProcess server, String path) {
        try {
            return server.get(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode ended(ServerProcess server, String job) {
        String at = "/v1/jobs/" + job;
        ServerProcess.await("the end of " + job, () -> List.of("succeeded", "failed", "cancelled")
                .contains(look(server, at).path("status").asText()));
        return look(server, at);
    }
}
