package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** Runs a recipe and prints what came in, what was kept and why the rest was dropped. */
@Command(name = "curate", mixinStandardHelpOptions = true,
        description = "Make a dataset from documents, or from another dataset, with a recipe.")
final class CurateCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "RECIPE.yaml", description = "Recipe in Data-Juicer's form.")
    private Path recipe;

    @Option(names = "--dataset", paramLabel = "ID", description = "Dataset to start from (default: all documents).")
    private String dataset;

    @Option(names = "--name", description = "What the new dataset is called.")
    private String name;

    @Option(names = "--label", description = "Label of the new dataset; may be repeated.")
    private List<String> labels = List.of();

    @Option(names = "--check", description = "Only say what is wrong with the recipe.")
    private boolean check;

    @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Wait for the end (default: ${DEFAULT-VALUE}).")
    private boolean wait;

    @Override
    public Integer call() throws IOException {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("recipe", text());
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            ApiClient client = session.client();
            if (check) {
                JsonNode reply = client.post("/v1/curation/check", body);
                show(screen, reply, () -> screen.line(recipe + ": no problem found"));
                return ExitCode.OK;
            }
            JsonNode job = client.post("/v1/curation/jobs", request(body));
            String id = job.path("id").asText();
            if (!wait && session.isServer()) {
                show(screen, job, () -> screen.line(id));
                return ExitCode.OK;
            }
            JsonNode ended = new JobWatch(client, screen).await(id);
            show(screen, ended, () -> report(screen, ended.path("result")));
            return ExitCode.OK;
        }
    }

    private static void show(Screen screen, JsonNode json, Runnable people) {
        if (screen.json()) {
            screen.json(json);
        } else {
            people.run();
        }
    }

    private String text() throws IOException {
        try {
            return Files.readString(recipe);
        } catch (NoSuchFileException e) {
            throw new UsageProblem("no recipe " + recipe, e);
        }
    }

    private ObjectNode request(ObjectNode body) {
        if (dataset != null) {
            body.put("dataset", dataset);
        }
        if (name != null) {
            body.put("name", name);
        }
        if (!labels.isEmpty()) {
            labels.forEach(body.putArray("labels")::add);
        }
        return body;
    }

    private static void report(Screen screen, JsonNode result) {
        JsonNode report = result.path("report");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("operator", "in", "made", "dropped", "reason"));
        long dropped = 0;
        for (JsonNode line : report.path("operators")) {
            String in = line.path("in").asText();
            String made = line.path("made").asText();
            String operator = line.path("operator").asText();
            if (line.path("dropped").isEmpty()) {
                rows.add(List.of(operator, in, made, "0", ""));
            }
            for (var reason : line.path("dropped").properties()) {
                dropped += reason.getValue().asLong();
                rows.add(List.of(operator, in, made, reason.getValue().asText(), reason.getKey()));
                operator = "";
                in = "";
                made = "";
            }
        }
        screen.table(rows);
        long made = report.path("made").asLong();
        screen.line(report.path("in").asLong() + " in" + (made == 0 ? "" : " + " + made + " made") + " = "
                + report.path("kept").asLong() + " kept + " + dropped + " dropped");
        screen.line("dataset " + result.path("dataset_id").asText());
    }
}
