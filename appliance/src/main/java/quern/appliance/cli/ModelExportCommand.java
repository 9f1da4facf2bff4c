package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import quern.actors.models.ModelExport;
import quern.actors.models.ModelName;

/** Writes an imported model to one file for another machine. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = {"Write an imported model to one file that 'quern import' takes on another machine.",
            "The file is a tar archive: manifest.json and SHA256SUMS first, the model's files below model/. 'tar xf' "
                    + "and 'sha256sum -c SHA256SUMS' read it too."})
final class ModelExportCommand implements Callable<Integer> {

    private static final Map<String, String> STAGES =
            Map.of("check", "MiB checked", "hash", "MiB hashed", "write", "MiB written");
    private static final long MEBIBYTE = 1L << 20;
    private static final long SHOWN_BYTES_MIN = 64 * MEBIBYTE;

    @ParentCommand
    private ModelsCommand models;

    @Parameters(index = "0", paramLabel = "NAME", description = "An imported model, as 'ls models' shows it.")
    private String name;

    @Parameters(index = "1", paramLabel = "FILE", description = "Must not exist; NAME.quern.tar, say.")
    private Path target;

    @Override
    public Integer call() throws IOException {
        Screen screen = models.options().screen();
        JsonNode model = new ModelCatalogue(models.options().load().config()).find(ModelName.checked(name))
                .orElseThrow(() -> new UsageProblem("no imported model '" + name + "'; 'quern ls models' shows them"));
        ModelExport.write(name, Path.of(model.path("path").asText()), model.path("fingerprint").asText(), target,
                (stage, done, total) -> {
                    if (total >= SHOWN_BYTES_MIN) {
                        screen.progress(STAGES.get(stage), done / MEBIBYTE, Math.ceilDiv(total, MEBIBYTE));
                    }
                });
        long bytes = Files.size(target);
        if (screen.json()) {
            screen.json(ApiClient.JSON.createObjectNode().put("object", "bundle").put("model", name)
                    .put("path", target.toString()).put("bytes", bytes)
                    .put("fingerprint", model.path("fingerprint").asText()));
        } else {
            screen.line(target + ": " + bytes + " bytes, model " + name);
            screen.line("take it elsewhere with: quern import " + target);
        }
        return ExitCode.OK;
    }
}
