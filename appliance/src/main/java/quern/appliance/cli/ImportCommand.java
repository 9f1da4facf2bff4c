package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.actors.models.ModelImport;
import quern.actors.models.StagedModel;

/** Checks a model file and keeps it in the data directory. */
@Command(name = "import", mixinStandardHelpOptions = true,
        description = {"Check a model and keep it, so that 'serve --model NAME' finds it.",
            "Its fingerprint (for a GGUF file the file's SHA-256) is computed once, here. Only JSON, safetensors and "
                    + "template files of a directory are taken; code and Python pickles in it are reported.",
            "An import that was stopped or ran out of room keeps what it copied for three days: the same import of the "
                    + "unchanged source goes on from there, 'quern rm NAME' removes it."})
final class ImportCommand implements Callable<Integer> {

    private static final Map<String, String> STAGES =
            Map.of("check", "MiB checked", "copy", "MiB copied", "hash", "MiB hashed");
    private static final long MEBIBYTE = 1L << 20;
    private static final long SHOWN_BYTES_MIN = 64 * MEBIBYTE;

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "PATH", description = "GGUF file, safetensors directory, or bundle of 'models export'.")
    private Path source;

    @Option(names = "--name", paramLabel = "NAME", description = "What to call it (default: its file's name).")
    private String name;

    @Option(names = "--link", description = "Leave the files where they are; copy nothing.")
    private boolean link;

    @Option(names = "--sha256", paramLabel = "HEX", description = "Refuse the model unless this is its fingerprint.")
    private String sha256;

    @Override
    public Integer call() throws IOException {
        if (!Files.exists(source)) {
            throw new UsageProblem(source + ": no such file or directory");
        }
        Screen screen = options.screen();
        var config = options.load().config();
        ModelCatalogue catalogue = new ModelCatalogue(config);
        // Before gigabytes are copied; adding it asks again.
        catalogue.requireFree(ModelImport.name(source, Optional.ofNullable(name)));
        JsonNode imported;
        try (ModelImport running = ModelImport.into(config.data(), (stage, done, total) -> show(screen, stage, done,
                total))) {
            StagedModel staged = running.stage(
                    new ModelImport.Order(source, Optional.ofNullable(name), link, Optional.ofNullable(sha256)));
            imported = catalogue.add(staged);
            running.complete();
        }
        if (screen.json()) {
            screen.json(imported);
        } else {
            Outline.lines(imported).forEach(screen::line);
            screen.line("serve it with: quern serve --model " + imported.path("name").asText());
        }
        return ExitCode.OK;
    }

    private static void show(Screen screen, String stage, long done, long total) {
        if (stage.equals("resume")) {
            screen.note("going on at " + done / MEBIBYTE + " of " + Math.ceilDiv(total, MEBIBYTE)
                    + " MiB that an import before this one copied");
            return;
        }
        if (total >= SHOWN_BYTES_MIN) {
            screen.progress(STAGES.getOrDefault(stage, stage), done / MEBIBYTE, Math.ceilDiv(total, MEBIBYTE));
        }
    }
}
