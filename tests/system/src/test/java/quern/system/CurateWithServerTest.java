package quern.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quern curate} over local files while a server has the model: its own process reads, the server answers. */
class CurateWithServerTest {

    private static final int SAMPLES = 14;
    private static final long LIMIT_S = 120;

    @TempDir
    private Path directory;

    private Process start(String result, Path data) throws IOException {
        List<String> command = ProgramCommand.with(List.of("-Xmx256m"));
        command.addAll(List.of("curate", "recipe.yaml", "--export_path", result, "--json",
                "--set", "curation.checkpoint-samples=2", "--set", "curation.generation-parallel=2",
                "--data", data.toString()));
        return new ProcessBuilder(command)
                .directory(directory.toFile()).redirectOutput(directory.resolve("printed.json").toFile())
                .redirectError(directory.resolve("errors.txt").toFile()).start();
    }

    private JsonNode finish(String result, Path data) throws Exception {
        Process process = start(result, data);
        boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertTrue(ended && process.exitValue() == 0, () -> "exit " + process.exitValue() + ": " + errors());
        return ServerProcess.JSON.readTree(directory.resolve("printed.json").toFile());
    }

    private String errors() {
        try {
            return Files.readString(directory.resolve("errors.txt"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static long behind(Path state) {
        try {
            return ServerProcess.JSON.readTree(Files.readAllBytes(state.resolve("checkpoint.json")))
                    .path("counts").path("in").asLong();
        } catch (IOException absent) {
            return -1;
        }
    }

    private static long atWork(ServerProcess server) {
        try {
            JsonNode engine = server.get("/v1/engine");
            return engine.path("running").asLong() + engine.path("waiting").asLong() + engine.path("loading").asLong();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void shouldMakeTheBytesOfARunWithItsOwnModelWhenTheServerAnswersAndTheRunIsKilledInTheMiddle() throws Exception {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            rows.add("{\"text\": \"Once upon a time a fox had " + i + " apples.\", \"n\": " + i + "}");
        }
        Files.write(directory.resolve("corpus.jsonl"), rows);
        Files.writeString(directory.resolve("recipe.yaml"), """
                dataset_path: corpus.jsonl
                keep_stats_in_res_ds: true
                process:
                  - llm_perplexity_filter: {max_score: 1e9}
                  - token_num_filter: {min_num: 5}
                  - llm_analysis_filter: {try_num: 1, min_score: 0, sampling_params: {max_tokens: 16}}
                  - sentence_augmentation_mapper: {task_sentence: Go on., text_key_second: more, max_new_tokens: 24}
                """);
        JsonNode own = finish("own/r.jsonl", directory.resolve("data-own"));
        assertEquals(SAMPLES, own.path("read").asLong());
        assertTrue(own.path("kept").asLong() > SAMPLES / 2, own::toString);
        Path data = directory.resolve("data");
        try (ServerProcess server = ServerProcess.start(data)) {
            Path state = directory.resolve("live/.r.curation");
            Process process = start("live/r.jsonl", data);
            ServerProcess.await("a checkpoint behind 4", () -> behind(state) >= 4 || !process.isAlive());
            assertTrue(process.isAlive(), () -> "ended before it was killed: " + errors());
            process.destroyForcibly().waitFor();
            ServerProcess.await("the engine at rest", () -> atWork(server) == 0);
            JsonNode live = finish("live/r.jsonl", data);
            assertTrue(errors().contains("going on with a run that was interrupted"), errors());
            assertEquals(own.path("dropped"), live.path("dropped"));
        }
        for (String name : List.of("r.jsonl", "r_stats.jsonl", "r_lineage.jsonl", "rejected.jsonl")) {
            assertArrayEquals(Files.readAllBytes(directory.resolve("own").resolve(name)),
                    Files.readAllBytes(directory.resolve("live").resolve(name)), name);
        }
    }
}
