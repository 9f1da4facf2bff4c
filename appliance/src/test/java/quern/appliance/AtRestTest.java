package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;

/** What lies on the disk after documents were taken, curated, tuned on, answered about and asked for in a batch. */
class AtRestTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Of the document's text, its name, its label, an upload, a batch's line, a prompt and a job's recipe. */
    private static final String CANARY = "Qanary";
    private static final String RECIPE = """
            project_name: %1$s-project
            process:
              - text_length_filter:
                  min_len: 30
              - document_deduplicator:
            """.formatted(CANARY);

    @TempDir
    private Path directory;

    private TestAppliance appliance;

    private TestAppliance start(String data, boolean sealed) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("kv.warm-enabled", "true", "kv.cold-enabled", "true",
                "kv.warm", "4MiB", "kv.cold", "4MiB"));
        settings.put("encryption.at-rest", Boolean.toString(sealed));
        appliance = TestAppliance.start(directory.resolve(data), settings);
        return appliance;
    }

    private JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> reply = appliance.post(path, body);
        assertTrue(reply.statusCode() < 300, reply.body());
        return TestAppliance.json(reply);
    }

    private String document(String text, int number) throws Exception {
        HttpResponse<String> reply = appliance.send(appliance.request(
                        "/v1/documents?name=" + CANARY + "-" + number + ".txt&labels=" + CANARY + "-label")
                .header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(text)).build());
        assertTrue(reply.statusCode() < 300, reply.body());
        return TestAppliance.json(reply).path("id").asText();
    }

    private JsonNode ended(JsonNode job) {
        JsonNode[] last = new JsonNode[1];
        assertTrue(TestAppliance.await(LIMIT, () -> {
            try {
                last[0] = TestAppliance.json(appliance.get("/v1/jobs/" + job.path("id").asText()));
                return last[0].path("finished_at").isNumber();
            } catch (Exception unreachable) {
                throw new IllegalStateException(unreachable);
            }
        }));
        assertEquals("succeeded", last[0].path("status").asText(), last[0].toString());
        return last[0];
    }

    /** Uses everything that stores something. @return the dataset's samples, the batch's output and an adapter */
    private Map<String, String> use() throws Exception {
        for (int i = 0; i < 12; i++) {
            document("The lamp of " + CANARY + " number " + i % 9 + " burns all night long in the hall.\n", i);
        }
        document("Too short " + CANARY, 99);
        document((CANARY + " fills a whole spool file with its name. ").repeat(3000), 100);
        JsonNode curated = ended(post("/v1/curation/jobs",
                TestAppliance.JSON.createObjectNode().put("recipe", RECIPE).toString()));
        String dataset = curated.at("/result/dataset_id").asText();
        JsonNode tuned = ended(post("/v1/fine_tuning/jobs", "{\"model\": \"stories260K\", \"training_file\": \""
                + dataset + "\", \"suffix\": \"lamp\", \"seed\": 1, \"hyperparameters\": {\"n_epochs\": 2,"
                + " \"batch_tokens\": 128, \"lora_rank\": 4, \"gate_loss_margin\": -1000,"
                + " \"gate_span_score_min\": 0, \"gate_general_loss_max\": 1000}}"));
        String batch = Batches.submit(appliance, "/v1/completions", "{\"custom_id\":\"" + CANARY
                + "-1\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"model\":\"stories260K\","
                + "\"prompt\":\"" + CANARY + " said\",\"max_tokens\":4,\"temperature\":0}}");
        post("/v1/completions", "{\"model\":\"stories260K\",\"max_tokens\":8,\"temperature\":0,\"prompt\":\""
                + "Once upon a time there was a " + CANARY + " and a small dog who lived in the hall. ".repeat(6)
                + "\"}");
        return Map.of("dataset", dataset, "output", Batches.output(appliance, batch),
                "adapter", tuned.at("/result/adapter").asText());
    }

    private Map<String, String> answers(Map<String, String> made) throws Exception {
        Map<String, String> answers = new HashMap<>();
        answers.put("samples", appliance.get("/v1/datasets/" + made.get("dataset") + "/samples?limit=100").body());
        answers.put("documents", appliance.get("/v1/documents?limit=100").body());
        answers.put("adapter", TestAppliance.json(appliance.post("/v1/completions", "{\"model\": \""
                + made.get("adapter") + "\", \"prompt\": \"The lamp\", \"max_tokens\": 8, \"temperature\": 0}"))
                .at("/choices/0/text").asText());
        return answers;
    }

    private Set<String> filesWith(String data, String text) throws IOException {
        Set<String> found = new TreeSet<>();
        Path root = directory.resolve(data);
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    found.add(root.relativize(file).toString());
                }
            }
        }
        return found;
    }

    @Test
    void shouldHoldNoTextInAnyFileAndGiveTheSameAnswersAfterARestart() throws Exception {
        Map<String, String> made;
        Map<String, String> before;
        try (TestAppliance _ = start("sealed", true)) {
            made = use();
            before = answers(made);
            assertTrue(before.get("samples").contains(CANARY) && made.get("output").contains(CANARY));
            assertEquals(Set.of(), filesWith("sealed", CANARY), "while it runs");
            JsonNode health = TestAppliance.json(appliance.get("/health"));
            assertTrue(health.at("/encryption/at_rest").asBoolean(), health.toString());
            assertTrue(health.at("/encryption/item_keys").asInt() > 10, health.toString());
        }
        assertEquals(Set.of(), filesWith("sealed", CANARY));
        assertEquals(Set.of(), filesWith("sealed", "lora_A.weight"), "the adapter");
        assertOwnerOnly(directory.resolve("sealed"));
        try (TestAppliance _ = start("sealed", true)) {
            assertEquals(before, answers(made));
        }
        try (TestAppliance _ = start("sealed", false)) {
            assertEquals(before, answers(made), "opened without sealing anew");
        }
        Path key = directory.resolve("sealed/master.key");
        String right = Files.readString(key);
        Files.writeString(key, (right.charAt(0) == 'a' ? 'b' : 'a') + right.substring(1));
        var refused = assertThrows(QuernException.class, () -> start("sealed", true));
        assertTrue(refused.getMessage().contains("master key"), refused::getMessage);
    }

    @Test
    void shouldHoldTheTextInManyFilesWithoutEncryptionAndReadThemWithIt() throws Exception {
        Map<String, String> made;
        Map<String, String> before;
        try (TestAppliance _ = start("plain", false)) {
            made = use();
            before = answers(made);
        }
        Set<String> found = filesWith("plain", CANARY);
        assertTrue(found.size() >= 5, "a search that finds nothing proves nothing: " + found);
        assertNotEquals(Set.of(), filesWith("plain", "lora_A.weight"));
        try (TestAppliance _ = start("plain", true)) {
            assertEquals(before, answers(made));
            document("A new document of " + CANARY + "New that comes sealed.", 7);
        }
        assertEquals(Set.of(), filesWith("plain", CANARY + "New"));
    }

    private static void assertOwnerOnly(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                boolean inOwnDirectory = PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(path.getParent())).endsWith("------");
                assertTrue(path.equals(root) ? mode.equals("rwx------") : mode.endsWith("------") || inOwnDirectory,
                        path + " " + mode);
            }
        }
    }
}
