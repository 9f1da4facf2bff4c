package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.inference.format.TokenizerFiles;
import quern.kv.DataDirectory;

/** A document is erased and nobody finds it any more, neither in bytes nor with keys, and all else is as it was. */
class ErasureTest {

    private static final int KILLS = Boolean.getBoolean("quern.campaign") ? 25 : 2;
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime() & 0xffff);
    private static final int DOCUMENTS = 38;
    private static final int STARTS_MAX = 3;
    private static final String CANARY = "Quillon Brandywyne keeps the violet lantern of Zanzibar under plank 7731";
    private static final String RECIPE = """
            project_name: notes
            process:
              - text_length_filter:
                  min_len: 30
              - document_deduplicator:
                  lowercase: true
            """;
    private static final String[] TIERS = {"--set", "kv.hot=2MiB", "--set", "kv.warm=3MiB", "--set", "kv.cold=64MiB",
        "--set", "start.warm-up=0s", "--set", "tuning.checkpoint-steps=2"};

    @TempDir
    private Path directory;

    private final Map<String, String> made = new HashMap<>();

    private static Witness witness() throws IOException {
        Path root = Path.of(System.getProperty("quern.root", "../..")).toAbsolutePath().normalize();
        return new Witness(CANARY, TokenizerFiles.open(
                root.resolve("dataflow/inference/src/main/resources/quern/nano/quern-nano.gguf")));
    }

    private static String[] settings(boolean sealed) {
        List<String> all = new ArrayList<>(List.of(TIERS));
        all.addAll(List.of("--set", "encryption.at-rest=" + sealed));
        return all.toArray(String[]::new);
    }

    private static String note(int number) {
        return "Note " + number + ": lamp " + number * 7 + " stands in hall " + number % 5 + " and burns "
                + (number * number + 3) + " hours before somebody fills it with oil again.\n";
    }

    private static String document(ServerProcess server, String name, String text) throws IOException {
        return server.post("/v1/documents?name=" + name, "text/plain", text.getBytes(StandardCharsets.UTF_8))
                .path("id").asText();
    }

    private static JsonNode ended(ServerProcess server, JsonNode job) {
        String at = "/v1/jobs/" + job.path("id").asText();
        ServerProcess.await("the end of " + at, () -> look(server, at).path("finished_at").isNumber());
        JsonNode end = look(server, at);
        assertEquals("succeeded", end.path("status").asText(), end::toString);
        return end;
    }

    private static JsonNode look(ServerProcess server, String path) {
        try {
            return server.get(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String curated(ServerProcess server) throws IOException {
        return ended(server, server.post("/v1/curation/jobs", Map.of("recipe", RECIPE)))
                .at("/result/dataset_id").asText();
    }

    private static String tuned(ServerProcess server, String dataset) throws IOException {
        return ended(server, server.post("/v1/fine_tuning/jobs", Map.of("model", "quern-nano", "training_file",
                dataset, "seed", 5, "suffix", "notes", "hyperparameters", Map.of("n_epochs", 1, "gate_loss_margin",
                        -1000, "gate_span_score_min", 0, "gate_general_loss_max", 1000)))).at("/result/adapter")
                .asText();
    }

    /** A tuning that is cancelled when its first checkpoint is on disk. */
    private static String givenUp(ServerProcess server, String dataset) throws IOException {
        String id = server.post("/v1/fine_tuning/jobs", Map.of("model", "quern-nano", "training_file", dataset,
                "seed", 6, "suffix", "given-up", "hyperparameters", Map.of("n_epochs", 1000))).path("id").asText();
        String at = "/v1/fine_tuning/jobs/" + id;
        ServerProcess.await("a checkpoint", () -> !look(server, at + "/checkpoints").path("data").isEmpty());
        server.post(at + "/cancel", Map.of());
        ServerProcess.await("the end", () -> look(server, at).path("status").asText().equals("cancelled"));
        return id;
    }

    private static JsonNode chat(ServerProcess server, String model, String text) throws IOException {
        return server.post("/v1/chat/completions", Map.of("model", model, "temperature", 0, "max_tokens", 4,
                "logprobs", true, "messages", List.of(Map.of("role", "user", "content", text))));
    }

    private static int cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").asInt();
    }

    private static String question(int number) {
        return ("Is it true of number " + number + "? " + CANARY + ". ").repeat(2);
    }

    private static String other(int number) {
        return ("Lamp " + number + " stands in the hall, lamp " + number * 13 + " in the yard. ").repeat(8);
    }

    private static void batch(ServerProcess server) throws IOException {
        String line = ServerProcess.JSON.writeValueAsString(Map.of("custom_id", "one", "method", "POST", "url",
                "/v1/completions", "body", Map.of("model", "quern-nano", "prompt", CANARY + " said", "max_tokens", 4,
                        "echo", true)));
        String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n"
                + "Content-Type: application/jsonl\r\n\r\n" + line + "\n\r\n--b--\r\n";
        String file = server.post("/v1/files", "multipart/form-data; boundary=b",
                form.getBytes(StandardCharsets.UTF_8)).path("id").asText();
        JsonNode batch = server.post("/v1/batches", Map.of(
                "input_file_id", file, "endpoint", "/v1/completions", "completion_window", "24h"));
        String at = "/v1/batches/" + batch.path("id").asText();
        ServerProcess.await("the batch", () -> look(server, at).path("status").asText().equals("completed"));
    }

    /** Lets the document get everywhere it can get to. */
    private void use(ServerProcess server) throws IOException {
        for (int i = 0; i < DOCUMENTS; i++) {
            document(server, "n" + i + ".txt", note(i));
        }
        made.put("earlier", curated(server));
        made.put("clean", tuned(server, made.get("earlier")));
        String text = CANARY + ". It has been there since the old harbour burnt.";
        made.put("canary", document(server, "canary.txt", text + "\n"));
        made.put("double", document(server, "double.txt", text.toLowerCase(java.util.Locale.ROOT) + "\n"));
        made.put("dataset", curated(server));
        made.put("tainted", tuned(server, made.get("dataset")));
        assertEquals(made.get("tainted"), alias(server));
        made.put("given up", givenUp(server, made.get("dataset")));
        chat(server, "quern-nano", question(0));
        chat(server, "notes", question(1));
        for (int i = 0; i < 40; i++) {
            chat(server, "quern-nano", other(i));
        }
        chat(server, "quern-nano", question(2));
        chat(server, "notes", question(2));
        assertTrue(cached(chat(server, "quern-nano", question(2))) > 0, "the prompt was not cached");
        batch(server);
        ServerProcess.await("blocks on disk",
                () -> look(server, "/v1/cache").path("waiting_to_be_written").asInt() == 0);
    }

    private static String alias(ServerProcess server) throws IOException {
        for (JsonNode alias : server.get("/v1/aliases").path("data")) {
            if (alias.path("id").asText().equals("notes")) {
                return alias.path("current").asText();
            }
        }
        throw new IllegalStateException("no alias 'notes'");
    }

    private static JsonNode delete(ServerProcess server, String path) throws IOException {
        var reply = server.send(server.authorized(path).DELETE().build());
        assertTrue(reply.statusCode() < 300, reply::body);
        return ServerProcess.JSON.readTree(reply.body());
    }

    private String erasing() {
        return "/v1/documents/" + made.get("canary") + "?erase=true&everywhere=true";
    }

    /** What is not of the document, to be the same before and after. */
    private List<JsonNode> others(ServerProcess server) throws IOException {
        return List.of(server.get("/v1/datasets/" + made.get("earlier") + "/samples?limit=100"),
                chat(server, "quern-nano", other(3)).at("/choices/0"),
                server.get("/v1/documents/" + made.get("double")));
    }

    private JsonNode awaitDone(ServerProcess server) {
        String at = "/v1/erasures/" + made.get("canary");
        ServerProcess.await("the erasure", () -> look(server, at).path("status").asText().equals("done"));
        return look(server, at);
    }

    private void check(ServerProcess server, JsonNode erasure, List<JsonNode> before) throws IOException {
        JsonNode proof = erasure.path("proof");
        assertTrue(erasure.path("proof_sound").asBoolean(), erasure::toString);
        assertEquals(0, proof.path("remaining").size(), proof::toString);
        assertFalse(proof.toString().contains("lantern"), "the proof holds text of the document");
        assertEquals(before, others(server));
        assertEquals(made.get("clean"), alias(server), "the alias goes back to the adapter that never saw it");
        assertEquals("erased", server.get("/v1/adapters/" + made.get("tainted")).path("state").asText());
        JsonNode dataset = server.get("/v1/datasets/" + made.get("dataset"));
        assertNotEquals(made.get("dataset"), dataset.path("id").asText());
        assertEquals(DOCUMENTS + 1, dataset.path("samples").asInt(), "the duplicate is back: " + dataset);
        String samples = server.get("/v1/datasets/" + made.get("dataset") + "/samples?limit=100").toString();
        assertTrue(samples.contains(made.get("double")) && !samples.contains(made.get("canary")), samples);
        assertEquals(404, server.send(server.authorized("/v1/documents/" + made.get("canary")).build()).statusCode());
        assertEquals("done", delete(server, erasing()).path("status").asText(), "a second time");
        assertEquals(404, server.send(server.authorized("/v1/documents/" + "0".repeat(64) + "?erase=true")
                .method("DELETE", HttpRequest.BodyPublishers.noBody()).build()).statusCode());
    }

    @Test
    void shouldLeaveNoByteOfTheDocumentAndAllElseAsItWas() throws Exception {
        Path data = directory.resolve("plain");
        Witness witness = witness();
        try (ServerProcess server = ServerProcess.start(data, settings(false))) {
            use(server);
        }
        Path checkpoint = data.resolve("jobs").resolve(made.get("given up")).resolve("run.checkpoint");
        assertTrue(Files.exists(checkpoint), "what was learnt until the cancelling");
        Set<String> before = Witness.kinds(witness.inBytes(data));
        assertTrue(before.containsAll(Set.of("documents", "blocks/warm", "blocks/cold", "files"))
                && before.size() >= 6, "a search that finds little proves little: " + before);
        try (ServerProcess server = ServerProcess.start(data, settings(false))) {
            List<JsonNode> others = others(server);
            JsonNode plan = delete(server, erasing() + "&dry_run=true");
            assertEquals(1, plan.path("adapters").size(), plan::toString);
            assertEquals(made.get("clean"), plan.at("/aliases/0/to").asText(), plan::toString);
            assertEquals(List.of("datasets", "adapters", "files").stream().map(name -> plan.path(name).size())
                    .toList(), List.of(1, 1, 2), plan::toString);
            delete(server, erasing());
            JsonNode erasure = awaitDone(server);
            check(server, erasure, others);
        }
        assertEquals(Set.of(), witness.inBytes(data));
        assertFalse(Files.exists(checkpoint), "what a cancelled tuning learnt of the document");
    }

    @Test
    void shouldGoOnAfterKillsAndLeaveNothingThatAKeyOpens() throws Exception {
        Path data = directory.resolve("sealed");
        Path copy = directory.resolve("copy");
        Random random = new Random(SEED);
        Witness witness = witness();
        List<JsonNode> others;
        int stops = 0;
        try (ServerProcess server = ServerProcess.start(data, settings(true))) {
            use(server);
            others = others(server);
        }
        copy(data, copy);
        Set<String> before = Witness.kinds(witness.opened(data));
        assertTrue(before.containsAll(Set.of("documents", "files")) && before.size() >= 4, before::toString);
        assertEquals(Set.of(), witness.inBytes(data));
        for (int kill = 0; kill < KILLS; kill++) {
            try (ServerProcess server = ServerProcess.start(data, settings(true))) {
                if (kill == 0) {
                    delete(server, erasing());
                }
                LockSupport.parkNanos(1_000_000L * random.nextInt(KILLS > 2 ? 300 : 120));
                server.kill();
            }
        }
        while (stopsByItself(data)) {
            assertTrue(++stops < STARTS_MAX, "it stops at every start, -Dquern.seed=" + SEED);
        }
        try (ServerProcess server = ServerProcess.start(data, settings(true))) {
            check(server, awaitDone(server), others);
        }
        String seed = "-Dquern.seed=" + SEED;
        assertEquals(Set.of(), witness.opened(data), seed);
        assertEquals(Set.of(), witness.inBytes(data), seed);
        assertTrue(Witness.kinds(witness.opened(copy)).size() >= 4, "the copy opens with the keys of its time");
        DataDirectory.removeTree(copy.resolve("keys"));
        copy(data.resolve("keys"), copy.resolve("keys"));
        Files.copy(data.resolve("master.key"), copy.resolve("master.key"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals(Set.of(), witness.openedFiles(copy), "a copy of the data with the keys of now");
    }

    /** Whether a file that could not be written ended it: it promises to go on with the next start then. */
    private boolean stopsByItself(Path data) throws IOException {
        try (ServerProcess server = ServerProcess.start(data, settings(true))) {
            String at = "/v1/erasures/" + made.get("canary");
            JsonNode[] job = new JsonNode[1];
            ServerProcess.await("an end of the erasure", () -> {
                job[0] = look(server, "/v1/jobs/" + look(server, at).path("job_id").asText());
                return job[0].path("finished_at").isNumber();
            });
            if (job[0].path("status").asText().equals("failed")) {
                System.out.println("erasure, seed " + SEED + ": " + job[0].path("error").asText());
                return true;
            }
            return false;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
    }
}
