package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What runs now: the server of the data directory, its model and its jobs. Starts nothing. */
@Command(name = "ps", mixinStandardHelpOptions = true, description = "Show the running server and its jobs.")
final class RunningCommand implements Callable<Integer> {

    private static final Set<String> ACTIVE = Set.of("queued", "running", "cancelling");

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        var config = options.load().config();
        Optional<Session> live = Session.running(config);
        ObjectNode body = ApiClient.JSON.createObjectNode()
                .put("running", live.isPresent())
                .put("data", config.data().toString());
        if (live.isPresent()) {
            try (Session session = live.get()) {
                body.put("url", session.client().base().toString());
                body.set("health", session.client().report("/health"));
                body.set("jobs", active(session.client().get("/v1/jobs?limit=1000")));
            }
        }
        if (screen.json()) {
            screen.json(body);
        } else {
            print(screen, body);
        }
        return ExitCode.OK;
    }

    private static ObjectNode active(JsonNode jobs) {
        ObjectNode list = ApiClient.JSON.createObjectNode();
        ArrayNode data = list.putArray("data");
        jobs.path("data").forEach(job -> {
            if (ACTIVE.contains(job.path("status").asText())) {
                data.add(job);
            }
        });
        return list;
    }

    private static void print(Screen screen, ObjectNode body) {
        if (!body.path("running").asBoolean()) {
            screen.line("no server runs in " + body.path("data").asText());
            return;
        }
        screen.line(body.path("url").asText());
        Outline.lines(body.path("health")).forEach(line -> screen.line("  " + line));
        JsonNode jobs = body.path("jobs");
        if (jobs.path("data").isEmpty()) {
            screen.line("no jobs run or wait");
        } else {
            screen.table(Listing.rows(jobs, "id", "kind", "status", "progress.stage", "progress.done",
                    "progress.total"));
        }
    }
}
