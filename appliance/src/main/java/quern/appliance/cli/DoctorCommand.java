package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quern.appliance.KernelReport;
import quern.appliance.VaultReport;
import quern.appliance.Warnings;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.gpu.BackendChoice;
import quern.gpu.Refusal;
import quern.gpu.SelfCheck;
import quern.kv.DataDirectory;
import quern.kv.ServerFile;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Quarantine;

/** Looks at this machine as the server would find it. Works beside a running server. */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Show the backend chosen and why others were refused, check its kernels, say how many prompt "
                + "tokens its steps take, look at the machine.")
final class DoctorCommand implements Callable<Integer> {

    private static final long SEED = 20_250_101;
    private static final String UNUSABLE = "cannot_be_opened";
    private static final long MEBIBYTE = 1L << 20;

    @Mixin
    private GlobalOptions options;

    @Option(names = "--model", paramLabel = "FILE",
            description = "Say whether this model (file, directory or imported name) fits this machine, with which "
                    + "context, and what speed to expect.")
    private String model;

    @Option(names = "--models", paramLabel = "DIR",
            description = {"Run every model below DIR with exact products and as served, and compare with the answers "
                    + "beside it: in a directory cases.json (prompts: ids, last_logits_row, greedy) and logits.f32, "
                    + "beside GGUF files expected.json (files: NAME: prompts: ids, n_vocab, exact_offset, "
                    + "llama_cpp_max_abs_diff) and expected.f32, or NAME.logits.json (prompt, prompt_logits, greedy). "
                    + "All are token ids and little-endian float32. A model without answers is run on a few tokens."})
    private Path models;

    @Override
    public Integer call() throws IOException {
        Screen screen = options.screen();
        ApplianceConfig config = options.load().config();
        if (model != null) {
            return FitReport.print(screen, ModelPath.resolve(model, options), config)
                    ? ExitCode.OK : ExitCode.FAILURE;
        }
        if (models != null) {
            return ModelTable.print(screen, models, config.backend()) ? ExitCode.OK : ExitCode.FAILURE;
        }
        ObjectNode body = ApiClient.JSON.createObjectNode();
        boolean sound = backend(body.putObject("backend"), config);
        machine(body.putObject("machine"));
        sound &= directory(body.putObject("data"), config);
        if (config.kv().warmEnabled() && config.kv().warmDirectory().isPresent()) {
            sound &= WarmReport.add(body.putObject("warm_tier"), config);
        }
        body.put("ok", sound);
        if (screen.json()) {
            screen.json(body);
        } else {
            Outline.lines(body).forEach(screen::line);
        }
        return sound ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static boolean backend(ObjectNode node, ApplianceConfig config) throws IOException {
        BackendChoice choice = BackendChoice.choose(config.backend());
        try (var backend = choice.backend()) {
            node.put("chosen", backend.description());
            ObjectNode refusals = node.putObject("refused");
            for (Refusal refusal : choice.refusals()) {
                refusals.put(refusal.name(), refusal.reason());
            }
            KernelReport.add(node.putObject("kernels"), backend, config);
            StepReport.add(node.putObject("steps"), backend, config);
            List<SelfCheck.Result> results = SelfCheck.run(backend.kernels(), SEED);
            List<SelfCheck.Result> wrong = results.stream().filter(result -> !result.ok()).toList();
            node.put("self_check", results.size() - wrong.size() + " of " + results.size()
                    + " kernels equal to the scalar definition");
            if (!wrong.isEmpty()) {
                var differing = node.putArray("differing");
                wrong.forEach(result -> differing.add(result.kernel() + " " + result.type() + " " + result.sizes()
                        + ": off by " + result.maxDifference()));
            }
            return wrong.isEmpty();
        }
    }

    private static void machine(ObjectNode node) {
        node.put("java", Runtime.version().toString()).put("vm", System.getProperty("java.vm.name"));
        node.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"));
        node.put("cores", Runtime.getRuntime().availableProcessors());
        node.put("heap_mib_max", Runtime.getRuntime().maxMemory() / MEBIBYTE);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            node.put("memory_mib", system.getTotalMemorySize() / MEBIBYTE);
            node.put("memory_free_mib", system.getFreeMemorySize() / MEBIBYTE);
        }
    }

    /** @return whether a server could start on it, or runs */
    private static boolean directory(ObjectNode node, ApplianceConfig config) throws IOException {
        Path data = config.data();
        node.put("directory", data.toString()).put("exists", Files.isDirectory(data));
        Path existing = data.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing != null) {
            node.put("writable", Files.isWritable(existing));
            node.put("disk_free_mib", Files.getFileStore(existing).getUsableSpace() / MEBIBYTE);
        }
        node.put("server", DataDirectory.readServerFile(data).map(DoctorCommand::describe).orElse("not running"));
        Session.running(config).ifPresentOrElse(live -> {
            try (live) {
                node.set("readiness", live.client().report("/readyz"));
                JsonNode health = live.client().report("/health");
                node.set("encryption", health.path("encryption"));
                node.set("warnings", health.path("warnings"));
            }
        }, () -> warnings(node, config).forEach(node.putArray("warnings")::add));
        return node.path("writable").asBoolean() && !node.has(UNUSABLE);
    }

    /** Of a data directory that no server has. */
    private static List<String> warnings(ObjectNode node, ApplianceConfig config) {
        if (!Files.isDirectory(config.data().resolve("catalogue"))) {
            return List.of();
        }
        try (DataDirectory data = DataDirectory.open(config.data(), config.encryption(), System.getenv());
                Catalogue catalogue = Catalogue.open(data.catalogue(), config.jobs().eventsPerJobMax(),
                        data.vault())) {
            VaultReport.add(node.putObject("encryption"), data.vault().status());
            return Warnings.of(catalogue, Quarantine.open(catalogue));
        } catch (QuernException e) {
            node.put(UNUSABLE, e.getMessage());
            return List.of();
        }
    }

    private static String describe(ServerFile server) {
        return "process " + server.pid() + " on " + server.host() + ":" + server.port() + (server.tls() ? ", TLS" : "");
    }
}
