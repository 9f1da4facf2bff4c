package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts a file of checks to a model or adapter, or shows what an earlier evaluation came to. */
@Command(name = "eval", mixinStandardHelpOptions = true, description = {
    "Put checks to a served model or adapter, and to the adapter's base; a job, so it goes on after a crash.",
    "Without --checks: show the evaluation of a job or an adapter again, the gate's included.",
    "A line of FILE: {\"query\": \"…\", \"exact\": \"…\"}; instead of query also messages, instruction with"
            + " input, or prompt; instead of exact also contains, regex, json_schema, or judge, a question"
            + " about the answer that judge_model says yes or no to; beside them name, max_tokens, ignore_case."})
final class EvalCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "NAME", description = "A model, an adapter, an alias; without --checks also a job's id.")
    private String name;

    @Option(names = "--checks", paramLabel = "FILE|DATASET", description = "Checks, one JSON object a line; or a"
            + " dataset: asked a sample's question, the answer must contain the sample's, case aside.")
    private Path checks;

    @Option(names = "--checks-min", paramLabel = "X",
            description = "Least share of the checks that must pass (tuning.gate-checks-min).")
    private Double checksMin;

    @Option(names = "--checks-lost-max", paramLabel = "N",
            description = "Most checks that the base passes and the adapter fails (default: 0).")
    private Integer checksLostMax;

    @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Wait for the end (default: ${DEFAULT-VALUE}).")
    private boolean wait;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            ApiClient client = session.client();
            if (checks == null) {
                if (checksMin != null || checksLostMax != null) {
                    throw new UsageProblem("--checks-min and --checks-lost-max go with --checks FILE");
                }
                return show(screen, client.get("/v1/evaluations/" + ApiClient.quote(name)));
            }
            session.awaitReady();
            ObjectNode body = ApiClient.JSON.createObjectNode().put("model", name)
                    .put("checks", Files.isRegularFile(checks) || !checks.toString().startsWith("ds-")
                            ? client.uploadFile(checks, "evals").path("id").asText() : checks.toString())
                    .put("checks_min", checksMin).put("checks_lost_max", checksLostMax);
            body.removeIf(JsonNode::isNull);
            JsonNode job = client.post("/v1/evaluations", body);
            String id = job.path("id").asText();
            if (!wait && session.isServer()) {
                if (screen.json()) {
                    screen.json(job);
                } else {
                    screen.line(id);
                }
                return ExitCode.OK;
            }
            new JobWatch(client, screen).await(id);
            return show(screen, client.get("/v1/evaluations/" + id));
        }
    }

    private static int show(Screen screen, JsonNode evaluation) {
        if (screen.json()) {
            screen.json(evaluation);
        } else {
            print(screen, evaluation);
        }
        return evaluation.path("passed").asBoolean() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static void print(Screen screen, JsonNode evaluation) {
        for (JsonNode check : evaluation.path("checks")) {
            if (!check.path("passed").asBoolean()) {
                screen.line((check.path("lost").asBoolean() ? "LOST " : "failed ") + check.path("name").asText() + ": "
                        + brief(check.path("question")) + " -> " + brief(check.path("answer").path("text"))
                        + ", expected " + check.path("kind").asText() + " " + brief(check.path("expected")) + ": "
                        + check.path("answer").path("reason").asText());
            }
        }
        ObjectNode figures = evaluation.deepCopy();
        figures.remove(List.of("checks", "held_out_sha256", "object"));
        Outline.lines(figures).forEach(screen::line);
    }

    private static String brief(JsonNode text) {
        String line = text.asText().strip().replaceAll("\\s+", " ");
        return "'" + (line.length() <= 80 ? line : line.substring(0, 80) + "...") + "'";
    }
}
