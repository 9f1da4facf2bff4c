package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;
import quern.actors.models.ModelImport;

/** Removes a document, a file, an adapter, an imported model or what an unfinished import of one copied. */
@Command(name = "rm", mixinStandardHelpOptions = true,
        description = "Remove a document, file, adapter, imported model, or what an unfinished import copied.")
final class RemoveCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "ID", description = "As 'ls' or 'models' shows it.")
    private String id;

    @Override
    public Integer call() throws IOException {
        Screen screen = options.screen();
        var config = options.load().config();
        ModelCatalogue models = new ModelCatalogue(config);
        if (models.find(id).isPresent()) {
            print(screen, models.remove(id));
            return ExitCode.OK;
        }
        if (ModelImport.abandon(config.data(), id)) {
            print(screen, ApiClient.JSON.createObjectNode()
                    .put("id", id).put("object", "unfinished_import").put("deleted", true));
            return ExitCode.OK;
        }
        try (Session session = Session.open(options)) {
            session.awaitReady();
            print(screen, Records.remove(session.client(), id));
        }
        return ExitCode.OK;
    }

    private void print(Screen screen, JsonNode reply) {
        if (screen.json()) {
            screen.json(reply);
        } else {
            screen.line("removed " + reply.path("object").asText().replace('_', ' ') + " " + id);
        }
    }
}
