package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What requests can name, and the files that {@code serve --model} can. */
@Command(name = "models", mixinStandardHelpOptions = true, description = "List served and imported models.",
        subcommands = RandomModelCommand.class)
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
            screen.table(Listing.rows(models, "id", "owned_by", "tainted", "created"));
            imported.forEach(model -> screen.line("imported: " + model.path("name").asText()));
        }
        return ExitCode.OK;
    }
}
