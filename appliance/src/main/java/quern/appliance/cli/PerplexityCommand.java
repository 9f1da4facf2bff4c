package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.config.ApplianceConfig;
import quern.config.EngineConfig.Product;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.perplexity.PerplexityReport;
import quern.inference.perplexity.PerplexityRun;
import quern.inference.transformer.CacheType;

/** What quantisation costs. Interrupted, it reports the windows it has done. */
@Command(name = "perplexity", mixinStandardHelpOptions = true,
        description = "Measure how well a model predicts a text, as llama.cpp does: in windows, each by itself; the "
                + "predictions of its second half count.")
final class PerplexityCommand implements Callable<Integer> {

    @Mixin
    private GlobalOptions options;

    @Parameters(index = "0", paramLabel = "MODEL", description = "GGUF file, safetensors directory or imported name.")
    private String model;

    @Parameters(index = "1", paramLabel = "TEXT", description = "Text file.")
    private Path text;

    @Option(names = "--context", defaultValue = "512", paramLabel = "N",
            description = "Tokens of a window (${DEFAULT-VALUE}).")
    private int context;

    @Option(names = "--against", paramLabel = "MODEL",
            description = "Also the mean divergence from this model and how often both hold the same token likeliest.")
    private String against;

    @Option(names = "--product", paramLabel = "f32|q8",
            description = "q8: activations in 8 bits, as served (default: engine.product). f32: exact.")
    private Product product;

    @Override
    public Integer call() {
        Screen screen = options.screen();
        ApplianceConfig config = options.load().config();
        String content = TextFile.read(text);
        Product used = product == null ? config.engine().product() : product;
        ElementType cache = used == Product.Q8 ? CacheType.of(config.kv().type()) : ElementType.F32;
        try (Backend backend = BackendChoice.choose(config.backend()).backend();
                LoadedModel loaded = TextFile.load(ConversionOptions.input(model, options), backend, used);
                LoadedModel other = against == null ? null
                        : TextFile.load(ConversionOptions.input(against, options), backend, used)) {
            var run = new PerplexityRun(loaded, Optional.ofNullable(other), content, context,
                    cache);
            runAll(run, screen);
        }
        return ExitCode.OK;
    }

    private void runAll(PerplexityRun run, Screen screen) {
        var sofar = new PerplexityReport[] {run.report()};
        Thread hook = Thread.ofPlatform().unstarted(() -> report(screen, sofar[0]));
        Runtime.getRuntime().addShutdownHook(hook);
        while (!run.done()) {
            run.step();
            sofar[0] = run.report();
            screen.progress(String.format(Locale.ROOT, "windows, perplexity %.4f +/- %.4f, %.0f tokens/s",
                    sofar[0].perplexity(), sofar[0].error(), sofar[0].tokensPerSecond()),
                    sofar[0].windows(), sofar[0].windowsTotal());
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook has reported already.
            return;
        }
        report(screen, sofar[0]);
    }

    private void report(Screen screen, PerplexityReport report) {
        if (screen.json()) {
            screen.json(json(report));
            return;
        }
        screen.line(String.format(Locale.ROOT, "perplexity %.4f +/- %.5f", report.perplexity(), report.error()));
        report.comparison().ifPresent(other -> screen.line(String.format(Locale.ROOT,
                "against %s: its perplexity %.4f, ratio %.4f, mean KL divergence %.6f +/- %.6f, same first token "
                        + "%.2f %%", against, other.perplexity(), report.perplexity() / other.perplexity(),
                other.divergence(), other.divergenceError(), 100 * other.agreement())));
        screen.line(String.format(Locale.ROOT, "%d of %d windows of %d tokens, second half counted: %d predictions; "
                + "%.0f tokens/s", report.windows(), report.windowsTotal(), report.contextTokens(),
                report.predictions(), report.tokensPerSecond()));
    }

    private ObjectNode json(PerplexityReport report) {
        ObjectNode node = ApiClient.JSON.createObjectNode().put("perplexity", report.perplexity())
                .put("error", report.error()).put("windows", report.windows())
                .put("windows_total", report.windowsTotal()).put("context", report.contextTokens())
                .put("counted", "second half of each window").put("predictions", report.predictions())
                .put("tokens_per_second", report.tokensPerSecond());
        report.comparison().ifPresent(other -> node.putObject("against").put("model", against)
                .put("perplexity", other.perplexity())
                .put("perplexity_ratio", report.perplexity() / other.perplexity())
                .put("mean_kl_divergence", other.divergence()).put("mean_kl_error", other.divergenceError())
                .put("same_top_token", other.agreement()));
        return node;
    }
}
