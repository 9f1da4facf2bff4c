package quern.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.StepWork;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.format.RandomShape;
import quern.inference.sampling.SamplingParameters;
import quern.kv.TierStack;
import quern.tuning.AdaptedModel;
import quern.tuning.LearningRateSchedule;
import quern.tuning.LoraSettings;
import quern.tuning.OptimizerSettings;
import quern.tuning.Trainer;

/**
 * Requests that take about 30 % of the engine's time, without and with LoRA tuning in the steps beside them, in turns:
 * the time between an answer's tokens, and what is left of the rate of tuning alone.
 */
public final class CoServingBenchmark {

    private static final int PROMPT_TOKENS = 64;
    private static final int ANSWER_TOKENS = 48;
    private static final int EXAMPLE_TOKENS = 256;
    private static final int ROUNDS = 3;
    private static final double LOAD = 0.3;
    private static final double PHASE_SECONDS = 30;

    private final EngineLoop loop;
    private final RandomShape shape;
    private long nextId;

    private CoServingBenchmark(EngineLoop loop, RandomShape shape) {
        this.loop = loop;
        this.shape = shape;
    }

    /** Optimizer steps without end. */
    private static final class Tuning implements StepWork {

        private final Trainer trainer;
        private final RandomShape shape;
        private long tokens;
        private int steps;

        Tuning(Trainer trainer, RandomShape shape) {
            this.trainer = trainer;
            this.shape = shape;
        }

        @Override
        public int slice(int tokensMax, long nanosMax) {
            if (trainer.ready()) {
                if (steps > 0) {
                    trainer.update();
                }
                trainer.begin(List.of(LoraBenchmark.batch(shape.shape(), EXAMPLE_TOKENS, steps++)));
            }
            int used = trainer.slice(tokensMax, nanosMax);
            tokens += used;
            return used;
        }

        @Override
        public long pieceNanos() {
            return trainer.pieceNanos();
        }

        @Override
        public boolean done() {
            return false;
        }
    }

    public static void main(String[] arguments) throws IOException {
        RandomShape shape = RandomShape.SMOLLM2_135M;
        ApplianceConfig config = ConfigLoader.defaults(Path.of("target"));
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend();
                LoadedModel model = LoadedModel.load(SyntheticModel.open(shape, ElementType.Q8_0), backend.kernels(),
                        config.engine().product());
                TierStack pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes())) {
            EngineLoop loop = new EngineLoop(model, pool, model.kvLayout(config.kv()), config.engine());
            AdaptedModel adapted = new AdaptedModel(model, LoraSettings.ofAllTargets(8, 16, 1), backend);
            Trainer trainer = new Trainer(adapted.network(), adapted.parameters(), new OptimizerSettings(
                    LearningRateSchedule.constant(1e-4), 0.9, 0.999, 1e-8, 0, 1.0), backend.trainingKernels());
            new CoServingBenchmark(loop, shape).measure(new Tuning(trainer, shape));
        }
    }

    private void measure(Tuning tuning) {
        phase(PHASE_SECONDS / 2, 0.5, new ArrayList<>());
        double requestSeconds = alone();
        loop.attach(tuning);
        phase(PHASE_SECONDS, Double.POSITIVE_INFINITY, new ArrayList<>());
        double pause = requestSeconds / LOAD;
        double[] ratios = new double[ROUNDS];
        double[] kept = new double[ROUNDS];
        List<Double> off = new ArrayList<>();
        List<Double> on = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<Double> without = new ArrayList<>();
            List<Double> with = new ArrayList<>();
            loop.detach(tuning);
            phase(PHASE_SECONDS, pause, without);
            loop.attach(tuning);
            double solo = rate(tuning, () -> phase(PHASE_SECONDS / 2, Double.POSITIVE_INFINITY, new ArrayList<>()));
            double beside = rate(tuning, () -> phase(PHASE_SECONDS, pause, with));
            ratios[round] = at(with, 0.95) / at(without, 0.95);
            kept[round] = beside / solo;
            off.addAll(without);
            on.addAll(with);
            System.out.printf(Locale.ROOT, "round %d: tuning alone %.1f tokens/s, beside requests %.1f%n", round + 1,
                    solo, beside);
        }
        System.out.printf(Locale.ROOT, "135M Q8_0, requests of %d and %d tokens taking %.2f s alone, one in %.1f s on "
                        + "average: time between tokens without tuning, median %.1f, 95 of 100 %.1f ms; with %.1f, "
                        + "%.1f: %.2f times (mark 1.10); tuning keeps %.2f of its rate (mark 0.50)%n",
                PROMPT_TOKENS, ANSWER_TOKENS, requestSeconds, pause, at(off, 0.5), at(off, 0.95), at(on, 0.5),
                at(on, 0.95), EngineBenchmark.median(ratios), EngineBenchmark.median(kept));
    }

    private static double rate(Tuning tuning, Runnable phase) {
        long before = tuning.tokens;
        long from = System.nanoTime();
        phase.run();
        return (tuning.tokens - before) / ((System.nanoTime() - from) / 1e9);
    }

    private double alone() {
        long from = System.nanoTime();
        List<Double> gaps = new ArrayList<>();
        phase(0, 0, gaps);
        return (System.nanoTime() - from) / 1e9;
    }

    /** @param pause seconds between requests on average; 0: one at once and no more; infinite: none */
    private void phase(double seconds, double pause, List<Double> gapsMs) {
        SplittableRandom random = new SplittableRandom(7);
        long beginNs = System.nanoTime();
        long endNs = beginNs + (long) (seconds * 1e9);
        long dueNs = Double.isInfinite(pause) ? Long.MAX_VALUE : beginNs;
        long lastNs = 0;
        int running = 0;
        while (System.nanoTime() < endNs || running > 0 || dueNs == beginNs) {
            if (System.nanoTime() >= dueNs) {
                loop.submit(request());
                running++;
                dueNs = pause == 0 ? Long.MAX_VALUE
                        : dueNs + (long) (1e9 * pause * -Math.log(1 - random.nextDouble()));
                dueNs = dueNs > endNs ? Long.MAX_VALUE : dueNs;
            }
            if (!loop.hasWork()) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            List<EngineEvent> events = loop.step();
            loop.takeLoads().forEach(load -> loop.loaded(load, false));
            long nowNs = System.nanoTime();
            boolean produced = false;
            for (EngineEvent event : events) {
                produced |= event instanceof EngineEvent.TokenProduced;
                running -= event instanceof EngineEvent.Terminal ? 1 : 0;
            }
            if (produced && lastNs > 0) {
                gapsMs.add((nowNs - lastNs) / 1e6);
            }
            lastNs = running == 0 ? 0 : produced ? nowNs : lastNs;
        }
    }

    private SequenceRequest request() {
        int[] prompt = new SplittableRandom(nextId).ints(PROMPT_TOKENS, 0, shape.shape().vocabulary()).toArray();
        return new SequenceRequest(nextId++, prompt, SamplingParameters.greedy(ANSWER_TOKENS).ignoringEos(), "",
                Optional.empty(), false, 0, Optional.empty());
    }

    private static double at(List<Double> values, double share) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) Math.min(sorted.size() - 1, share * sorted.size()));
    }
}
