package quern.benchmarks;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import quern.config.BackendConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ModelShape;
import quern.tuning.LearningRateSchedule;
import quern.tuning.OptimizerSettings;
import quern.tuning.StepResult;
import quern.tuning.Trainer;
import quern.tuning.network.DenseModel;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Training speed of the shape of quern-nano in tokens per second, beside what the products in it would allow: their
 * multiplications at the speed of one large product measured in the same run. Before that, steps of a small model are
 * compared with the scalar definition, bit for bit.
 */
public final class TuningBenchmark {

    private static final ModelShape NANO = shape(5, 128, 4, 2, 384, 2304, 512);
    private static final ModelShape SMALL = shape(2, 64, 2, 1, 96, 131, 32);
    private static final int BATCH_TOKENS = 2048;

    private TuningBenchmark() {}

    /** @param args rounds (default 20), then threads (default: one per core) */
    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : 0;
        try (Backend backend =
                BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, threads)).backend()) {
            check(backend);
            System.out.printf("%s, Java %s, %s, %s%n", backend.description(), Runtime.version(),
                    System.getProperty("os.arch"), Instant.now());
            measure(backend, rounds);
        }
    }

    private static ModelShape shape(
            int layers, int hidden, int heads, int kvHeads, int feedForward, int vocabulary, int contextTokens) {
        return new ModelShape("llama", layers, hidden, heads, kvHeads, hidden / heads, feedForward, vocabulary,
                contextTokens, 1e-5f, RopeTable.of(true, hidden / heads, 10_000), true, false);
    }

    private static void check(Backend backend) {
        try (Backend scalar =
                new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar")) {
            Trainer expected = trainer(SMALL, scalar);
            Trainer found = trainer(SMALL, backend);
            for (int step = 0; step < 3; step++) {
                StepResult wanted = expected.step(List.of(batch(SMALL, 160, step)));
                StepResult result = found.step(List.of(batch(SMALL, 160, step)));
                if (!wanted.equals(result)) {
                    throw new IllegalStateException("wrong answer: " + result + ", expected " + wanted);
                }
            }
        }
    }

    private static Trainer trainer(ModelShape shape, Backend backend) {
        DenseModel model = new DenseModel(shape, 1, backend);
        return new Trainer(model.network(), model.parameters(), new OptimizerSettings(
                LearningRateSchedule.constant(1e-3), 0.9, 0.95, 1e-8, 0.1, 1.0), backend.trainingKernels());
    }

    private static PackedBatch batch(ModelShape shape, int tokens, long seed) {
        int[] ids = new SplittableRandom(seed).ints(tokens + 1, 0, shape.vocabulary()).toArray();
        List<Segment> segments = new ArrayList<>();
        for (int from = 0; from < tokens; from += shape.contextTokens()) {
            segments.add(Segment.ofText(ids, from, Math.min(shape.contextTokens(), tokens - from)));
        }
        return PackedBatch.of(segments);
    }

    private static void measure(Backend backend, int rounds) {
        Trainer trainer = trainer(NANO, backend);
        Rows w = new Rows(NANO.feedForward(), NANO.hidden());
        Rows x = new Rows(BATCH_TOKENS, NANO.hidden());
        Rows y = new Rows(BATCH_TOKENS, NANO.feedForward());
        double[] tokensPerSecond = new double[rounds];
        double[] products = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            PackedBatch batch = batch(NANO, BATCH_TOKENS, round);
            long from = System.nanoTime();
            trainer.step(List.of(batch));
            tokensPerSecond[round] = 1e9 * BATCH_TOKENS / (System.nanoTime() - from);
            from = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                backend.trainingKernels().product(w, x, BATCH_TOKENS, y, false);
            }
            products[round] = 20e9 * BATCH_TOKENS * w.values().length / (System.nanoTime() - from);
        }
        double rate = median(tokensPerSecond);
        double speed = median(products);
        System.out.printf(Locale.ROOT, "training quern-nano's shape  %.0f tokens/s (best %.0f)%n", rate,
                Arrays.stream(tokensPerSecond).max().orElseThrow());
        System.out.printf(Locale.ROOT, "one product                  %.1f GMAC/s%n", speed / 1e9);
        System.out.printf(Locale.ROOT, "share of what that allows    %.0f %%%n",
                100 * rate * multiplicationsPerToken() / speed);
    }

    /** Forward and both gradients of every product with weights; attention comes on top. */
    private static double multiplicationsPerToken() {
        double attention = 2.0 * NANO.hidden() * NANO.hidden() * (1 + (double) NANO.kvHeads() / NANO.heads());
        double layer = attention + 3.0 * NANO.hidden() * NANO.feedForward();
        return 3 * (NANO.layers() * layer + (double) NANO.hidden() * NANO.vocabulary());
    }

    /** The first third of the rounds is warm-up. */
    private static double median(double[] rates) {
        double[] sorted = Arrays.stream(rates).skip(rates.length / 3).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
