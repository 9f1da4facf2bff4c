package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What requests can name, and the files that {@code serve --model} can. */
@Command(name = "models", mixinStandardHelpOptions = true, description = "List served and imported models.")
final class ModelsCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        Screen screen = options.screen();
        List<Path> imported = ImportedModels.of(options.load().config()).list();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode models = session.client().get("/v1/models");
            if (screen.json()) {
                var names = ((ObjectNode) models).putArray("imported");
                imported.forEach(path -> names.add(path.getFileName().toString()));
                screen.json(models);
                return ExitCode.OK;
            }
            screen.table(Listing.rows(models, "id", "owned_by", "created"));
            imported.forEach(path -> screen.line("imported: " + path.getFileName()));
        }
        return ExitCode.OK;
    }
}
