package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** Jobs of every kind. */
@Command(name = "jobs", mixinStandardHelpOptions = true, description = "List jobs, look at one, cancel one.")
final class JobsCommand implements Runnable {

    @Mixin
    private GlobalOptions options;

    @Override
    public void run() {
        list(null, 20);
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "List jobs, newest first.")
    void list(
            @Option(names = "--kind", description = "curate, tune, batch, ...") String kind,
            @Option(names = "--limit", defaultValue = "20", description = "Most of them to show.") int limit) {
        String path = "/v1/jobs?limit=" + limit + (kind == null ? "" : "&kind=" + ApiClient.quote(kind));
        Screen screen = options.screen();
        JsonNode jobs = ask(client -> client.get(path));
        if (screen.json()) {
            screen.json(jobs);
        } else {
            screen.table(Listing.rows(jobs, "id", "kind", "status", "progress.stage", "progress.done",
                    "progress.total", "created_at"));
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show a job with its result.")
    void show(@Parameters(paramLabel = "ID") String id) {
        print(ask(client -> client.get("/v1/jobs/" + ApiClient.quote(id))));
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Cancel a job.")
    void cancel(@Parameters(paramLabel = "ID") String id) {
        ObjectNode nothing = ApiClient.JSON.createObjectNode();
        JsonNode job = ask(client -> client.post("/v1/jobs/" + ApiClient.quote(id) + "/cancel", nothing));
        Screen screen = options.screen();
        if (screen.json()) {
            screen.json(job);
        } else {
            screen.line(id + " " + job.path("status").asText());
        }
    }

    @Command(name = "events", mixinStandardHelpOptions = true, description = "Show what a job reported.")
    void events(@Parameters(paramLabel = "ID") String id,
            @Option(names = "--limit", defaultValue = "1000", description = "Most of them to show.") int limit) {
        JsonNode events = ask(client ->
                client.get("/v1/jobs/" + ApiClient.quote(id) + "/events?limit=" + limit));
        Screen screen = options.screen();
        if (screen.json()) {
            screen.json(events);
            return;
        }
        for (JsonNode event : events.path("data")) {
            screen.line(Printer.time(event.path("created_at")) + "  " + event.path("level").asText() + "  "
                    + event.path("message").asText());
        }
    }

    @Command(name = "watch", mixinStandardHelpOptions = true, description = "Follow a job to its end.")
    void watch(@Parameters(paramLabel = "ID") String id) {
        print(ask(client -> new JobWatch(client, options.screen()).await(ApiClient.quote(id))));
    }

    private void print(JsonNode job) {
        Screen screen = options.screen();
        if (screen.json()) {
            screen.json(job);
        } else {
            Outline.lines(job).forEach(screen::line);
        }
    }

    private JsonNode ask(Function<ApiClient, JsonNode> question) {
        try (Session session = Session.open(options)) {
            return question.apply(session.client());
        }
    }
}
