package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A document is erased on a disk that is full: nothing is lost, the server serves on, and there is an end to it. */
class FullDiskErasureTest {

    private static final int DISK_MEBIBYTES = 160;
    private static final long ROOM_BYTES = 200 << 10;
    private static final int DOCUMENTS = 60;
    private static final int JOBS_MAX = 100;
    private static final String CANARY = "Quillon Brandywyne keeps the violet lantern of Zanzibar under plank 7731";
    private static final String[] SETTINGS = {"--set", "kv.hot=2MiB", "--set", "kv.warm=3MiB", "--set",
        "kv.cold=16MiB", "--set", "start.warm-up=0s"};

    @TempDir
    Path directory;

    private static String document(ServerProcess server, String name, String text) throws IOException {
        return server.post("/v1/documents?name=" + name, "text/plain", text.getBytes(StandardCharsets.UTF_8))
                .path("id").asText();
    }

    private static JsonNode look(ServerProcess server, String path) {
        try {
            return server.get(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode ended(ServerProcess server, String job) {
        ServerProcess.await("the end of " + job,
                () -> look(server, "/v1/jobs/" + job).path("finished_at").isNumber());
        return look(server, "/v1/jobs/" + job);
    }

    private static HttpResponse<String> erase(ServerProcess server, String id) throws IOException {
        return server.send(server.authorized("/v1/documents/" + id + "?erase=true").DELETE().build());
    }

    private static void answers(ServerProcess server) throws IOException {
        JsonNode answer = server.post("/v1/chat/completions", Map.of("model", "quern-nano", "max_tokens", 4,
                "messages", List.of(Map.of("role", "user", "content", "What is 2 plus 3?"))));
        assertTrue(answer.at("/choices/0/message/content").isTextual(), answer::toString);
    }

    /** Jobs are taken as long as the catalogue's log has room, which it keeps some of beforehand. */
    private static void refusesJobs(ServerProcess server, String document) throws IOException {
        byte[] job = ServerProcess.JSON.writeValueAsBytes(Map.of("documents", List.of(document), "recipe",
                "# " + "large ".repeat(50_000) + "\nprocess:\n  - text_length_filter: {min_len: 30}\n"));
        HttpResponse<String> reply;
        int taken = 0;
        do {
            reply = server.send(server.authorized("/v1/curation/jobs").header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(job)).build());
        } while (reply.statusCode() == 200 && taken++ < JOBS_MAX);
        assertEquals(503, reply.statusCode(), reply.body());
        assertTrue(reply.body().contains("No space left on device"), reply::body);
        assertTrue(reply.headers().firstValue("Retry-After").isPresent());
    }

    @Test
    void shouldServeOnAndEndTheErasureWhenTheFullDiskHasRoomAgain() throws Exception {
        Path place = Files.createDirectories(directory.resolve("disk"));
        try (SmallDisk disk = SmallDisk.open(place, DISK_MEBIBYTES);
                ServerProcess server = ServerProcess.start(disk, SETTINGS)) {
            String note = "";
            for (int i = 0; i < DOCUMENTS; i++) {
                String text = "Lamp " + i + " stands in hall " + i % 7 + " and burns. ";
                note = document(server, "n" + i, text.repeat(200));
            }
            String canary = document(server, "canary", CANARY + ", since the old harbour burnt.");
            JsonNode curated = ended(server, server.post("/v1/curation/jobs", Map.of("recipe",
                    "process:\n  - text_length_filter: {min_len: 30}\n")).path("id").asText());
            String dataset = curated.at("/result/dataset_id").asText();
            assertEquals(DOCUMENTS + 1, server.get("/v1/datasets/" + dataset).path("samples").asInt());

            disk.fill(ROOM_BYTES);
            HttpResponse<String> begun = erase(server, canary);
            assertEquals(202, begun.statusCode(), begun.body());
            disk.fill(0);
            answers(server);
            refusesJobs(server, note);
            answers(server);
            assertEquals("begun", server.get("/v1/erasures/" + canary).path("status").asText());

            disk.makeRoom();
            JsonNode failed = ended(server, ServerProcess.JSON.readTree(begun.body()).path("job_id").asText());
            assertEquals("failed", failed.path("status").asText(), failed::toString);
            String error = failed.path("error").asText();
            assertTrue(error.contains("the erasure stopped at step '") && error.contains("No space left on device"),
                    error);
            HttpResponse<String> again = erase(server, canary);
            assertEquals(202, again.statusCode(), again.body());
            assertEquals("succeeded", ended(server, ServerProcess.JSON.readTree(again.body()).path("job_id").asText())
                    .path("status").asText());
            JsonNode erasure = server.get("/v1/erasures/" + canary);
            assertEquals("done", erasure.path("status").asText());
            assertTrue(erasure.at("/proof/complete").asBoolean(), erasure::toString);
            JsonNode rewritten = server.get("/v1/datasets/" + dataset);
            assertEquals(DOCUMENTS, rewritten.path("samples").asInt(), rewritten::toString);
        }
    }
}
