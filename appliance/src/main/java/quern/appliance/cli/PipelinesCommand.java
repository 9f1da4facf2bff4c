package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Standing pipelines of the configuration. */
@Command(name = "pipelines", mixinStandardHelpOptions = true,
        description = "List standing pipelines (section pipelines of the configuration) and give them a word.")
final class PipelinesCommand implements Runnable {

    @Mixin
    private GlobalOptions options;

    @Override
    public void run() {
        list();
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "List pipelines and how far they are.")
    void list() {
        Screen screen = options.screen();
        JsonNode pipelines = ask(client -> client.get("/v1/pipelines"));
        if (screen.json()) {
            screen.json(pipelines);
        } else {
            screen.table(Listing.rows(pipelines, "id", "stage", "documents_waiting", "samples_new", "live",
                    "candidate", "problem", "updated_at"));
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Everything about one.")
    void show(@Parameters(paramLabel = "NAME") String name) {
        options.screen().json(ask(client -> client.get(path(name, ""))));
    }

    @Command(name = "run", mixinStandardHelpOptions = true,
            description = "Tune as soon as what has arrived is curated, however little it is.")
    void begin(@Parameters(paramLabel = "NAME") String name) {
        tell(name, "/run");
    }

    @Command(name = "approve", mixinStandardHelpOptions = true, description = "Publish the adapter that waits.")
    void approve(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--allow-tainted", description = "Even where it learnt from a document in quarantine.")
            boolean allowTainted) {
        JsonNode body = ApiClient.JSON.createObjectNode().put("allow_tainted", allowTainted);
        said(ask(client -> client.post(path(name, "/approve"), body)));
    }

    @Command(name = "reject", mixinStandardHelpOptions = true,
            description = "Leave the adapter that waits unpublished; the next tuning may begin.")
    void reject(@Parameters(paramLabel = "NAME") String name) {
        tell(name, "/reject");
    }

    private void tell(String name, String what) {
        said(ask(client -> client.post(path(name, what), ApiClient.JSON.createObjectNode())));
    }

    private void said(JsonNode pipeline) {
        Screen screen = options.screen();
        if (screen.json()) {
            screen.json(pipeline);
        } else {
            screen.line(pipeline.path("id").asText() + ": " + pipeline.path("stage").asText()
                    + Optional.of(pipeline.path("live").asText("")).filter(live -> !live.isEmpty())
                            .map(live -> ", live " + live).orElse(""));
        }
    }

    private static String path(String name, String what) {
        return "/v1/pipelines/" + ApiClient.quote(name) + what;
    }

    private JsonNode ask(Function<ApiClient, JsonNode> question) {
        try (Session session = Session.open(options)) {
            return question.apply(session.client());
        }
    }
}
