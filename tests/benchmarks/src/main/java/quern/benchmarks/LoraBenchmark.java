package quern.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import quern.config.BackendConfig;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.gpu.vector.MultiplyAddPeak;
import quern.inference.LoadedModel;
import quern.inference.format.RandomShape;
import quern.inference.transformer.ModelShape;
import quern.tuning.AdaptedModel;
import quern.tuning.LearningRateSchedule;
import quern.tuning.LoraSettings;
import quern.tuning.OptimizerSettings;
import quern.tuning.Trainer;
import quern.tuning.network.NetworkPass;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.network.Parameter;

/**
 * LoRA on all matrices of a model as it is served: tokens a second, the share of the multiply-adds a second measured in
 * the same run that four operations a parameter and token make, and the process's largest resident memory. Before that,
 * gradients of a batch in small pieces are compared with those of the batch at once, bit for bit.
 */
public final class LoraBenchmark {

    private static final int RANK = 8;
    private static final int CHECKED_TOKENS = 70;

    private LoraBenchmark() {}

    /** @param arguments a shape, a type of weights, tokens of the sequence, rounds (default 3) */
    public static void main(String[] arguments) throws IOException {
        RandomShape shape = RandomShape.parse(arguments[0]);
        ElementType type = ElementType.valueOf(arguments[1]);
        int tokens = Integer.parseInt(arguments[2]);
        int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 3;
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend();
                LoadedModel model = load(shape, type, backend)) {
            System.out.printf(Locale.ROOT, "LoRA r=%d, %s %s, sequence %d, %s, %s%n", RANK, shape.label(), type, tokens,
                    backend.description(), Instant.now());
            measure(model, backend, tokens, rounds);
        }
    }

    static LoadedModel load(RandomShape shape, ElementType type, Backend backend) {
        return LoadedModel.load(SyntheticModel.open(shape, type), backend.kernels(), EngineConfig.Product.Q8);
    }

    private static void measure(LoadedModel model, Backend backend, int tokens, int rounds) throws IOException {
        long before = forgetPeak();
        AdaptedModel adapted = new AdaptedModel(model, LoraSettings.ofAllTargets(RANK, 2 * RANK, 1), backend);
        Trainer trainer = new Trainer(adapted.network(), adapted.parameters(), new OptimizerSettings(
                LearningRateSchedule.constant(1e-4), 0.9, 0.999, 1e-8, 0, 1.0), backend.trainingKernels());
        check(adapted, model.shape());
        MultiplyAddPeak peak = new MultiplyAddPeak(backend.team());
        double[] rates = new double[rounds];
        double[] peaks = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            PackedBatch batch = batch(model.shape(), tokens, round);
            peaks[round] = peak.measure();
            long from = System.nanoTime();
            trainer.step(List.of(batch));
            rates[round] = 1e9 * tokens / (System.nanoTime() - from);
            peaks[round] = Math.max(peaks[round], peak.measure());
        }
        double rate = EngineBenchmark.median(rates);
        double allowed = EngineBenchmark.median(peaks);
        System.out.printf(Locale.ROOT, "  %.1f tokens/s (%s), %.1f GMAC/s peak: %.0f %% of it at 4 operations a"
                + " parameter%n", rate, Arrays.toString(Arrays.stream(rates).mapToObj(
                        each -> String.format(Locale.ROOT, "%.1f", each)).toArray()),
                allowed / 1e9, 100 * rate * 2 * parameters(model.shape()) / allowed);
        ModelShape shape = model.shape();
        long kv = 4L * 4 * shape.layers() * shape.kvHeads() * shape.headSize() * tokens;
        long most = memoryKib("VmHWM:") << 10;
        System.out.printf(Locale.ROOT, "  memory: %d MiB before, at most %d MiB, %d MiB more; weights %d MiB, keys,"
                + " values and their gradients %d MiB, adapter and optimizer %d MiB%n", before >> 20, most >> 20,
                most - before >> 20, bytes(model) >> 20, kv >> 20,
                16L * adapted.parameters().stream().mapToLong(Parameter::size).sum() >> 20);
    }

    private static void check(AdaptedModel adapted, ModelShape shape) {
        PackedBatch batch = batch(shape, CHECKED_TOKENS, 99);
        double whole = adapted.network().lossAndGradients(batch, 1f);
        float[][] expected = gradients(adapted);
        NetworkPass pass = adapted.network().beginGradients(batch, 1f);
        List<Long> nanos = new ArrayList<>();
        while (!pass.done()) {
            long from = System.nanoTime();
            pass.advance(1, 0);
            nanos.add(System.nanoTime() - from);
        }
        nanos.sort(null);
        System.out.printf(Locale.ROOT, "  smallest pieces: %d, half within %.1f ms, 99 %% within %.1f, all within"
                + " %.1f%n", nanos.size(), nanos.get(nanos.size() / 2) / 1e6, nanos.get(nanos.size() * 99 / 100) / 1e6,
                nanos.getLast() / 1e6);
        if (pass.loss() != whole || !Arrays.deepEquals(expected, gradients(adapted))) {
            throw new IllegalStateException("wrong answer: pieces give other bits than the whole");
        }
    }

    /** Takes them: they begin at zero again. */
    private static float[][] gradients(AdaptedModel adapted) {
        return adapted.parameters().stream().map(Parameter::gradients).map(rows -> {
            float[] values = rows.values().clone();
            Arrays.fill(rows.values(), 0f);
            return values;
        }).toArray(float[][]::new);
    }

    static PackedBatch batch(ModelShape shape, int tokens, long seed) {
        int[] ids = new SplittableRandom(seed).ints(tokens + 1, 0, shape.vocabulary()).toArray();
        return PackedBatch.of(List.of(Segment.ofText(ids, 0, tokens)));
    }

    /** Of all matrices that tokens are multiplied with; an embedding that is the output matrix too counts once. */
    private static double parameters(ModelShape shape) {
        double attention = 2.0 * shape.hidden() * shape.headSize() * (shape.heads() + shape.kvHeads());
        return shape.layers() * (attention + 3.0 * shape.hidden() * shape.feedForward())
                + (double) shape.vocabulary() * shape.hidden();
    }

    /** Of the matrices in the form they are computed with. */
    private static long bytes(LoadedModel model) {
        return model.weights().output().matrix().bytes() + model.weights().adaptable().values().stream()
                .mapToLong(linear -> linear.matrix().bytes()).sum();
    }

    /** What making and loading the model took is not counted. */
    static long forgetPeak() throws IOException {
        System.gc();
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        return memoryKib("VmRSS:") << 10;
    }

    static long memoryKib(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IllegalStateException("no " + name + " in /proc/self/status");
    }
}
