package quern.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.format.ModelFile;
import quern.inference.format.RandomShape;
import quern.inference.packed.PackedFiles;
import quern.inference.packed.PackedWeights;
import quern.inference.sampling.SamplingParameters;
import quern.kv.DataDirectory;
import quern.kv.FingerprintFile;
import quern.kv.TierStack;

/**
 * Packed weights in one file against the same in segments, which models share: opening them again, reading a prompt,
 * drawing an answer, turn by turn in one process. Answers have to be equal.
 */
public final class SegmentBenchmark implements AutoCloseable {

    private static final RandomShape SHAPE = RandomShape.QWEN2_5_0_5B;
    private static final int PROMPT_TOKENS = 256;
    private static final int ANSWER_TOKENS = 17;
    private static final int ROUNDS = 9;
    private static final int OPENS = 50;

    private final PackedFiles files;
    private final Path path;
    private final LoadedModel model;
    private final TierStack pool;
    private final EngineLoop loop;
    private final double[] prompts = new double[ROUNDS];
    private final double[] answers = new double[ROUNDS];

    private SegmentBenchmark(ApplianceConfig config, Backend backend, Path path, Optional<Path> segments) {
        this.path = path;
        this.files = new PackedFiles(
                backend.kernels(), FingerprintFile.in(path.getParent()), segments, text -> { });
        ModelFile file = SyntheticModel.open(SHAPE, ElementType.Q4_0);
        this.model = LoadedModel.load(
                file, backend.kernels(), config.engine().product(), file.fingerprint(), open(file));
        this.pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes());
        this.loop = new EngineLoop(model, pool, model.kvLayout(config.kv()), config.engine());
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("segments");
        ApplianceConfig config = ConfigLoader.load(ConfigSources.none().with("data", directory.toString())
                .with("engine.draft-tokens-max", "0").with("kv.hot", "256MiB")).config();
        Path one = directory.resolve("whole.packed");
        Path many = directory.resolve("parts.packed");
        var store = Optional.of(directory.resolve("segments"));
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend();
                var whole = new SegmentBenchmark(config, backend, one, Optional.empty());
                var parts = new SegmentBenchmark(config, backend, many, store)) {
            for (int round = -1; round < ROUNDS; round++) {
                // Who goes first changes.
                int[] first = (round % 2 == 0 ? whole : parts).answer(round);
                if (!Arrays.equals(first, (round % 2 == 0 ? parts : whole).answer(round))) {
                    throw new IllegalStateException("other answers than those of one file");
                }
            }
            System.out.printf(Locale.ROOT, "0.5B Q4_0, %s; one file / segments: opened again %.2f / %.2f ms, prompt of "
                            + "%d tokens %.3f / %.3f s (ratio %.3f), token %.2f / %.2f ms (ratio %.3f)%n",
                    backend.description(), whole.openedMs(), parts.openedMs(), PROMPT_TOKENS,
                    EngineBenchmark.median(whole.prompts), EngineBenchmark.median(parts.prompts),
                    ratio(whole.prompts, parts.prompts), 1e3 * EngineBenchmark.median(whole.answers),
                    1e3 * EngineBenchmark.median(parts.answers), ratio(whole.answers, parts.answers));
        } finally {
            DataDirectory.removeTree(directory);
        }
    }

    /** Median of the rounds' own ratios: speed of segments by that of one file. */
    private static double ratio(double[] whole, double[] parts) {
        double[] ratios = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            ratios[i] = whole[i] / parts[i];
        }
        return EngineBenchmark.median(ratios);
    }

    private PackedWeights open(ModelFile file) {
        return files.open(file, file.fingerprint(), path).orElseThrow();
    }

    private double openedMs() {
        double[] ms = new double[OPENS];
        try (ModelFile file = SyntheticModel.open(SHAPE, ElementType.Q4_0)) {
            for (int i = 0; i < OPENS; i++) {
                long from = System.nanoTime();
                open(file).close();
                ms[i] = (System.nanoTime() - from) / 1e6;
            }
        }
        return EngineBenchmark.median(ms);
    }

    /** @param round below 0: not counted */
    private int[] answer(int round) {
        int[] prompt = new SplittableRandom(round).ints(PROMPT_TOKENS, 0, SHAPE.shape().vocabulary()).toArray();
        int[] tokens = new int[ANSWER_TOKENS];
        int count = 0;
        long from = System.nanoTime();
        long first = 0;
        loop.submit(SequenceRequest.of(
                round + 2, prompt, SamplingParameters.greedy(ANSWER_TOKENS).ignoringEos()));
        while (loop.hasWork()) {
            List<EngineEvent> events = loop.step();
            loop.takeLoads().forEach(load -> loop.loaded(load, false));
            for (EngineEvent event : events) {
                if (event instanceof EngineEvent.TokenProduced produced) {
                    first = count == 0 ? System.nanoTime() : first;
                    tokens[count++] = produced.token();
                }
            }
        }
        if (round >= 0) {
            prompts[round] = (first - from) / 1e9;
            answers[round] = (System.nanoTime() - first) / 1e9 / (ANSWER_TOKENS - 1);
        }
        return tokens;
    }

    @Override
    public void close() {
        pool.close();
        model.close();
    }
}
