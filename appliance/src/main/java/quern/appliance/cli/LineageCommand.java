package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** Where a record, or the words of an answer, came from. */
@Command(name = "lineage", mixinStandardHelpOptions = true,
        description = "Show what a record was made from and what was made of it, or where an answer's words are from.")
final class LineageCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "KIND",
            description = "document, dataset, file, job, adapter ...")
    private String kind;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "Its id.")
    private String id;

    @Option(names = "--answer", paramLabel = "TEXT", description = "An answer to look up, with --model.")
    private String answer;

    @Option(names = "--model", paramLabel = "ADAPTER", description = "The adapter that gave the answer.")
    private String model;

    @Override
    public Integer call() {
        boolean ofAnswer = answer != null && model != null && kind == null;
        boolean ofRecord = kind != null && id != null && answer == null;
        if (!ofAnswer && !ofRecord) {
            throw new ParameterException(spec.commandLine(), "give KIND and ID, or --answer and --model");
        }
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            JsonNode found = ofAnswer ? ofAnswer(session) : session.client()
                    .get("/v1/lineage/" + ApiClient.quote(kind) + "/" + ApiClient.quote(id));
            if (screen.json()) {
                screen.json(found);
            } else if (ofAnswer) {
                printMatches(screen, found);
            } else {
                printEdges(screen, found);
            }
        }
        return ExitCode.OK;
    }

    private JsonNode ofAnswer(Session session) {
        session.awaitReady();
        ObjectNode body = ApiClient.JSON.createObjectNode().put("model", model).put("text", answer);
        return session.client().post("/v1/lineage/answers", body);
    }

    private static void printMatches(Screen screen, JsonNode found) {
        screen.line(found.path("matches_total").asLong() + " spans of the answer are in samples of "
                + found.path("dataset").asText());
        for (JsonNode match : found.path("matches")) {
            screen.line("\"" + match.path("text").asText() + "\"");
            screen.line("    sample " + match.path("sample").asText() + ", document "
                    + match.path("document").asText() + " characters " + match.path("document_from").asLong()
                    + " to " + match.path("document_to").asLong()
                    + (match.path("quarantined").asBoolean() ? ", in quarantine" : ""));
        }
    }

    private static void printEdges(Screen screen, JsonNode found) {
        for (String direction : List.of("ancestors", "descendants")) {
            JsonNode edges = found.path(direction);
            screen.line(direction + ":" + (edges.isEmpty() ? " none" : ""));
            if (!edges.isEmpty()) {
                List<List<String>> rows = new ArrayList<>();
                rows.add(List.of("from", "", "to", "", "role"));
                edges.forEach(edge -> rows.add(List.of(edge.path("from_kind").asText(), edge.path("from").asText(),
                        edge.path("to_kind").asText(), edge.path("to").asText(), edge.path("role").asText())));
                screen.table(rows);
            }
        }
        found.path("tainted").forEach(each -> screen.line("tainted: " + each.path("kind").asText() + " "
                + each.path("id").asText()));
        found.path("quarantined").forEach(each -> screen.line("in quarantine: document " + each.asText()));
    }
}
