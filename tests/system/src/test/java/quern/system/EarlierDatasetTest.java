package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A curation job compares with a dataset of the catalogue that its recipe names. */
class EarlierDatasetTest {

    @Test
    void shouldKeepOnlyWhatAnEarlierDatasetHasNot(@TempDir Path directory) throws IOException {
        try (ServerProcess server = ServerProcess.start(directory.resolve("data"))) {
            for (int i = 0; i < 5; i++) {
                send(server, i);
            }
            String earlier = curate(server, "document_deduplicator:").at("/result/dataset_id").asText();
            for (int i = 5; i < 7; i++) {
                send(server, i);
            }
            JsonNode later = curate(server, "document_deduplicator: {against: " + earlier + "}");
            assertEquals(2, later.at("/result/report/kept").asInt(), later::toString);
            JsonNode near = curate(server, "document_minhash_deduplicator: {window_size: 1, against: " + earlier + "}");
            assertEquals(7, near.at("/result/report/in").asInt(), near::toString);
            assertTrue(near.at("/result/report/kept").asInt() <= 2, near::toString);
            for (String name : List.of("ds-of-nobody", directory.resolve("data").toString())) {
                JsonNode refused = curate(server, "document_deduplicator: {against: " + name + "}");
                assertEquals("failed", refused.path("status").asText(), refused::toString);
                assertTrue(refused.toString().contains("no dataset"), refused::toString);
            }
        }
    }

    private static void send(ServerProcess server, int number) throws IOException {
        server.post("/v1/documents?name=" + number + ".txt", "text/plain",
                ("Note " + number * 31 + " says that lamp " + number + " has " + number * 7 + " watts in all.")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode curate(ServerProcess server, String step) throws IOException {
        String job = server.post("/v1/curation/jobs", Map.of("recipe", "process:\n  - " + step + "\n")).path("id")
                .asText();
        ServerProcess.await("the end of " + job, () -> {
            try {
                return List.of("succeeded", "failed").contains(server.get("/v1/jobs/" + job).path("status").asText());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        return server.get("/v1/jobs/" + job);
    }
}
