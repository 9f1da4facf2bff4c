package quern.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import quern.config.BackendConfig;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.StepWork;
import quern.inference.format.ModelFiles;
import quern.inference.transformer.LoraWeights;
import quern.tuning.AdaptedModel;
import quern.tuning.AdapterFile;
import quern.tuning.ExampleEncoder;
import quern.tuning.GateLimits;
import quern.tuning.LoraSettings;
import quern.tuning.LossMeter;
import quern.tuning.TrainingSample;
import quern.tuning.TuningRun;
import quern.tuning.TuningSet;
import quern.tuning.TuningSettings;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.sparse.CompressionEvent;
import quern.tuning.sparse.CompressionRun;
import quern.tuning.sparse.CompressionSettings;
import quern.tuning.sparse.DensityChoice;
import quern.tuning.sparse.TernaryFile;

/**
 * What a ternary adapter takes on disk beside the same adapter as PEFT writes it, and what that costs: quern-nano tuned
 * on what the demo's made-up company knows, asked in six forms, with the demo's rates. Loss is told of the held-out
 * questions that the choice saw and of others that nothing saw. Read back, both forms have to give the same numbers.
 */
public final class TernaryBenchmark {

    private static final long SEED = 4;
    private static final List<String> FORMS = List.of(
            "What is the %s of the %s?", "%2$s: %1$s?", "Tell me the %s of the %s.", "Which %s has the %s?",
            "The %s of the %s, please.", "Do you know the %s of the %s?");

    private TernaryBenchmark() {}

