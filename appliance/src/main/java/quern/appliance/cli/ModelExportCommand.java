package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import quern.actors.models.AdapterFiles;
import quern.actors.models.BundledAdapter;
import quern.actors.models.ModelExport;
import quern.actors.models.ModelName;

/** Writes an imported model to one file for another machine. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = {"Write an imported model to one file that 'quern import' takes on another machine.",
            "The file is a tar archive: manifest.json and SHA256SUMS first, the model's files below model/, those of "
                    + "adapters below adapters/N/. 'tar xf' and 'sha256sum -c SHA256SUMS' read it too, and these files "
                    + "packed again by another tar are imported as well.",
            "With --adapters, adapters that are sealed at rest are written IN CLEAR, by this command alone; an import "
                    + "seals them anew. With each go its aliases, the gate's figures, its labels, the dataset's id and "
                    + "how many documents that had; no document, no document's id and no owner."})
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

    @Option(names = "--adapters", paramLabel = "all|NAME,...",
            description = "Adapters of the model to write with it: all that are served, live or retired, or these by "
                    + "id or alias. Never those that did not pass their gate, were withheld, removed or erased.")
    private String adapters;

    @Option(names = "--allow-tainted",
            description = "Also adapters that learnt from a document in quarantine; they stay marked.")
    private boolean allowTainted;

    @Override
    public Integer call() throws IOException {
        Screen screen = models.options().screen();
        var catalogue = new ModelCatalogue(models.options().load().config());
        JsonNode model = catalogue.find(ModelName.checked(name))
                .orElseThrow(() -> new UsageProblem("no imported model '" + name + "'; 'quern ls models' shows them"));
        if (adapters == null) {
            write(screen, model, List.of(), List.of(), AdapterFiles.NONE);
        } else {
            catalogue.withAdapters(name, adapters, allowTainted,
                    (chosen, leftOut, contents) -> write(screen, model, chosen, leftOut, contents));
        }
        return ExitCode.OK;
    }

    private void write(Screen screen, JsonNode model, List<BundledAdapter> chosen, List<String> leftOut,
            AdapterFiles contents) throws IOException {
        ModelExport.write(name, Path.of(model.path("path").asText()), model.path("fingerprint").asText(), chosen,
                contents, target,
                (stage, done, total) -> {
                    if (total >= SHOWN_BYTES_MIN) {
                        screen.progress(STAGES.get(stage), done / MEBIBYTE, Math.ceilDiv(total, MEBIBYTE));
                    }
                });
        long bytes = Files.size(target);
        if (screen.json()) {
            ObjectNode bundle = ApiClient.JSON.createObjectNode().put("object", "bundle").put("model", name)
                    .put("path", target.toString()).put("bytes", bytes)
                    .put("fingerprint", model.path("fingerprint").asText());
            var items = bundle.putArray("adapters");
            chosen.forEach(adapter -> items.add(adapter.toJson()));
            leftOut.forEach(bundle.putArray("left_out")::add);
            screen.json(bundle);
            return;
        }
        screen.line(target + ": " + bytes + " bytes, model " + name);
        chosen.forEach(adapter -> screen.line("  adapter " + adapter.id() + ", " + adapter.state()
                + (adapter.tainted() ? ", tainted" : "") + (adapter.aliases().isEmpty() ? ""
                        : ", alias " + String.join(", ", adapter.aliases())) + ": in clear"));
        leftOut.forEach(reason -> screen.line("  left out: " + reason));
        screen.line("take it elsewhere with: quern import " + target);
    }
}
