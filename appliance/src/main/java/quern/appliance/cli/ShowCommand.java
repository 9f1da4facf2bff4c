package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.curation.report.ReportPage;
import picocli.CommandLine.Mixin;

/** A record of any kind. */
@Command(name = "show", mixinStandardHelpOptions = true,
        description = "Show a job, dataset, file, document, adapter, served or imported model.")
final class ShowCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "ID", description = "As 'ls' or 'jobs' shows it.")
    private String id;

    @Option(names = "--report", paramLabel = "OUT.html", description = "Write a dataset's report as a page.")
    private Path report;

    @Override
    public Integer call() throws IOException {
        Screen screen = options.screen();
        if (report != null) {
            writeReport(screen);
            return ExitCode.OK;
        }
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

    private void writeReport(Screen screen) throws IOException {
        try (Session session = Session.open(options)) {
            JsonNode figures = session.client().get("/v1/datasets/" + ApiClient.quote(id) + "/report");
            Files.writeString(report, ReportPage.of(figures));
            if (screen.json()) {
                screen.json(figures);
            } else {
                screen.line(report.toString());
            }
        }
    }

    private static void print(Screen screen, JsonNode record) {
        if (screen.json()) {
            screen.json(record);
        } else {
            Outline.lines(record).forEach(screen::line);
        }
    }
}
