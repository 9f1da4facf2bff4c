package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file dropped into a watched folder becomes a live adapter once, whatever stage {@code kill -9} meets. */
class PipelineTest {

    private static final String PIPELINE = "/v1/pipelines/lamps";
    private static final String RECIPE = """
            process:
              - text_length_filter: {min_len: 10}
              - document_deduplicator:
            """;

    @Test
    void shouldPublishOnceWhateverStageIsKilled(@TempDir Path directory) throws IOException {
        String[] options = options(directory, "automatic");
        Path data = directory.resolve("data");
        try (ServerProcess server = ServerProcess.start(data, options)) {
            drop(directory, "first.jsonl", 0);
            await(server, "intake", shown -> shown.path("documents_waiting").asInt() > 0
                    || !"waiting".equals(shown.path("stage").asText()));
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data, options)) {
            await(server, "curation", shown -> shown.has("curation") || shown.path("datasets").asInt() > 0);
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data, options)) {
            await(server, "tuning", shown -> progress(server, shown).path("done").asInt() > 2);
            server.kill();
        }
        String first;
        try (ServerProcess server = ServerProcess.start(data, options)) {
            await(server, "the gate", shown -> shown.hasNonNull("live") || isAtTheGate(progress(server, shown)));
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data, options)) {
            first = await(server, "an adapter", shown -> shown.hasNonNull("live")).path("live").asText();
            assertMade(server, 1, first);
            drop(directory, "second.jsonl", 100);
            String second = await(server, "another adapter", shown -> !first.equals(shown.path("live").asText()))
                    .path("live").asText();
            assertMade(server, 2, second);
            assertEquals(first, alias(server).path("previous").asText());
            JsonNode lineage = server.get("/v1/lineage/adapter/" + second.replace(":", "%3A"));
            assertEquals(2, documents(lineage).size(), lineage::toString);
        }
    }

    @Test
    void shouldWaitForAWordWhenPublishingNeedsApproval(@TempDir Path directory) throws IOException {
        try (ServerProcess server = ServerProcess.start(directory.resolve("data"), options(directory, "approval"))) {
            drop(directory, "first.jsonl", 0);
            String waiting = await(server, "a candidate", shown -> shown.hasNonNull("candidate"))
                    .path("candidate").asText();
            assertEquals(0, server.get("/v1/aliases").path("data").size());
            assertTrue(server.post("/v1/chat/completions", Map.of("model", waiting, "max_tokens", 2, "messages",
                    List.of(Map.of("role", "user", "content", "Lamp?")))).has("choices"));
            JsonNode approved = server.post(PIPELINE + "/approve", Map.of());
            assertEquals(waiting, approved.path("live").asText());
            assertEquals(waiting, alias(server).path("current").asText());
        }
    }

    private static String[] options(Path directory, String publish) throws IOException {
        Path recipe = Files.writeString(directory.resolve("recipe.yaml"), RECIPE);
        Files.createDirectories(directory.resolve("inbox"));
        List<String> options = new ArrayList<>(List.of("--set", "start.warm-up=0s"));
        for (String set : List.of("folder=" + directory.resolve("inbox"), "recipe=" + recipe, "look=200ms",
                "tune-samples=1", "publish=" + publish)) {
            options.addAll(List.of("--set", "pipelines.lamps." + set));
        }
        for (String set : List.of("epochs=10", "batch-tokens=64", "checkpoint-steps=2", "gate-loss-margin=-100",
                "gate-general-loss-max=1000")) {
            options.addAll(List.of("--set", "tuning." + set));
        }
        return options.toArray(String[]::new);
    }

    /** Written under a name that does not count and then renamed, as a careful program does. */
    private static void drop(Path directory, String name, int from) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < from + 12; i++) {
            text.append("{\"text\": \"Lamp ").append(i).append(" has ").append(i * 7)
                    .append(" watts and hangs in hall ").append(i % 5).append(".\"}\n");
        }
        Path unfinished = Files.writeString(directory.resolve("inbox").resolve(name + ".part"), text);
        Files.move(unfinished, directory.resolve("inbox").resolve(name));
    }

    private static void assertMade(ServerProcess server, int count, String live) throws IOException {
        assertEquals(live, alias(server).path("current").asText());
        assertEquals(count, server.get("/v1/documents").path("data").size());
        assertEquals(count, server.get("/v1/datasets").path("data").size());
        assertEquals(count, server.get("/v1/fine_tuning/jobs").path("data").size());
        assertEquals(2 * count, server.get("/v1/jobs").path("data").size());
        assertEquals(count, server.get("/v1/adapters").path("data").size());
    }

    private static JsonNode alias(ServerProcess server) throws IOException {
        JsonNode aliases = server.get("/v1/aliases").path("data");
        assertEquals(1, aliases.size(), aliases::toString);
        assertEquals("lamps", aliases.get(0).path("id").asText());
        return aliases.get(0);
    }

    private static TreeSet<String> documents(JsonNode lineage) {
        TreeSet<String> documents = new TreeSet<>();
        lineage.path("ancestors").forEach(edge -> {
            if (edge.path("from_kind").asText().equals("document")) {
                documents.add(edge.path("from").asText());
            }
        });
        return documents;
    }

    private static JsonNode progress(ServerProcess server, JsonNode pipeline) {
        String job = pipeline.path("tuning").path("job").asText("");
        try {
            return job.isEmpty() || job.equals("null") ? pipeline.path("none")
                    : server.get("/v1/jobs/" + job).path("progress");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isAtTheGate(JsonNode progress) {
        return progress.path("total").asInt() > 0 && progress.path("done").asInt() == progress.path("total").asInt();
    }

    private static JsonNode await(ServerProcess server, String what, Predicate<JsonNode> reached) {
        JsonNode[] last = new JsonNode[1];
        ServerProcess.await(what, () -> {
            try {
                last[0] = server.get(PIPELINE);
                return reached.test(last[0]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return last[0];
    }
}
