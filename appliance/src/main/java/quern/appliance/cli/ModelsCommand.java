package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What requests can name, and the files that {@code serve --model} can. */
@Command(name = "models", mixinStandardHelpOptions = true, description = "List served and imported models.",
        subcommands = {RandomModelCommand.class, ModelsCommand.Loaded.class, ModelsCommand.Load.class,
            ModelsCommand.Unload.class, ModelExportCommand.class})
final class ModelsCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    GlobalOptions options() {
        return options;
    }

    @Override
    public Integer call() {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode models = session.client().get("/v1/models");
            JsonNode imported = session.client().get("/v1/catalogue/models").path("data");
            if (screen.json()) {
                ((ObjectNode) models).set("imported", imported);
                screen.json(models);
                return ExitCode.OK;
            }
            screen.table(Listing.rows(models, "id", "state", "bytes", "owned_by", "tainted", "created"));
            imported.forEach(model -> screen.line("imported: " + model.path("name").asText()));
        }
        return ExitCode.OK;
    }

    @Command(name = "ps", mixinStandardHelpOptions = true,
            description = "Models that are loaded or being loaded, the memory they take, when they go.")
    static final class Loaded implements Callable<Integer> {

        @ParentCommand
        private ModelsCommand models;

        @Override
        public Integer call() {
            Screen screen = models.options.screen();
            try (Session session = Session.open(models.options)) {
                session.awaitReady();
                ObjectNode list = ApiClient.JSON.createObjectNode().put("object", "list");
                var loaded = list.putArray("data");
                session.client().get("/v1/models").path("data").forEach(model -> {
                    if (!model.path("base").asBoolean() || model.path("state").asText().equals("available")) {
                        return;
                    }
                    loaded.add(model);
                });
                if (screen.json()) {
                    screen.json(list);
                } else {
                    screen.table(Listing.rows(list, "id", "state", "progress", "bytes", "expires_at", "reason"));
                }
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "load", mixinStandardHelpOptions = true,
            description = "Have the server load a model; waits until it is there.")
    static final class Load implements Callable<Integer> {

        private static final long LOOK_NS = 200_000_000;
        private static final double DONE = 100;

        @ParentCommand
        private ModelsCommand models;

        @Parameters(paramLabel = "NAME", description = "As 'models' shows it.")
        private String name;

        @Option(names = "--keep-alive", paramLabel = "TIME",
                description = "How long it stays when nobody uses it: 5m, 90, -1 for ever (default: as configured).")
        private String keepAlive;

        @Override
        public Integer call() {
            Screen screen = models.options.screen();
            try (Session session = running(models.options)) {
                session.awaitReady();
                String path = "/v1/models/" + ApiClient.quote(name);
                ObjectNode order = ApiClient.JSON.createObjectNode().put("wait", false);
                if (keepAlive != null) {
                    order.put("keep_alive", keepAlive);
                }
                JsonNode model = session.client().post(path + "/load", order);
                while (model.path("state").asText().equals("loading")) {
                    screen.progress("percent", Math.round(DONE * model.path("progress").asDouble()), (long) DONE);
                    LockSupport.parkNanos(LOOK_NS);
                    model = session.client().get(path);
                }
                return report(screen, model);
            }
        }
    }

    @Command(name = "unload", mixinStandardHelpOptions = true,
            description = "Have the server free a model's memory; refused while it is at work.")
    static final class Unload implements Callable<Integer> {

        @ParentCommand
        private ModelsCommand models;

        @Parameters(paramLabel = "NAME", description = "As 'models ps' shows it.")
        private String name;

        @Override
        public Integer call() {
            Screen screen = models.options.screen();
            try (Session session = running(models.options)) {
                session.awaitReady();
                return report(screen, session.client().post("/v1/models/" + ApiClient.quote(name) + "/unload",
                        ApiClient.JSON.createObjectNode()));
            }
        }
    }

    /** What a process of its own loads is gone with it. */
    private static Session running(GlobalOptions options) {
        return Session.running(options.load().config()).orElseThrow(() -> new UsageProblem(
                "no server runs in this data directory; start one with 'quern serve'"));
    }

    private static int report(Screen screen, JsonNode model) {
        if (screen.json()) {
            screen.json(model);
        } else {
            screen.line(model.path("id").asText() + ": " + model.path("state").asText()
                    + (model.has("reason") ? ", " + model.path("reason").asText() : ""));
        }
        return model.path("state").asText().equals("failed") ? ExitCode.FAILURE : ExitCode.OK;
    }
}
