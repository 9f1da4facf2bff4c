package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Tuning in rounds: what the model answers wrong becomes new pairs, and those the next round's lessons. */
final class RoundsOptions {

    @Option(names = "--rounds", paramLabel = "N", description = "Tune in rounds, at most so many (LLM2LLM): ask the"
            + " model what it is to know, have pairs written of what it answers wrong, tune on all there is, pass the"
            + " gate; again with what came of it, until nothing fails.")
    private Integer rounds;

    @Option(names = "--pairs", paramLabel = "N", description = "With --rounds: pairs written in one, at most (200).")
    private Integer pairs;

    @Option(names = "--practice", paramLabel = "FILE|DATASET", description = "With --rounds: what is asked, checks as"
            + " quern eval reads them, or a dataset (default: the dataset itself; an answer must contain the sample's,"
            + " case aside). It is learnt from: judge by other checks (--gate-checks).")
    private String practice;

    boolean wanted() {
        if (rounds == null && (pairs != null || practice != null)) {
            throw new UsageProblem("--pairs and --practice go with --rounds N");
        }
        return rounds != null;
    }

    /** @param request as for one tuning */
    int run(ApiClient client, Screen screen, ObjectNode request, boolean wait) {
        request.put("rounds", rounds);
        if (pairs != null) {
            request.put("pairs", pairs);
        }
        if (practice != null) {
            request.put("practice", Files.isRegularFile(Path.of(practice))
                    ? client.uploadFile(Path.of(practice), "evals").path("id").asText() : practice);
        }
        JsonNode job = client.post("/v1/fine_tuning/rounds", request);
        String id = job.path("id").asText();
        if (!wait) {
            if (screen.json()) {
                screen.json(job);
            } else {
                screen.line(id);
            }
            return ExitCode.OK;
        }
        JsonNode end = new JobWatch(client, screen).follow(id);
        if (end.path("result").path("rounds").isMissingNode()) {
            JobWatch.succeeded(end, id);
        }
        return report(screen, end);
    }

    private static int report(Screen screen, JsonNode end) {
        JsonNode result = end.path("result");
        if (screen.json()) {
            screen.json(end);
        } else {
            List<List<String>> rows = new ArrayList<>(List.of(
                    List.of("round", "asked", "failures", "checks", "new pairs", "adapter", "held-out loss")));
            result.path("rounds").forEach(round -> rows.add(List.of(round.path("round").asText(),
                    round.path("model").asText(), round.path("failures").asText(), round.path("checks").asText(),
                    round.path("pairs").asText(""), round.path("adapter").asText(""),
                    round.path("held_out_loss").asText(""))));
            screen.table(rows);
            screen.line(result.path("ended").asText());
            screen.line(result.path("adapter").isTextual() ? "adapter " + result.path("adapter").asText()
                    + " is served" : "no adapter is served of it");
        }
        return end.path("status").asText().equals("succeeded") ? ExitCode.OK : ExitCode.REFUSED;
    }
}
