package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import quern.kv.DataDirectory;

/**
 * A start, two answers and a stop in a directory that is removed again: what {@code bin/quern} lets the JVM record, so
 * that later starts find classes and profiles of methods in its cache (JEP 483, 514, 515).
 */
@Command(name = "rehearse", hidden = true, mixinStandardHelpOptions = true,
        description = "Start, answer and stop, for the JVM to record how.")
final class RehearseCommand implements Callable<Integer> {

    private static final int ANSWER_TOKENS = 48;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        Path data = Files.createTempDirectory("quern-rehearsal");
        try {
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
