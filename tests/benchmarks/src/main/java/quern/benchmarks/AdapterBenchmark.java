package quern.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.format.RandomShape;
import quern.inference.sampling.SamplingParameters;
import quern.inference.transformer.LoraWeights;
import quern.kv.TierStack;

/**
 * Tokens a second of a batch of sixteen answers: of the base, all with one adapter, each with its own; in turns. Checks
 * that a sequence gives the same tokens alone.
 */
public final class AdapterBenchmark {

    private static final int SEQUENCES = 16;
    private static final int RANK = 8;
    private static final int PROMPT_TOKENS = 16;
    private static final int ANSWER_TOKENS = 24;
    private static final int ROUNDS = 7;

    private AdapterBenchmark() {}

    /** @param arguments a shape and a type of weights, else two of each */
    public static void main(String[] arguments) {
        if (arguments.length == 2) {
            measure(RandomShape.parse(arguments[0]), ElementType.valueOf(arguments[1]));
        } else {
            measure(RandomShape.SMOLLM2_135M, ElementType.Q8_0);
            measure(RandomShape.QWEN2_5_0_5B, ElementType.Q4_0);
        }
    }

    private static void measure(RandomShape shape, ElementType type) {
        ApplianceConfig config = ConfigLoader.defaults(Path.of("target"));
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend();
                LoadedModel model = LoadedModel.load(
                        SyntheticModel.open(shape, type), backend.kernels(), config.engine().product());
                TierStack pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes())) {
            for (int i = 0; i < SEQUENCES; i++) {
                model.adapters().publish("a" + i, adapter(model, i));
            }
            EngineLoop loop = new EngineLoop(model, pool, model.kvLayout(config.kv()), config.engine());
            check(loop, shape);
            double[][] rates = new double[3][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                for (int adapters = 0; adapters < 3; adapters++) {
                    rates[adapters][round] = rate(loop, shape, adapters);
                }
            }
            double base = EngineBenchmark.median(rates[0]);
            double one = EngineBenchmark.median(rates[1]);
            double own = EngineBenchmark.median(rates[2]);
            System.out.printf(Locale.ROOT, "16 answers, %s %s, adapters of rank %d: base %.1f, one adapter %.1f "
                    + "(%.2f), 16 adapters %.1f tokens/s: %.2f of one adapter (mark 0.85)%n",
                    shape.label(), type, RANK, base, one, one / base, own, own / one);
        }
    }

    private static LoraWeights adapter(LoadedModel model, long seed) {
        Random random = new Random(seed);
        SortedMap<String, LoraWeights.Pair> targets = new TreeMap<>();
        model.weights().adaptable().forEach((name, linear) -> targets.put(name, new LoraWeights.Pair(
                rows(random, RANK, linear.matrix().columns()), rows(random, linear.matrix().rows(), RANK))));
        return new LoraWeights(RANK, 0.5f, targets);
    }

    private static Rows rows(Random random, int count, int width) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) (0.05 * random.nextGaussian());
        }
        return rows;
    }

    private static void check(EngineLoop loop, RandomShape shape) {
        int[][] together = new int[SEQUENCES][ANSWER_TOKENS];
        int[][] alone = new int[1][ANSWER_TOKENS];
        for (int i = 0; i < SEQUENCES; i++) {
            loop.submit(request(shape, i, i, Optional.of("a" + i)));
        }
        run(loop, together);
        loop.submit(request(shape, 0, 3, Optional.of("a3")));
        run(loop, alone);
        if (!Arrays.equals(together[3], alone[0])) {
            throw new IllegalStateException("a sequence gave other tokens alone than beside other adapters");
        }
    }

    /** @param adapters 0: none, 1: the same for all, 2: each its own */
    private static double rate(EngineLoop loop, RandomShape shape, int adapters) {
        for (int i = 0; i < SEQUENCES; i++) {
            Optional<String> adapter = adapters == 0 ? Optional.empty()
                    : Optional.of(adapters == 1 ? "a0" : "a" + i);
            loop.submit(request(shape, i, i, adapter));
        }
        return run(loop, new int[SEQUENCES][ANSWER_TOKENS]);
    }

    private static SequenceRequest request(RandomShape shape, int id, int seed, Optional<String> adapter) {
        int[] prompt = new SplittableRandom(seed).ints(PROMPT_TOKENS, 0, shape.shape().vocabulary()).toArray();
        return new SequenceRequest(id, prompt, SamplingParameters.greedy(ANSWER_TOKENS).ignoringEos(), "", adapter,
                false, 0, Optional.empty());
    }

    /** Tokens a second from when all have their first. */
    private static double run(EngineLoop loop, int[][] answers) {
        int[] counts = new int[answers.length];
        int begun = 0;
        int produced = 0;
        long fromNs = 0;
        while (loop.hasWork()) {
            List<EngineEvent> events = loop.step();
            loop.takeLoads().forEach(load -> loop.loaded(load, false));
            boolean counting = begun == answers.length;
            for (EngineEvent event : events) {
                if (event instanceof EngineEvent.TokenProduced token) {
                    int sequence = (int) token.sequenceId();
                    begun += counts[sequence] == 0 ? 1 : 0;
                    answers[sequence][counts[sequence]++] = token.token();
                    produced += counting ? 1 : 0;
                }
            }
            fromNs = counting ? fromNs : System.nanoTime();
        }
        return produced / ((System.nanoTime() - fromNs) / 1e9);
    }
}
