package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quern.curation.generation.PairsRecipe;
import quern.curation.generation.QaFromTextMapper;

/**
 * Question/answer pairs by the served model: a curation job, so it goes on after a crash. A pair is kept only if what
 * its answer rests on stands in the passage; the rest is counted by reason.
 */
@Command(name = "generate", mixinStandardHelpOptions = true,
        description = "Have the served model write question/answer pairs from a dataset, or from what a "
                + "model answered wrong; they can be tuned on. Kept "
                + "are only pairs whose evidence stands in the passage.")
final class DataGenerateCommand implements Callable<Integer> {

    private static final String KEPT = "pair kept";
    private static final String REJECTED = "pair rejected: ";
    private static final String UNUSED = "answer not used: ";
    private static final int PAIRS_MAX = 10_000_000;

    @Mixin
    private GlobalOptions options;

    @Option(names = "--from", paramLabel = "DATASET", description = "Dataset with the passages.")
    private String from;

    @Option(names = "--from-failures", paramLabel = "EVALUATION|ADAPTER",
            description = "Instead: what failed in an evaluation, or in an adapter's gate. Each failed question and its"
                    + " expected answer is a passage; the pairs must rest on it and ask something new (LLM2LLM).")
    private String fromFailures;

    @Option(names = "--pairs", paramLabel = "N", defaultValue = "200",
            description = "Pairs wanted, at most (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(names = "--passages", paramLabel = "N",
            description = "Passages the model is asked about, at most three pairs each (default: as many as pairs).")
    private Integer passages;

    @Option(names = "--passage-length", paramLabel = "CHARACTERS", defaultValue = "1200",
            description = "Longest passage (default: ${DEFAULT-VALUE}).")
    private int passageLength;

    @Option(names = "--name", defaultValue = "pairs", description = "What the new dataset is called.")
    private String name;

    @Option(names = "--label", description = "Label of the new dataset; may be repeated.")
    private List<String> labels = List.of();

    @Override
    public Integer call() {
        int asked = passages == null ? pairs : passages;
        if ((from == null) == (fromFailures == null) || fromFailures != null && passages != null) {
            throw new UsageProblem("expected either --from DATASET or --from-failures EVALUATION|ADAPTER, and"
                    + " --passages with the first alone");
        }
        within("--pairs", pairs, 1, PAIRS_MAX);
        within("--passages", asked, 1, PAIRS_MAX);
        within("--passage-length", passageLength, 100, 1 << 20);
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            ApiClient client = session.client();
            ObjectNode body = ApiClient.JSON.createObjectNode().put("name", name);
            if (!labels.isEmpty()) {
                labels.forEach(body.putArray("labels")::add);
            }
            String id = (fromFailures == null ? ofPassages(client, body, asked) : client.post("/v1/evaluations/"
                    + ApiClient.quote(fromFailures) + "/pairs", body.put("pairs", pairs))).path("id").asText();
            JsonNode result = new JobWatch(client, screen).await(id).path("result");
            ObjectNode summary = summary(id, result);
            show(screen, summary);
            if (summary.path("kept").asLong() == 0) {
                screen.note("no pair was kept: there is nothing to tune on");
                return ExitCode.REFUSED;
            }
            return ExitCode.OK;
        }
    }

    private JsonNode ofPassages(ApiClient client, ObjectNode body, int asked) {
        requireSamples(client);
        return client.post("/v1/curation/jobs", body.put("dataset", from)
                .put("recipe", new PairsRecipe(passageLength, asked, pairs).text()));
    }

    /** Before the model is asked for anything. */
    private void requireSamples(ApiClient client) {
        JsonNode dataset = client.get("/v1/datasets/" + ApiClient.quote(from));
        if (dataset.path("samples").asLong() == 0) {
            throw new UsageProblem("dataset " + from + " has no samples: there is nothing to ask about");
        }
    }

    private static void within(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new UsageProblem(option + " is " + value + ", expected " + min + " to " + max);
        }
    }

    private ObjectNode summary(String job, JsonNode result) {
        Map<String, Long> rejected = new TreeMap<>();
        Map<String, Long> unused = new TreeMap<>();
        long made = 0;
        long read = 0;
        for (JsonNode line : result.path("report").path("operators")) {
            if (line.path("operator").asText().equals(QaFromTextMapper.NAME)) {
                read = line.path("in").asLong();
                for (var note : line.path("noted").properties()) {
                    String what = note.getKey();
                    long count = note.getValue().asLong();
                    if (what.equals(KEPT)) {
                        made = count;
                    } else if (what.startsWith(REJECTED)) {
                        rejected.put(what.substring(REJECTED.length()), count);
                    } else if (what.startsWith(UNUSED)) {
                        unused.put(what.substring(UNUSED.length()), count);
                    }
                }
            }
        }
        long known = 0;
        for (JsonNode reason : result.at("/report/dropped/document_deduplicator")) {
            known += reason.asLong();
        }
        if (known > 0) {
            rejected.put("there already", known);
        }
        ObjectNode summary = ApiClient.JSON.createObjectNode().put("dataset", result.path("dataset_id").asText())
                .put("job", job).put("asked", pairs).put("kept", result.path("report").path("kept").asLong())
                .put("with_evidence", made).put("passages", read);
        rejected.forEach(summary.putObject("rejected")::put);
        unused.forEach(summary.putObject("answers_not_used")::put);
        return summary;
    }

    private static void show(Screen screen, ObjectNode summary) {
        if (screen.json()) {
            screen.json(summary);
            return;
        }
        List<List<String>> rows = new ArrayList<>(List.of(List.of("pairs", "")));
        rows.add(List.of(summary.path("kept").asText(), "kept of " + summary.path("asked").asText() + " asked for"));
        summary.path("rejected").properties().forEach(one ->
                rows.add(List.of(one.getValue().asText(), "rejected: " + one.getKey())));
        summary.path("answers_not_used").properties().forEach(one ->
                rows.add(List.of(one.getValue().asText(), "answers not used: " + one.getKey())));
        screen.table(rows);
        screen.line(summary.path("passages").asText() + " passages, dataset " + summary.path("dataset").asText());
    }
}
