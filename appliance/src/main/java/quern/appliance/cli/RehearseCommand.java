package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import quern.kv.DataDirectory;

/**
 * A curation of a few samples, a start, two answers and a stop in a directory that is removed again: what
 * {@code bin/quern} lets the JVM record, so that later starts find classes and profiles of methods in its cache
 * (JEP 483, 514, 515).
 */
@Command(name = "rehearse", hidden = true, mixinStandardHelpOptions = true,
        description = "Start, answer and stop, for the JVM to record how.")
final class RehearseCommand implements Callable<Integer> {

    private static final int ANSWER_TOKENS = 48;
    private static final int SAMPLES = 400;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        Path data = Files.createTempDirectory("quern-rehearsal");
        try {
            curate(data.resolve("files"));
            try (Session session = Session.launch(options, Map.of("data", data.toString()))) {
                session.awaitReady();
                answer(session, "/v1/chat/completions");
                answer(session, "/v1/completions");
                for (String path : List.of("/v1/models", "/metrics", "/health")) {
                    session.client().probe(path);
                }
            }
        } finally {
            DataDirectory.removeTree(data);
        }
        return ExitCode.OK;
    }

    /** A small recipe over local files: what most of them load. */
    private static void curate(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path samples = directory.resolve("samples.jsonl");
        Files.write(samples, IntStream.range(0, SAMPLES).mapToObj(i -> "{\"text\": \"Sample " + i
                + ": a fox lived in a wood, and had a good house there.\\n\\nOne day it rained.\"}").toList());
        Path recipe = directory.resolve("recipe.yaml");
        Files.writeString(recipe, String.join("\n", "process:", "- fix_unicode_mapper:",
                "- whitespace_normalization_mapper:", "- clean_links_mapper:", "- text_length_filter:",
                "- words_num_filter:", "- alphanumeric_filter:", "- character_repetition_filter:",
                "- stopwords_filter:", "- document_deduplicator:", "- document_minhash_deduplicator:", ""));
        new CommandLine(new CurateCommand()).execute(recipe.toString(), "--data", directory.toString(), "--json",
                "--dataset_path", samples.toString(), "--export_path", directory.resolve("result.jsonl").toString());
    }

    private static void answer(Session session, String path) {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("model", session.servedModel())
                .put("max_tokens", ANSWER_TOKENS).put("temperature", 1).put("seed", 1);
        if (path.contains("chat")) {
            body.putArray("messages").addObject().put("role", "user").put("content", "Tell me a story about a fox.");
        } else {
            body.put("prompt", "Once upon a time there was a fox who lived in a wood.");
        }
        session.client().post(path, body);
        session.client().stream(path, body.put("stream", true), event -> { });
    }
}