    /** @param args epochs of tuning (default 10), of what is trained further (default 6) */
    public static void main(String[] args) throws IOException {
        int epochs = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        int further = args.length > 1 ? Integer.parseInt(args[1]) : 6;
        Path directory = Files.createTempDirectory("quern-ternary");
        var choice = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0));
        try (Backend backend = choice.backend(); LoadedModel model = open(directory, backend)) {
            System.out.printf("%s, Java %s, %s%n", backend.description(), Runtime.version(), Instant.now());
            measure(model, backend, directory, epochs, further);
        }
    }

    private static LoadedModel open(Path directory, Backend backend) {
        return LoadedModel.load(
                ModelFiles.open(EmbeddedModel.unpack(directory)), backend.kernels(), EngineConfig.Product.F32);
    }

    private static void measure(LoadedModel model, Backend backend, Path directory, int epochs, int further)
            throws IOException {
        TuningSettings settings = new TuningSettings(LoraSettings.ofAllTargets(16, 32, SEED), 3e-3, epochs, 1024, 0,
                10, 1.0, 1000, 0.15, new GateLimits(0.05, 0, 10), SEED);
        List<TrainingSample> seen = new ArrayList<>();
        List<TrainingSample> unseen = new ArrayList<>();
        int number = 0;
        for (TrainingSample sample : samples()) {
            (number++ % 7 == 3 ? unseen : seen).add(sample);
        }
        ExampleEncoder encoder = ExampleEncoder.of(model, 512);
        TuningSet set = TuningSet.of(seen, encoder, settings.heldOutShare(), SEED);
        List<Segment> other = unseen.stream().flatMap(sample -> encoder.encode(sample).segments().stream()).toList();
        TuningRun run = TuningRun.open(model, set, settings, backend, directory.resolve("run"), event -> { });
        long from = System.nanoTime();
        finish(run);
        run.store();
        double tuned = (System.nanoTime() - from) / 1e9;
        from = System.nanoTime();
        CompressionRun compression = new CompressionRun(model, run.adapter(),
                new CompressionSettings(settings, OptionalDouble.empty(), 0.01, further), set, backend,
                directory.resolve("ternary"), TernaryBenchmark::tell);
        finish(compression);
        double compressed = (System.nanoTime() - from) / 1e9;
        if (compression.fruitless()) {
            throw new IllegalStateException("no density within 1 %: " + compression.measured());
        }
        report(model, settings, set, run, compression);
        AdaptedModel adapted = new AdaptedModel(model, settings.lora(), backend);
        double before = loss(adapted, run.adapter(), other);
        double after = loss(adapted, compression.adapter().expand(), other);
        System.out.printf(Locale.ROOT, "loss of %d others, seen by nothing    %.4f, before %.4f (%+.1f %%)%n",
                other.size(), after, before, 100 * (after / before - 1));
        System.out.printf(Locale.ROOT, "tuning / compressing                  %.0f s / %.0f s%n", tuned, compressed);
    }

    private static void report(LoadedModel model, TuningSettings settings, TuningSet set, TuningRun run,
            CompressionRun compression) throws IOException {
        LoraWeights read = TernaryFile.read(compression.directory(), model).expand();
        Path expanded = compression.directory().resolveSibling("expanded");
        AdapterFile.write(expanded, read, settings.lora(), model.shape(), model.name());
        String numbers = AdapterFile.read(expanded, model.shape()).weights().fingerprint();
        if (!numbers.equals(compression.evaluation().orElseThrow().adapterFingerprint())
                || !numbers.equals(read.fingerprint())) {
            throw new IllegalStateException("read back, the adapter has other numbers");
        }
        DensityChoice.Measured chosen = compression.choice().orElseThrow();
        long peft = bytes(run.adapterDirectory());
        long ternary = bytes(compression.directory());
        System.out.printf(Locale.ROOT, "PEFT F32 / ternary                    %d / %d bytes: 1/%.1f%n", peft, ternary,
                (double) peft / ternary);
        System.out.printf(Locale.ROOT, "density                               %.2f%s%n",
                chosen.candidate().density(), chosen.candidate().refined() ? ", trained further" : "");
        System.out.printf(Locale.ROOT, "loss of %d held-out questions         %.4f, before %.4f (%+.1f %%)%n",
                set.heldOut().examples().size(), chosen.loss(), compression.originalLoss(),
                100 * (chosen.loss() / compression.originalLoss() - 1));
        System.out.printf(Locale.ROOT, "the base's there                      %.4f%n",
                compression.evaluation().orElseThrow().baseHeldOutLoss());
    }

    private static void tell(CompressionEvent event) {
        if (event instanceof CompressionEvent.Measured measured) {
            System.out.printf(Locale.ROOT, "  density %.2f, gain %.2f%s: %.4f%n",
                    measured.candidate().candidate().density(), measured.candidate().candidate().gain(),
                    measured.candidate().candidate().refined() ? ", trained further" : "",
                    measured.candidate().loss());
        }
    }

    private static void finish(StepWork work) {
        while (!work.done()) {
            if (work.slice(4096, Long.MAX_VALUE) == 0 && !work.done()) {
                throw new IllegalStateException("a slice of 4096 tokens did nothing");
            }
        }
    }

    private static double loss(AdaptedModel adapted, LoraWeights weights, List<Segment> examples) {
        adapted.load(weights);
        LossMeter meter = new LossMeter(adapted.network(), examples);
        while (!meter.done()) {
            meter.slice(4096, Long.MAX_VALUE);
        }
        return meter.mean();
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static List<TrainingSample> samples() throws IOException {
        List<TrainingSample> samples = new ArrayList<>();
        try (var in = new BufferedReader(new InputStreamReader(
                TernaryBenchmark.class.getResourceAsStream("/quern/demo/topics.txt"), StandardCharsets.UTF_8))) {
            for (String line : in.lines().filter(text -> !text.isBlank() && !text.startsWith("#")).toList()) {
                String[] parts = line.split("\\|");
                for (String attribute : parts[2].split(";")) {
                    String[] pair = attribute.split("=");
                    for (String form : FORMS) {
                        samples.add(TrainingSample.Chat.of(String.format(
                                form, pair[0].strip().toLowerCase(Locale.ROOT), parts[0]), pair[1].strip()));
                    }
                }
            }
        }
        return samples;
    }
}
