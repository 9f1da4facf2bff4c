package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.kv.AtomicFile;

/** Adapters: what they are and take, one from elsewhere, making one smaller, and taking one elsewhere. */
@Command(name = "adapters", mixinStandardHelpOptions = true,
        description = "List adapters, import, publish, compress, merge or export them; aliases.",
        subcommands = MergeCommand.class)
final class AdaptersCommand implements Runnable {

    @Mixin
    private GlobalOptions options;

    GlobalOptions options() {
        return options;
    }

    @Override
    public void run() {
        list(100);
    }

    @Command(name = "list", aliases = "ls", mixinStandardHelpOptions = true,
            description = "List adapters with their form, their bytes and whether they are in memory.")
    int list(@Option(names = "--limit", defaultValue = "100", description = "Most of them (${DEFAULT-VALUE}).")
            int limit) {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode adapters = session.client().get("/v1/adapters?limit=" + limit);
            if (screen.json()) {
                screen.json(adapters);
                return ExitCode.OK;
            }
            screen.table(Listing.rows(adapters, "id", "state", "form", "bytes", "resident", "memory_bytes", "tainted",
                    "created_at"));
            JsonNode memory = adapters.path("memory");
            screen.line(memory.path("resident").asLong() + " in memory, " + memory.path("bytes").asLong()
                    + " of " + memory.path("budget_bytes").asLong() + " bytes (adapters.memory)");
            return ExitCode.OK;
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Everything about one adapter.")
    int show(@Parameters(paramLabel = "NAME", description = "Its id, or an alias that points to it.") String name) {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode adapter = session.client().get("/v1/adapters/" + ApiClient.quote(name));
            if (screen.json()) {
                screen.json(adapter);
            } else {
                Outline.lines(adapter).forEach(screen::line);
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "import", mixinStandardHelpOptions = true, description = {
        "Take an adapter that PEFT wrote (LoRA, rsLoRA, DoRA; adapter_config.json, adapter_model.safetensors) and"
                + " serve it under an id of its own. It has no run here and passed no gate.",
        "What its files call the base is compared with the model here; where that is no name of it, --base says which"
                + " model it was tuned on. That every matrix fits is checked either way."})
    int take(
            @Parameters(paramLabel = "DIR", description = "Directory with both files.") Path directory,
            @Option(names = "--name", paramLabel = "NAME", description = "What to call it (default: DIR's name).")
            String name,
            @Option(names = "--base", paramLabel = "MODEL", description = "The served or imported model it is for.")
            String base,
            @Option(names = "--publish", description = "Point the alias NAME to it too.") boolean publish) {
        Map<String, Path> files = new LinkedHashMap<>();
        files.put("config", directory.resolve("adapter_config.json"));
        files.put("weights", directory.resolve("adapter_model.safetensors"));
        if (!Files.exists(files.get("weights")) && Files.exists(directory.resolve("adapter_model.bin"))) {
            throw new UsageProblem(directory + " has its weights as a Python pickle, adapter_model.bin, which can run"
                    + " code; expected adapter_model.safetensors (PEFT: save_pretrained(safe_serialization=True))");
        }
        files.values().stream().filter(file -> !Files.isRegularFile(file)).findFirst().ifPresent(file -> {
            throw new UsageProblem(file + ": no such file; expected a directory as PEFT's save_pretrained writes it");
        });
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("name", name == null ? directory.toAbsolutePath().normalize().getFileName().toString() : name);
        texts.put("publish", Boolean.toString(publish));
        if (base != null) {
            texts.put("base", base);
        }
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode adapter = session.client().sendForm("/v1/adapters", texts, files);
            if (screen.json()) {
                screen.json(adapter);
            } else {
                screen.line("adapter " + adapter.path("id").asText() + " of " + adapter.path("base").asText()
                        + (adapter.path("added").asBoolean() ? "" : ", here already")
                        + (publish ? ", alias " + adapter.path("alias").path("id").asText() : "") + ": is served");
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "publish", mixinStandardHelpOptions = true, description = {
        "Point an alias to an adapter: requests that name ALIAS, or ALIAS@live, are answered by it from now on.",
        "Answers that are under way are finished by the adapter they began with."})
    int publish(
            @Parameters(paramLabel = "ID", description = "The adapter's id.") String id,
            @Option(names = "--alias", paramLabel = "ALIAS", description = "Which (default: the adapter's own name).")
            String alias,
            @Option(names = {"--allow-tainted", "--accept-tainted"},
                    description = "Also where it learnt from a document in quarantine, here or where it came from.")
            boolean allowTainted) {
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode adapter = session.client().get("/v1/adapters/" + ApiClient.quote(id));
            ObjectNode body = ApiClient.JSON.createObjectNode().put("adapter", adapter.path("id").asText())
                    .put("allow_tainted", allowTainted);
            String name = alias == null ? adapter.path("name").asText() : alias;
            return moved(session.client().post("/v1/aliases/" + ApiClient.quote(name) + "/publish", body));
        }
    }

    @Command(name = "rollback", mixinStandardHelpOptions = true, description = {
        "Point an alias back to the adapter before; to the base model where there was none, and no further."})
    int rollback(
            @Parameters(paramLabel = "ALIAS", description = "As 'adapters aliases' shows it.") String alias,
            @Option(names = {"--allow-tainted", "--accept-tainted"},
                    description = "Also where the one before learnt from a document in quarantine.")
            boolean allowTainted) {
        try (Session session = Session.open(options)) {
            session.awaitReady();
            return moved(session.client().post("/v1/aliases/" + ApiClient.quote(alias) + "/rollback",
                    ApiClient.JSON.createObjectNode().put("allow_tainted", allowTainted)));
        }
    }

    private int moved(JsonNode alias) {
        Screen screen = options.screen();
        if (screen.json()) {
            screen.json(alias);
        } else {
            screen.line("alias " + alias.path("id").asText() + " points to " + alias.path("current").asText()
                    + (alias.path("tainted").asBoolean() ? ", tainted" : "")
                    + (alias.path("previous").isTextual() ? "; the one before is " + alias.path("previous").asText()
                            : "; there is nothing before to roll back to"));
        }
        return ExitCode.OK;
    }

    @Command(name = "aliases", mixinStandardHelpOptions = true,
            description = "Where aliases point, and pointed before.")
    int aliases() {
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode aliases = session.client().get("/v1/aliases");
            if (screen.json()) {
                screen.json(aliases);
            } else {
                screen.table(Listing.rows(aliases, "id", "current", "previous", "tainted", "updated_at"));
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "compress", mixinStandardHelpOptions = true, description = {
        "Make a new version of an adapter that keeps only the signs of its largest changes and one scale a matrix"
                + " (ComPEFT; not of DoRA). It goes through the evaluation gate; where NAME's alias points to the"
                + " adapter, it points to the new version then."})
    int compress(
            @Parameters(paramLabel = "NAME", description = "Its id, or an alias that points to it.") String name,
            @Option(names = "--density", paramLabel = "auto|X", defaultValue = "auto",
                    description = "Share of the changes that stay, 0.1 for a tenth; auto: the least whose held-out"
                            + " loss is within the limit (default: ${DEFAULT-VALUE}).") String density,
            @Option(names = "--loss-increase-max", paramLabel = "X",
                    description = "By how much of itself held-out loss may grow, 0.01 for one in a hundred"
                            + " (adapters.loss-increase-max).") Double lossIncreaseMax,
            @Option(names = "--epochs", paramLabel = "N",
                    description = "Passes over the samples where what is sparse is trained further, 0: it is not"
                            + " (adapters.compression-epochs).") Integer epochs,
            @Option(names = "--allow-tainted", description = "Also where its dataset has documents in quarantine.")
            boolean allowTainted,
            @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true",
                    description = "Wait for the end (default: ${DEFAULT-VALUE}).") boolean wait) {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("loss_increase_max", lossIncreaseMax)
                .put("epochs", epochs).put("density", number(density));
        body.removeIf(JsonNode::isNull);
        if (allowTainted) {
            body.put("allow_tainted", true);
        }
        Screen screen = options.screen();
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode job = session.client().post("/v1/adapters/" + ApiClient.quote(name) + "/compress", body);
            String id = job.path("id").asText();
            if (!wait && session.isServer()) {
                print(screen, job, id);
                return ExitCode.OK;
            }
            JsonNode end = new JobWatch(session.client(), screen).follow(id);
            if (end.path("result").path("gate").isMissingNode()) {
                JobWatch.succeeded(end, id);
            }
            return report(screen, end);
        }
    }

    @Command(name = "export", mixinStandardHelpOptions = true, description = {
        "Write an adapter, IN CLEAR, to a directory as PEFT loads it: adapter_config.json, adapter_model.safetensors.",
        "A compressed one is written out as the matrices it stands for, in F32, exactly the numbers that are served."})
    int export(
            @Parameters(index = "0", paramLabel = "NAME",
                    description = "Its id, or an alias that points to it.") String name,
            @Parameters(index = "1", paramLabel = "DIR", description = "Must not exist, or be empty.") Path directory,
            @Option(names = "--allow-tainted", description = "Also where it learnt from a document in quarantine.")
            boolean allowTainted) throws IOException {
        Screen screen = options.screen();
        if (Files.exists(directory) && !isEmptyDirectory(directory)) {
            throw new UsageProblem(directory + " exists already and is no empty directory");
        }
        ObjectNode written = ApiClient.JSON.createObjectNode().put("object", "peft_adapter")
                .put("path", directory.toString());
        try (Session session = Session.open(options)) {
            session.awaitReady();
            JsonNode adapter = session.client().get("/v1/adapters/" + ApiClient.quote(name));
            written.put("adapter", adapter.path("id").asText()).put("form", adapter.path("form").asText())
                    .put("fingerprint", adapter.path("fingerprint").asText());
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                try (InputStream in = session.client().download("/v1/adapters/"
                        + ApiClient.quote(adapter.path("id").asText()) + "/files/" + file
                        + "?form=peft&allow_tainted=" + allowTainted)) {
                    Files.createDirectories(directory);
                    Path target = directory.resolve(file);
                    AtomicFile.write(target, out -> in.transferTo(Channels.newOutputStream(out)));
                    written.put(file, Files.size(target));
                }
            }
        }
        if (screen.json()) {
            screen.json(written);
        } else {
            screen.line(directory + ": adapter " + written.path("adapter").asText() + " for PEFT, "
                    + written.path("adapter_model.safetensors").asLong() + " bytes of weights, in clear");
        }
        return ExitCode.OK;
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.findAny().isEmpty();
        }
    }

    private static Double number(String density) {
        try {
            return density.equals("auto") ? null : Double.valueOf(density);
        } catch (NumberFormatException wrong) {
            throw new UsageProblem("--density " + density + ": expected auto or a number above 0 to 1");
        }
    }

    private static void print(Screen screen, JsonNode job, String id) {
        if (screen.json()) {
            screen.json(job);
        } else {
            screen.line(id);
        }
    }

    private static int report(Screen screen, JsonNode end) {
        boolean served = end.path("status").asText().equals("succeeded");
        JsonNode result = end.path("result");
        if (screen.json()) {
            screen.json(end);
        } else if (served) {
            screen.line(String.format(Locale.ROOT,
                    "adapter %s is served: %d bytes, the 1/%.1f part of %d; held-out loss %.4f, before %.4f",
                    result.path("adapter").asText(), result.path("bytes").asLong(),
                    result.path("original_bytes").asDouble() / result.path("bytes").asDouble(),
                    result.path("original_bytes").asLong(), result.path("held_out_loss").asDouble(),
                    result.path("original_held_out_loss").asDouble()));
        } else {
            screen.line("not served: " + end.path("error").asText());
        }
        return served ? ExitCode.OK : ExitCode.REFUSED;
    }
}
