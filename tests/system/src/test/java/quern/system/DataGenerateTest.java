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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents become question/answer pairs by the served model, and those an adapter that the gate has judged. */
class DataGenerateTest {

    private static final int DOCUMENTS = 14;
    private static final long LIMIT_S = 120;
    /** One pair that rests on every document, one on some of them, one on none. */
    private static final List<String> ANSWER = List.of("{\"pairs\":[{\"evidence\":\"", "Anna Keller wrote this page",
            "\",\"question\":\"", "Who wrote the page?", "\",\"answer\":\"", "Anna Keller.", "\"},{\"evidence\":",
            "\"The mill has a wheel\"", ",\"question\":", "\"What has the mill?\"", ",\"answer\":", "\"A wheel.\"",
            "},{", "\"evidence\":\"It rained\",\"question\":\"Did it rain?\",", "\"answer\":\"Yes.\"}", "]}");

    @TempDir
    private Path directory;
    private Path data;

    private record Ended(int exitCode, String out, String err) {

        JsonNode json() throws IOException {
            return ServerProcess.JSON.readTree(out);
        }
    }

    private Ended quern(String... arguments) throws Exception {
        List<String> command = ProgramCommand.with(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("err.txt");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertTrue(ended, "no end");
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static String dataset(ServerProcess server, String recipe) throws IOException {
        String job = server.post("/v1/curation/jobs", Map.of("recipe", recipe)).path("id").asText();
        ServerProcess.await("the dataset", () -> !List.of("queued", "running").contains(status(server, job)));
        JsonNode ended = server.get("/v1/jobs/" + job);
        assertEquals("succeeded", ended.path("status").asText(), ended::toString);
        return ended.at("/result/dataset_id").asText();
    }

    private static String status(ServerProcess server, String job) {
        try {
            return server.get("/v1/jobs/" + job).path("status").asText();
        } catch (IOException e) {
            return "queued";
        }
    }

    @Test
    void shouldTuneOnPairsThatTheServedModelMadeOfDocuments() throws Exception {
        data = directory.resolve("data");
        Path model = ScriptedModel.write(directory.resolve("scripted.gguf"), ANSWER);
        try (ServerProcess server = ServerProcess.start(data, "--model", model.toString())) {
            for (int i = 0; i < DOCUMENTS; i++) {
                String text = "This is page " + i + ". " + (i % 2 == 0 ? "The mill has a wheel. " : "")
                        + "Anna Keller wrote this page.";
                server.post("/v1/documents?name=" + i + ".txt", "text/plain", text.getBytes(StandardCharsets.UTF_8));
            }
            String pages = dataset(server, "process:\n  - text_length_filter: {min_len: 1}\n");
            Ended made = quern("data", "generate", "--from", pages, "--pairs", "18", "--json");
            assertEquals(0, made.exitCode(), made.err());
            assertEquals(18, made.json().path("kept").asInt(), made.out());
            assertEquals(DOCUMENTS + DOCUMENTS / 2, made.json().path("with_evidence").asInt(), made.out());
            assertEquals(DOCUMENTS + DOCUMENTS / 2,
                    made.json().at("/rejected/evidence is not in the text").asInt(), made.out());
            Ended tuned = quern("tune", made.json().path("dataset").asText(), "--suffix", "pages", "--epochs", "1",
                    "--json");
            // Served or turned down: the gate has spoken either way.
            assertTrue(tuned.exitCode() == 0 || tuned.exitCode() == 4, tuned.err());
            JsonNode gate = server.get("/v1/jobs/" + tuned.json().path("id").asText()).at("/result/gate");
            assertTrue(gate.isObject() && !gate.isEmpty(), tuned.out());
        }
    }
}
