package quern.appliance.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quern.config.ApplianceConfig;
import quern.config.DataSize;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.kernel.KvLayout;
import quern.inference.LoadedModel;
import quern.inference.convert.QuantizedFile;
import quern.inference.fit.ModelFit;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.rate.MachineLimits;
import quern.inference.rate.Rate;
import quern.inference.rate.RateRun;
import quern.inference.rate.RateTest;

/** Tokens a second of a model, in this process, with the engine that serves. Needs no server. */
@Command(name = "bench", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measure a model's speed as llama-bench does: reading prompts (pp), drawing answers (tg).")
final class BenchCommand implements Callable<Integer> {

    private static final int THREADS_MAX = 1024;
    private static final int TOKENS_MAX = 1 << 20;
    private static final int STREAMS_MAX = 4096;
    private static final int ROUNDS_MAX = 1000;
    private static final long ARENA_BYTES_MIN = 1L << 20;
    /** The compiler is done with the kernels by then. */
    private static final long WARMUP_NS = 1_500_000_000L;

    @Mixin
    private GlobalOptions options;

    @Option(names = "--model", required = true, paramLabel = "PATH",
            description = "GGUF file, safetensors directory or imported name.")
    private String model;

    @Option(names = "--threads", paramLabel = "N", description = "Compute threads (default: backend.threads).")
    private Integer threads;

    @Option(names = "--prompt", paramLabel = "N,...", split = ",", defaultValue = "512",
            description = "Tokens of a prompt; 0: no such test (${DEFAULT-VALUE}).")
    private List<Integer> prompts;

    @Option(names = "--generate", paramLabel = "N,...", split = ",", defaultValue = "64",
            description = "Tokens of an answer; 0: no such test (${DEFAULT-VALUE}).")
    private List<Integer> answers;

    @Option(names = "--streams", paramLabel = "N,...", split = ",", defaultValue = "1",
            description = "Requests at once; rates are of all together (${DEFAULT-VALUE}).")
    private List<Integer> streams;

    @Option(names = "--depth", paramLabel = "N,...", split = ",", defaultValue = "0",
            description = "Tokens that are in the cache before the test begins (${DEFAULT-VALUE}).")
    private List<Integer> depths;

    @Option(names = "--shared", description = "All streams have the same tokens in the cache, held once.")
    private boolean shared;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5",
            description = "Timed rounds of each test, behind a warm-up (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--draft", paramLabel = "N", defaultValue = "0",
            description = "engine.draft-tokens-max: tokens guessed ahead (${DEFAULT-VALUE}; drawn tokens of random "
                    + "prompts repeat themselves, which no real answer does as much).")
    private int draft;

    @Override
    public Integer call() {
        List<RateTest> tests = tests();
        Path path = ModelPath.resolve(model, options);
        within("--rounds", rounds, 1, ROUNDS_MAX);
        if (threads != null) {
            within("--threads", threads, 1, THREADS_MAX);
            options.set("backend.threads", threads);
        }
        options.set("engine.draft-tokens-max", draft);
        ApplianceConfig config = options.load().config();
        Screen screen = options.screen();
        try (Backend backend = BackendChoice.choose(config.backend()).backend();
                ModelFile file = QuantizedFile.of(ModelFiles.open(path), config.engine().loadType(), backend.team())) {
            requireContext(tests, file, config);
            ModelFit fit = ModelFit.of(file, backend.kernels(), config.engine(), config.kv());
            screen.progress("loading " + file.name(), 0, 0);
            LoadedModel loaded = LoadedModel.load(file, backend.kernels(), config.engine().product(), "measured");
            Optional<MachineLimits> before = limits(backend);
            List<Rate> rates = measure(tests, loaded, screen);
            Optional<MachineLimits> limits = before.map(known -> known.max(limits(backend).orElse(known)));
            new BenchReport(path, loaded, fit, backend, limits).print(screen, rates);
        }
        return ExitCode.OK;
    }

    private List<RateTest> tests() {
        check("--prompt", prompts, 0, TOKENS_MAX);
        check("--generate", answers, 0, TOKENS_MAX);
        check("--streams", streams, 1, STREAMS_MAX);
        check("--depth", depths, 0, TOKENS_MAX);
        List<RateTest> tests = new ArrayList<>();
        for (int depth : depths) {
            for (int count : streams) {
                prompts.stream().filter(tokens -> tokens > 0).forEach(tokens ->
                        tests.add(RateTest.prompt(tokens).withStreams(count).behind(depth, shared && depth > 0)));
                answers.stream().filter(tokens -> tokens > 0).forEach(tokens ->
                        tests.add(RateTest.answer(tokens).withStreams(count).behind(depth, shared && depth > 0)));
            }
        }
        if (tests.isEmpty()) {
            throw new UsageProblem("--prompt 0 --generate 0: nothing to measure");
        }
        if (shared && depths.stream().allMatch(depth -> depth == 0)) {
            throw new UsageProblem("--shared: expected a --depth of tokens to share");
        }
        return tests;
    }

    private static void check(String option, List<Integer> values, int min, int max) {
        values.forEach(value -> within(option, value, min, max));
    }

    private static void within(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new UsageProblem(option + " " + value + ": expected " + min + " to " + max);
        }
    }

    private static void requireContext(List<RateTest> tests, ModelFile file, ApplianceConfig config) {
        int trained = file.shape().contextTokens();
        int limit = config.engine().contextTokens();
        int context = limit == 0 ? trained : Math.min(trained, limit);
        for (RateTest test : tests) {
            if (test.contextTokens() > context) {
                throw new UsageProblem(test.label() + " needs a context of " + test.contextTokens() + " tokens, "
                        + file.name() + " has one of " + context);
            }
        }
    }

    /** Of vectors; the definition in scalar code has none worth naming. */
    private static Optional<MachineLimits> limits(Backend backend) {
        boolean vectors = backend.kernels().name().equals("vector");
        return vectors ? Optional.of(MachineLimits.measure(backend)) : Optional.empty();
    }

    /** The configuration with room for every test. */
    private ApplianceConfig roomFor(List<RateTest> tests, LoadedModel loaded) {
        ApplianceConfig config = options.load().config();
        KvLayout layout = loaded.kvLayout(config.kv());
        int most = tests.stream().mapToInt(RateTest::streams).max().orElseThrow();
        long bytes = tests.stream().mapToLong(test -> RateRun.arenaBytes(test, layout)).max().orElseThrow();
        int sequences = Math.max(most, config.engine().sequencesMax());
        return options.load(Map.of(
                "kv.hot", new DataSize(Math.max(ARENA_BYTES_MIN, bytes)).toString(),
                "engine.sequences-max", Integer.toString(sequences),
                "engine.queue-max", Integer.toString(Math.max(most, config.engine().queueMax())),
                "engine.max-batched-tokens",
                Integer.toString(Math.max(sequences, config.engine().maxBatchedTokens())))).config();
    }

    private List<Rate> measure(List<RateTest> tests, LoadedModel loaded, Screen screen) {
        ApplianceConfig config = roomFor(tests, loaded);
        List<Rate> rates = new ArrayList<>();
        long total = (long) tests.size() * (rounds + 1);
        try (RateRun run = new RateRun(loaded, config.kv(), config.engine())) {
            for (RateTest test : tests) {
                long warmUntilNs = System.nanoTime() + WARMUP_NS;
                screen.progress("rounds, " + test.label() + ", warming up", rates.size() * (rounds + 1L), total);
                do {
                    run.round(test);
                } while (System.nanoTime() < warmUntilNs);
                double[] samples = new double[rounds];
                for (int round = 0; round < rounds; round++) {
                    screen.progress("rounds, " + test.label(), rates.size() * (rounds + 1L) + round + 1, total);
                    samples[round] = run.round(test);
                }
                rates.add(new Rate(test, samples));
            }
        }
        screen.clearProgress();
        return rates;
    }
}
