package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** Removes a document, a file, an adapter or an imported model. */
@Command(name = "rm", mixinStandardHelpOptions = true,
        description = "Remove a document, file, adapter or imported model.")
final class RemoveCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "ID", description = "As 'ls' or 'models' shows it.")
    private String id;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        ModelCatalogue models = new ModelCatalogue(options.load().config());
        if (models.find(id).isPresent()) {
            print(screen, models.remove(id));
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
