package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** One adapter of several, judged on what none of them has learnt. */
@Command(name = "merge", mixinStandardHelpOptions = true, description = {
    "Make one adapter of several of the same base: the weighted sum of what they change (model soups), exactly. It goes"
            + " through the evaluation gate, on samples that none of them has learnt, and NAME's alias points to it"
            + " then."})
final class MergeCommand implements Callable<Integer> {

    @ParentCommand
    private AdaptersCommand parent;

    @Parameters(arity = "2..*", paramLabel = "ADAPTER", description = "Ids, or aliases that point to one.")
    private List<String> adapters;

    @Option(names = "--name", required = true, description = "Part of the new adapter's id, and its alias.")
    private String name;

    @Option(names = "--weights", paramLabel = "X,Y", split = ",",
            description = "Of each adapter's change in the sum (default: equal, 1 together).")
    private List<Double> weights;

    @Option(names = "--dare", paramLabel = "SHARE",
            description = "Drop this share of the entries of every A at random and scale up the rest (DARE), 0.9: nine"
                    + " of ten. B stays, so that the rank does.") private Double dare;

    @Option(names = "--seed", paramLabel = "N", description = "Of what is dropped.")
    private Long seed;

    @Option(names = "--rank", paramLabel = "R",
            description = "Cut down to this rank, the largest singular values (default: all ranks together, nothing"
                    + " is lost).") private Integer rank;

    @Option(names = "--measure", paramLabel = "DATASET|FILE.jsonl", split = ",",
            description = "What the gate measures on, less what the adapters have learnt of it (default: what was kept"
                    + " out of their tunings).") private List<String> data;

    @Option(names = "--gate-loss-margin", paramLabel = "X",
            description = "Nats per token by which held-out loss must fall below the base model's.")
    private Double gateLossMargin;

    @Option(names = "--gate-span-score-min", paramLabel = "X",
            description = "Least share of held-out questions whose answer contains the expected span.")
    private Double gateSpanScoreMin;

    @Option(names = "--gate-general-loss-max", paramLabel = "X",
            description = "Nats per token by which loss on general text may rise.")
    private Double gateGeneralLossMax;

    @Option(names = "--gate-checks", paramLabel = "FILE",
            description = "Checks that the gate puts to base and adapter, as quern eval reads them.")
    private Path checks;

    @Option(names = "--gate-checks-min", paramLabel = "X",
            description = "Least share of the checks that must pass (tuning.gate-checks-min).")
    private Double checksMin;

    @Option(names = "--allow-tainted", description = "Also where one learnt from a document in quarantine.")
    private boolean allowTainted;

    @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Wait for the end (default: ${DEFAULT-VALUE}).") private boolean wait;

    @Override
    public Integer call() throws IOException {
        Screen screen = parent.options().screen();
        try (Session session = Session.open(parent.options())) {
            session.awaitReady();
            JsonNode job = session.client().post("/v1/adapters/merge", body(session.client()));
            String id = job.path("id").asText();
            if (!wait && session.isServer()) {
                if (screen.json()) {
                    screen.json(job);
                } else {
                    screen.line(id);
                }
                return ExitCode.OK;
            }
            JsonNode end = new JobWatch(session.client(), screen).follow(id);
            if (end.path("result").path("gate").isMissingNode()) {
                JobWatch.succeeded(end, id);
            }
            return report(screen, end);
        }
    }

    private ObjectNode body(ApiClient client) throws IOException {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("name", name).put("dare", dare).put("seed", seed)
                .put("rank", rank).put("gate_loss_margin", gateLossMargin)
                .put("gate_span_score_min", gateSpanScoreMin).put("gate_general_loss_max", gateGeneralLossMax)
                .put("gate_checks_min", checksMin);
        adapters.forEach(body.putArray("adapters")::add);
        if (weights != null) {
            weights.forEach(body.putArray("weights")::add);
        }
        if (data != null) {
            for (String one : data) {
                body.withArray("/data").add(Files.isRegularFile(Path.of(one))
                        ? client.uploadFile(Path.of(one), "fine-tune").path("id").asText() : one);
            }
        }
        if (checks != null) {
            body.put("gate_checks", client.uploadFile(checks, "evals").path("id").asText());
        }
        if (allowTainted) {
            body.put("allow_tainted", true);
        }
        body.removeIf(JsonNode::isNull);
        return body;
    }

    private static int report(Screen screen, JsonNode end) {
        boolean served = end.path("status").asText().equals("succeeded");
        JsonNode result = end.path("result");
        if (screen.json()) {
            screen.json(end);
        } else {
            result.path("merged_from").forEach(part -> screen.line(String.format(Locale.ROOT,
                    "%s, weight %s: held-out loss %.4f", part.path("adapter").asText(),
                    part.path("weight").asText(), part.path("held_out_loss").asDouble())));
            screen.line(String.format(Locale.ROOT, "merged, rank %d: held-out loss %.4f, the base's %.4f; the rank cost"
                    + " %.4f %% of the energy", result.path("rank").asInt(), result.path("held_out_loss").asDouble(),
                    result.at("/gate/base_held_out_loss").asDouble(), 100 * result.path("lost_energy").asDouble()));
            screen.line(served ? "adapter " + result.path("adapter").asText() + " is served"
                    : "not served: " + end.path("error").asText());
        }
        return served ? ExitCode.OK : ExitCode.REFUSED;
    }
}
