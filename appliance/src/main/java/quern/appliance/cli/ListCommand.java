package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** What the data directory holds. */
@Command(name = "ls", mixinStandardHelpOptions = true,
        description = "List documents, datasets, files, imported models and adapters.")
final class ListCommand implements Callable<Integer> {

    /** A kind of record, its route and the columns shown. */
    enum Kind {
        DOCUMENTS("/v1/documents", "id", "name", "media_type", "bytes", "quarantined", "created_at"),
        DATASETS("/v1/datasets", "id", "name", "samples", "bytes", "tainted", "job_id", "created_at"),
        FILES("/v1/files", "id", "filename", "purpose", "bytes", "created_at"),
        MODELS("/v1/catalogue/models", "name", "format", "architecture", "types", "bytes", "packed_bytes",
                "packed_shared_bytes", "context_tokens", "served", "imported_at"),
        ADAPTERS("/v1/models", "id", "owned_by", "tainted", "created");

        private final String route;
        private final String[] columns;

        Kind(String route, String... columns) {
            this.route = route;
            this.columns = columns;
        }

        String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Mixin
    private GlobalOptions options;

    @Parameters(arity = "0..1", paramLabel = "KIND", description = "One of ${COMPLETION-CANDIDATES} (default: all).")
    private Kind kind;

    @Option(names = "--limit", defaultValue = "100", description = "Most of each kind (${DEFAULT-VALUE}).")
    private int limit;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        List<Kind> kinds = kind == null ? List.of(Kind.values()) : List.of(kind);
        ObjectNode all = ApiClient.JSON.createObjectNode();
        if (kind == Kind.MODELS) {
            all.set(kind.title(), new ModelCatalogue(options.load().config()).list());
            return print(screen, kinds, all);
        }
        try (Session session = Session.open(options)) {
            if (kinds.contains(Kind.ADAPTERS)) {
                session.awaitReady();
            }
            for (Kind each : kinds) {
                all.set(each.title(), list(session, each));
            }
        }
        return print(screen, kinds, all);
    }

    private int print(Screen screen, List<Kind> kinds, ObjectNode all) {
        if (screen.json()) {
            screen.json(kind == null ? all : all.get(kind.title()));
            return ExitCode.OK;
        }
        for (Kind each : kinds) {
            print(screen, each, all.get(each.title()));
        }
        return ExitCode.OK;
    }

    private JsonNode list(Session session, Kind each) {
        ApiClient client = session.client();
        if (each != Kind.ADAPTERS) {
            return client.get(each.route + "?limit=" + limit);
        }
        ObjectNode models = (ObjectNode) client.get(each.route);
        var adapters = models.putArray("data");
        client.get(each.route).path("data").forEach(model -> {
            if (!model.path("base").asBoolean()) {
                adapters.add(model);
            }
        });
        return models;
    }

    private static void print(Screen screen, Kind each, JsonNode list) {
        int shown = list.path("data").size();
        screen.line(each.title() + ": " + (shown == 0 ? "none" : ""));
        if (shown > 0) {
            screen.table(Listing.rows(list, each.columns));
            if (list.path("has_more").asBoolean()) {
                screen.line("... more; see --limit");
            }
        }
        screen.line("");
    }
}
