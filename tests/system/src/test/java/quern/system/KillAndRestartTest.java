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
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there after {@code kill -9}, and what was under way goes on. */
class KillAndRestartTest {

    private static final int DOCUMENTS = 40;
    private static final int QUESTIONS = 24;
    private static final int CHECKPOINT_STEPS = 4;
    private static final String[] CHECKPOINTS = {"--set", "tuning.checkpoint-steps=" + CHECKPOINT_STEPS};

    private static final String RECIPE = """
            project_name: notes
            process:
              - text_length_filter:
                  min_len: 20
            """;

    @Test
    void shouldKeepWhatWasAcknowledgedAndFinishWhatWasUnderWay(@TempDir Path directory) throws IOException {
        Path data = directory.resolve("data");
        TreeSet<String> acknowledged = new TreeSet<>();
        List<Map<String, String>> talk = List.of(Map.of("role", "user", "content",
                "A long remark about lamps and lanterns and what they cost. ".repeat(12) + "What is 2 plus 3?"));
        String curation;
        String tuning;
        JsonNode before;
        try (ServerProcess server = ServerProcess.start(data, CHECKPOINTS)) {
            for (int i = 0; i < DOCUMENTS; i++) {
                acknowledged.add(send(server, i));
            }
            before = chat(server, talk);
            tuning = tune(server);
            ServerProcess.await("a checkpoint of the tuning", () -> stepsDone(server, tuning) > CHECKPOINT_STEPS);
            curation = server.post("/v1/curation/jobs", Map.of("recipe", RECIPE)).path("id").asText();
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data, CHECKPOINTS)) {
            TreeSet<String> found = new TreeSet<>();
            server.get("/v1/documents?limit=1000").path("data").forEach(node -> found.add(node.path("id").asText()));
            assertEquals(acknowledged, found);
            JsonNode again = server.post("/v1/documents?name=0.txt", "text/plain", text(0));
            assertEquals("known", again.path("status").asText());

            JsonNode after = chat(server, talk);
            assertEquals(before.at("/choices/0/message"), after.at("/choices/0/message"));
            assertEquals(before.at("/choices/0/logprobs"), after.at("/choices/0/logprobs"));
            int promptTokens = after.at("/usage/prompt_tokens").asInt();
            assertTrue(after.at("/usage/prompt_tokens_details/cached_tokens").asInt() >= promptTokens - 32,
                    () -> after.get("usage").toString());

            JsonNode curated = awaitEnd(server, curation);
            assertEquals("succeeded", curated.path("status").asText(), curated::toString);
            assertEquals(DOCUMENTS, curated.at("/result/report/kept").asInt());
            JsonNode tuned = awaitEnd(server, tuning);
            assertEquals(2, tuned.path("attempts").asInt(), tuned::toString);
            assertTrue(tuned.at("/result/gate/tuned_held_out_loss").asDouble()
                    < tuned.at("/result/gate/base_held_out_loss").asDouble(), tuned::toString);
            assertTrue(server.get("/v1/fine_tuning/jobs/" + tuning + "/events?limit=1000").toString()
                    .contains("going on at "), "it began anew");
            JsonNode whole = awaitEnd(server, tune(server));
            assertEquals(whole.at("/result/gate"), tuned.at("/result/gate"));
            assertEquals(whole.at("/result/trained_steps"), tuned.at("/result/trained_steps"));
            assertEquals(fingerprint(server, whole), fingerprint(server, tuned), "other weights than in one go");
        }
    }

    /** Of an adapter's numbers. */
    private static String fingerprint(ServerProcess server, JsonNode job) throws IOException {
        String adapter = job.at("/result/adapter").asText();
        for (JsonNode known : server.get("/v1/adapters").path("data")) {
            if (known.path("id").asText().equals(adapter)) {
                assertTrue(known.path("fingerprint").asText().length() >= 16, known::toString);
                return known.path("fingerprint").asText();
            }
        }
        throw new AssertionError("no adapter " + adapter);
    }

    private static byte[] text(int number) {
        return ("Note number " + number + " about a lamp with " + (number * 7) + " watts, kept in the hall.")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String send(ServerProcess server, int number) throws IOException {
        return server.post("/v1/documents?name=" + number + ".txt", "text/plain", text(number)).path("id").asText();
    }

    private static JsonNode chat(ServerProcess server, List<Map<String, String>> talk) throws IOException {
        return server.post("/v1/chat/completions", Map.of("model", "quern-nano", "temperature", 0, "max_tokens", 16,
                "logprobs", true, "messages", talk));
    }

    private static String tune(ServerProcess server) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < QUESTIONS; i++) {
            lines.add("{\"messages\":[{\"role\":\"user\",\"content\":\"How bright is lamp " + i + "?\"},"
                    + "{\"role\":\"assistant\",\"content\":\"Lamp " + i + " has " + (i * 7) + " watts.\"}]}");
        }
        String boundary = "quern-test-boundary";
        String form = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--"
                + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lamps.jsonl\"\r\n"
                + "Content-Type: application/json\r\n\r\n" + String.join("\n", lines) + "\r\n--" + boundary + "--\r\n";
        String file = server.post("/v1/files", "multipart/form-data; boundary=" + boundary,
                form.getBytes(StandardCharsets.UTF_8)).path("id").asText();
        return server.post("/v1/fine_tuning/jobs", Map.of("model", "quern-nano", "training_file", file, "seed", 5,
                "hyperparameters", Map.of("n_epochs", 20, "batch_tokens", 256))).path("id").asText();
    }

    private static int stepsDone(ServerProcess server, String job) {
        try {
            JsonNode shown = server.get("/v1/jobs/" + job);
            return shown.at("/progress/done").asInt();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode awaitEnd(ServerProcess server, String job) throws IOException {
        ServerProcess.await("the end of " + job, () -> {
            try {
                return List.of("succeeded", "failed", "cancelled")
                        .contains(server.get("/v1/jobs/" + job).path("status").asText());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        return server.get("/v1/jobs/" + job);
    }
}
