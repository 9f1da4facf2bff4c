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

/** What a model answers wrong becomes pairs, and those a round of tuning; a kill in between changes nothing. */
class TuningRoundsTest {

    private static final int WRONG = 5;
    private static final int RIGHT = 4;
    /** One pair that rests on every wrong answer's text, one that rests on none. */
    private static final List<String> ANSWER = List.of("{\"pairs\":[{\"evidence\":\"", "green shade",
            "\",\"question\":\"", "What shade is it?", "\",\"answer\":\"", "The lamp is bright.", "\"},{\"evidence\":",
            "\"It rained\"", ",\"question\":", "\"Did it rain?\"", ",\"answer\":", "\"Yes.\"}", "]}");

    @TempDir
    private Path directory;

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

    /** Questions with answers, some as the model says them. */
    private static String dataset(ServerProcess server, int wrong, int right) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < wrong + right; i++) {
            lines.append("{\"query\":\"Tell me of lamp ").append(i).append("\",\"response\":\"")
                    .append(i < wrong ? "Lamp " + i + " has a green shade" : "the LAMP is bright.")
                    .append("\"}\n");
        }
        String document = server.post("/v1/documents?name=lamps.jsonl", "application/jsonl",
                lines.toString().getBytes(StandardCharsets.UTF_8)).path("id").asText();
        JsonNode end = ended(server, server.post("/v1/curation/jobs", Map.of("documents",
                List.of(document), "recipe", "text_keys: query\nprocess:\n  - random_selector: {select_num: 1000}\n"))
                .path("id").asText());
        assertEquals("succeeded", end.path("status").asText(), end::toString);
        assertEquals(wrong + right, end.at("/result/report/kept").asInt(), end::toString);
        return end.at("/result/dataset_id").asText();
    }

    private static String rounds(ServerProcess server, String dataset) throws IOException {
        return server.post("/v1/fine_tuning/rounds", Map.of("model", "scripted", "training_file", dataset,
                "rounds", 3, "pairs", 20, "suffix", "lamps", "seed", 1, "hyperparameters",
                Map.of("n_epochs", 1, "learning_rate", 1e-6, "lora_rank", 2, "gate_loss_margin", -1000,
                        "gate_span_score_min", 0, "gate_general_loss_max", 1000))).path("id").asText();
    }

    private static long jobs(ServerProcess server, String kind) throws IOException {
        return server.get("/v1/jobs?kind=" + kind).path("data").size();
    }

    @Test
    void shouldAskForEachJobOnceAndEndWhenNothingNewIsWrittenThoughItWasKilled() throws Exception {
        Path data = directory.resolve("data");
        Path model = ScriptedModel.write(directory.resolve("scripted.gguf"), ANSWER);
        String dataset;
        String job;
        try (ServerProcess server = ServerProcess.start(data, "--model", model.toString())) {
            dataset = dataset(server, WRONG, RIGHT);
            job = rounds(server, dataset);
            String at = "/v1/jobs/" + job;
            ServerProcess.await("the first evaluation", () -> look(server, at).at("/progress/done").asInt() >= 1
                    || look(server, at).path("finished_at").isNumber());
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data, "--model", model.toString())) {
            JsonNode end = ended(server, job);
            assertEquals("succeeded", end.path("status").asText(), end::toString);
            assertEquals(2, end.path("attempts").asInt(), "it was done before it was killed: " + end);
            JsonNode result = end.path("result");
            assertTrue(result.path("ended").asText().contains("round 2: no pair was kept"), result::toString);
            JsonNode first = result.path("rounds").path(0);
            assertEquals(WRONG + RIGHT, first.path("checks").asInt(), result::toString);
            assertEquals(WRONG, first.path("failures").asInt(), result::toString);
            assertEquals(1, first.path("pairs").asInt(), "the same question five times is one: " + result);
            assertEquals(result.path("adapter").asText(), first.path("adapter").asText());
            JsonNode second = result.path("rounds").path(1);
            assertEquals(first.path("adapter").asText(), second.path("model").asText(), result::toString);
            assertEquals(0, second.path("pairs").asInt(), "it is there already: " + result);
            assertEquals("2 3 1", jobs(server, "evaluate") + " " + jobs(server, "curate") + " "
                    + jobs(server, "tune"), "each once, and the dataset's own curation");
            assertLineage(server, result, dataset);
            assertEquals("no failures are left", ended(server, rounds(server, dataset(server, 0, 3)))
                    .at("/result/ended").asText());
            assertChecksOfAFile(server);
        }
    }

    private static void assertLineage(ServerProcess server, JsonNode result, String dataset) throws IOException {
        String written = result.at("/rounds/0/dataset").asText();
        String ancestors = server.get("/v1/lineage/adapter/" + result.path("adapter").asText()).toString();
        for (String id : List.of(dataset, written, result.at("/rounds/0/jobs/0").asText())) {
            assertTrue(ancestors.contains(id), id + " is no ancestor: " + ancestors);
        }
        String made = server.get("/v1/lineage/dataset/" + written).toString();
        assertTrue(made.contains("\"document\""), "no document: " + made);
    }

    /** Failures of checks that came in a file: pairs of them, and what says nothing that could be taught. */
    private static void assertChecksOfAFile(ServerProcess server) throws IOException {
        String checks = "{\"query\":\"Which lamp?\",\"contains\":\"the one with a green shade\"}\n"
                + "{\"query\":\"Which?\",\"regex\":\"never said\"}\n{\"query\":\"How?\",\"contains\":\"bright\"}\n";
        String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nevals\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"checks.jsonl\"\r\n"
                + "Content-Type: application/json\r\n\r\n" + checks + "\r\n--b--\r\n";
        String file = server.post("/v1/files", "multipart/form-data; boundary=b",
                form.getBytes(StandardCharsets.UTF_8)).path("id").asText();
        String evaluation = server.post("/v1/evaluations", Map.of("model", "scripted", "checks", file,
                "checks_min", 0)).path("id").asText();
        ended(server, evaluation);
        JsonNode end = ended(server, server.post("/v1/evaluations/" + evaluation + "/pairs",
                Map.of("pairs", 3, "name", "again")).path("id").asText());
        assertEquals("succeeded", end.path("status").asText(), end::toString);
        assertEquals(1, end.at("/result/report/in").asInt(), end::toString);
        assertEquals(1, end.at("/result/report/kept").asInt(), end::toString);
    }
}
