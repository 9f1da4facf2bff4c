package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Mixin;

/** A record of any kind. */
@Command(name = "show", mixinStandardHelpOptions = true,
        description = "Show a job, dataset, file, document, model or adapter.")
final class ShowCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "ID", description = "As 'ls' or 'jobs' shows it.")
    private String id;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode record = Records.show(session.client(), id);
            if (screen.json()) {
                screen.json(record);
            } else {
                Outline.lines(record).forEach(screen::line);
            }
        }
        return ExitCode.OK;
    }
}
