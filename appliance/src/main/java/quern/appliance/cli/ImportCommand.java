package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.actors.models.AdapterBundle;
import quern.actors.models.ModelImport;
import quern.actors.models.ModelRefused;
import quern.actors.models.StagedModel;
import quern.config.ApplianceConfig;

/** Checks a model file and keeps it in the data directory. */
@Command(name = "import", mixinStandardHelpOptions = true,
        description = {"Check a model and keep it, so that 'serve --model NAME' finds it.",
            "Its fingerprint (for a GGUF file the file's SHA-256) is computed once, here. Only JSON, safetensors and "
                    + "template files of a directory are taken; code and Python pickles in it are reported.",
            "An import that was stopped or ran out of room keeps what it copied for three days: the same import of the "
                    + "unchanged source goes on from there, 'quern rm NAME' removes it.",
            "A bundle may hold the model's adapters: every hash of them is checked before anything is placed, then "
                    + "they are sealed as all adapters here are, and served under the ids and aliases they had. An "
                    + "alias that points elsewhere here is left. One that was retired comes as retired. Where the "
                    + "bundle's model is here already, its adapters are taken alone."})
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

    @Option(names = "--adapters", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Take the adapters of a bundle too (default: ${DEFAULT-VALUE}).")
    private boolean adapters;

    @Option(names = "--allow-tainted", description = "Also adapters that learnt from a document in quarantine, as the "
            + "bundle says; without it, a bundle with one is refused.")
    private boolean allowTainted;

    @Override
    public Integer call() throws IOException {
        if (!Files.exists(source)) {
            throw new UsageProblem(source + ": no such file or directory");
        }
        Screen screen = options.screen();
        var config = options.load().config();
        ModelCatalogue catalogue = new ModelCatalogue(config);
        Optional<AdapterBundle> bundle =
                AdapterBundle.in(source).filter(opened -> adapters && !opened.adapters().isEmpty());
        if (bundle.isPresent()) {
            requireTakeable(bundle.get());
            bundle.get().check((stage, done, total) -> show(screen, stage, done, total));
        }
        Optional<JsonNode> here = bundle.flatMap(opened -> here(opened, catalogue));
        JsonNode model = here.isPresent() ? here.get() : importModel(config, catalogue, screen);
        Optional<JsonNode> placed = bundle.map(opened -> catalogue.place(opened, allowTainted));
        if (screen.json()) {
            placed.ifPresent(list -> ((ObjectNode) model).set("adapters", list.path("data")));
            screen.json(model);
            return ExitCode.OK;
        }
        if (here.isPresent()) {
            screen.line("model " + model.path("name").asText() + " is here already");
        } else {
            Outline.lines(model).forEach(screen::line);
        }
        placed.ifPresent(list -> list.path("data").forEach(adapter -> print(screen, adapter)));
        screen.line("serve it with: quern serve --model " + model.path("name").asText());
        return ExitCode.OK;
    }

    private void requireTakeable(AdapterBundle bundle) {
        bundle.adapters().stream().filter(adapter -> adapter.tainted() && !allowTainted).findFirst()
                .ifPresent(tainted -> {
                    throw new ModelRefused(ModelRefused.Reason.INVALID, "adapter '" + tainted.id() + "' was tainted"
                            + " where it was exported: it learnt from a document in quarantine; '--allow-tainted' takes"
                            + " it, '--no-adapters' the model alone; nothing was imported");
                });
    }

    /** The bundle's model, where it was imported before. */
    private Optional<JsonNode> here(AdapterBundle bundle, ModelCatalogue catalogue) {
        return bundle.hasModel()
                ? catalogue.find(ModelImport.name(source, Optional.ofNullable(name)))
                        .filter(model -> model.path("fingerprint").asText().equals(bundle.fingerprint()))
                : catalogue.ofFingerprint(bundle.fingerprint());
    }

    private static void print(Screen screen, JsonNode adapter) {
        StringJoiner line = new StringJoiner(", ");
        line.add("adapter " + adapter.path("id").asText()).add(adapter.path("state").asText());
        if (!adapter.path("added").asBoolean()) {
            line.add("here already");
        }
        adapter.path("aliases").forEach(alias -> line.add("alias " + alias.asText()));
        adapter.path("aliases_left").forEach(alias -> line.add(
                "alias " + alias.asText() + " points elsewhere here and was left"));
        screen.line(line.toString());
    }

    private JsonNode importModel(ApplianceConfig config, ModelCatalogue catalogue, Screen screen)
            throws IOException {
        // Before gigabytes are copied; adding it asks again.
        catalogue.requireFree(ModelImport.name(source, Optional.ofNullable(name)));
        try (ModelImport running = ModelImport.into(config.data(), (stage, done, total) -> show(screen, stage, done,
                total))) {
            StagedModel staged = running.stage(
                    new ModelImport.Order(source, Optional.ofNullable(name), link, Optional.ofNullable(sha256)));
            JsonNode imported = catalogue.add(staged);
            running.complete();
            return imported;
        }
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
