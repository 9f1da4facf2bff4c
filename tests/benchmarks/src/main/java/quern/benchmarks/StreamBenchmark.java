package quern.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
import quern.inference.packed.PackedMatrices;
import quern.inference.packed.PackedWeights;
import quern.inference.packed.StreamedWeights;
import quern.inference.sampling.SamplingParameters;
import quern.kv.DataDirectory;
import quern.kv.FingerprintFile;
import quern.kv.TierStack;

/**
 * Tokens a second of a model of which memory holds half, or two layers, beside what the disk could feed: bytes of one
 * pass over what {@code dd} reads of the same file past the page cache, before and after. Its answers are those of the
 * whole model.
 */
public final class StreamBenchmark {

    private static final RandomShape SHAPE = RandomShape.TINYLLAMA_1_1B;
    private static final int PROMPT_TOKENS = 64;
    private static final int ANSWER_TOKENS = 24;
    private static final int ROUNDS = 3;

    private final ApplianceConfig config;
    private final Backend backend;
    private final Path directory;

    private StreamBenchmark(ApplianceConfig config, Backend backend, Path directory) {
        this.config = config;
        this.backend = backend;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("stream");
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend()) {
            // One token a pass, so that a pass's bytes are a token's.
            ApplianceConfig config = ConfigLoader.load(ConfigSources.none().with("data", directory.toString())
                    .with("engine.draft-tokens-max", "0")).config();
            new StreamBenchmark(config, backend, directory).run();
        } finally {
            DataDirectory.removeTree(directory);
        }
    }

    private void run() throws IOException, InterruptedException {
        Path packed = directory.resolve("model.packed");
        double[] seconds = new double[ROUNDS];
        // Whatever is loaded of a file and its weights closes both.
        ModelFile whole = SyntheticModel.open(SHAPE, ElementType.Q4_0);
        PackedWeights mapped = open(whole, packed);
        int layers = mapped.layers();
        System.out.printf(Locale.ROOT, "1.1B Q4_0, %d layers, %.0f MB packed, %s%n", layers, mapped.bytes() / 1e6,
                backend.description());
        int[] expected = answers(whole, mapped, seconds);
        System.out.printf(Locale.ROOT, "all in memory: %.2f tokens/s%n",
                (ANSWER_TOKENS - 1) / EngineBenchmark.median(seconds));
        for (int resident : new int[] {layers / 2, 2}) {
            try (ExecutorService reads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
                ModelFile file = SyntheticModel.open(SHAPE, ElementType.Q4_0);
                StreamedWeights weights = open(file, packed).streamed(resident, reads);
                long read = weights.streamedBytes();
                double before = diskBytesPerSecond(packed);
                if (!Arrays.equals(expected, answers(file, weights, seconds))) {
                    throw new IllegalStateException("other answers than the whole model's");
                }
                double disk = (before + diskBytesPerSecond(packed)) / 2;
                double rate = (ANSWER_TOKENS - 1) / EngineBenchmark.median(seconds);
                System.out.printf(Locale.ROOT, "%d of %d layers in memory: %.2f tokens/s, %.0f MB read a token; the "
                                + "disk gives %.2f GB/s: %.2f of what it could feed%n", resident, layers, rate,
                        read / 1e6, disk / 1e9, rate * read / disk);
            }
        }
    }

    private PackedWeights open(ModelFile file, Path packed) {
        return new PackedFiles(backend.kernels(), FingerprintFile.in(directory), text -> { })
                .open(file, file.fingerprint(), packed).orElseThrow();
    }

    /** The tokens of every round's answer. */
    private int[] answers(ModelFile file, PackedMatrices weights, double[] seconds) {
        int[] all = new int[ROUNDS * ANSWER_TOKENS];
        try (LoadedModel model = LoadedModel.load(
                        file, backend.kernels(), config.engine().product(), file.fingerprint(), weights);
                TierStack pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes())) {
            EngineLoop loop = new EngineLoop(model, pool, model.kvLayout(config.kv()), config.engine());
            for (int round = 0; round < ROUNDS; round++) {
                int[] answer = answer(loop, round, seconds);
                System.arraycopy(answer, 0, all, round * ANSWER_TOKENS, ANSWER_TOKENS);
            }
        }
        return all;
    }

    private static int[] answer(EngineLoop loop, int round, double[] seconds) {
        int[] prompt = new SplittableRandom(round).ints(PROMPT_TOKENS, 0, SHAPE.shape().vocabulary()).toArray();
        int[] tokens = new int[ANSWER_TOKENS];
        int count = 0;
        long first = 0;
        loop.submit(SequenceRequest.of(
                round + 1, prompt, SamplingParameters.greedy(ANSWER_TOKENS).ignoringEos()));
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
        seconds[round] = (System.nanoTime() - first) / 1e9;
        return tokens;
    }

    private static double diskBytesPerSecond(Path file) throws IOException, InterruptedException {
        long from = System.nanoTime();
        int exit = new ProcessBuilder(List.of("dd", "if=" + file, "of=/dev/null", "bs=8M", "iflag=direct"))
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        if (exit != 0) {
            throw new IOException("dd of " + file + " past the page cache: exit " + exit);
        }
        return Files.size(file) / ((System.nanoTime() - from) / 1e9);
    }
}
