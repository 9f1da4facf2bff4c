package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** A record of any kind. */
@Command(name = "show", mixinStandardHelpOptions = true,
        description = "Show a job, dataset, file, document, adapter, served or imported model.")
final class ShowCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "ID", description = "As 'ls' or 'jobs' shows it.")
    private String id;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        var imported = new ModelCatalogue(options.load().config()).find(id);
        if (imported.isPresent()) {
            print(screen, imported.get());
            return ExitCode.OK;
        }
        try (Session session = Session.open(options)) {
            session.awaitReady();
            print(screen, Records.show(session.client(), id));
        }
        return ExitCode.OK;
    }

    private static void print(Screen screen, JsonNode record) {
        if (screen.json()) {
            screen.json(record);
        } else {
            Outline.lines(record).forEach(screen::line);
        }
    }
}
