package quern.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.fit.ModelFit;
import quern.inference.fit.SpeedProbe;
import quern.inference.format.ModelFile;
import quern.inference.format.RandomShape;
import quern.inference.sampling.SamplingParameters;
import quern.kv.TierStack;

/**
 * Tokens a second of prefill and decode through the whole engine, on a synthetic model of 135 million parameters in
 * Q8_0. Before it times anything it checks that the same prompt gives the same tokens twice.
 */
public final class EngineBenchmark {

    private static final int PROMPT_TOKENS = 512;
    private static final int ANSWER_TOKENS = 64;
    private static final int ROUNDS = 3;
    private static final RandomShape SHAPE = RandomShape.SMOLLM2_135M;

    private EngineBenchmark() {}

    public static void main(String[] arguments) {
        ApplianceConfig config = ConfigLoader.defaults(Path.of("target"));
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 0)).backend();
                LoadedModel model = LoadedModel.load(
                        SyntheticModel.open(SHAPE, ElementType.Q8_0), backend.kernels(), config.engine().product());
                TierStack pool = TierStack.inMemory(config.kv(), model.kvLayout(config.kv()).blockBytes())) {
            EngineLoop loop = new EngineLoop(model, pool, model.kvLayout(config.kv()), config.engine());
            int[] first = answer(loop, 1, prompt(1), new double[2]);
            int[] again = answer(loop, 2, prompt(1), new double[2]);
            if (!Arrays.equals(first, again)) {
                throw new IllegalStateException("the same prompt gave other tokens the second time");
            }
            double[] prefill = new double[ROUNDS];
            double[] decode = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                double[] seconds = new double[2];
                answer(loop, 10 + round, prompt(10 + round), seconds);
                prefill[round] = PROMPT_TOKENS / seconds[0];
                decode[round] = (ANSWER_TOKENS - 1) / seconds[1];
            }
            System.out.printf(Locale.ROOT, "engine, 135M Q8_0, %s: prefill %.0f tokens/s, decode %.1f tokens/s%n",
                    backend.description(), median(prefill), median(decode));
            expected(backend, config, median(prefill), median(decode));
        }
    }

    /** What the doctor says of the same model, beside what was measured. */
    private static void expected(Backend backend, ApplianceConfig config, double prefill, double decode) {
        try (ModelFile file = SyntheticModel.open(SHAPE, ElementType.Q8_0)) {
            ModelFit fit = ModelFit.of(file, backend.kernels(), config.engine(), config.kv());
            SpeedProbe probe = SpeedProbe.measure(
                    file, fit, backend.kernels(), config.engine().product(), ElementType.F16);
            System.out.printf(Locale.ROOT, "doctor expects: prefill %.0f tokens/s (%.2f of it reached), decode %.1f "
                    + "tokens/s (%.2f of it reached)%n", probe.prefillTokensPerSecond(),
                    prefill / probe.prefillTokensPerSecond(), probe.decodeTokensPerSecond(),
                    decode / probe.decodeTokensPerSecond());
        }
    }

    private static int[] prompt(int seed) {
        return new SplittableRandom(seed).ints(PROMPT_TOKENS, 0, SHAPE.shape().vocabulary()).toArray();
    }

    /** @param seconds gets the time to the first token, and from there to the last */
    private static int[] answer(EngineLoop loop, long id, int[] prompt, double[] seconds) {
        int[] tokens = new int[ANSWER_TOKENS];
        int count = 0;
        long fromNs = System.nanoTime();
        loop.submit(SequenceRequest.of(id, prompt, SamplingParameters.greedy(ANSWER_TOKENS).ignoringEos()));
        while (loop.hasWork()) {
            List<EngineEvent> events = loop.step();
            loop.takeLoads().forEach(load -> loop.loaded(load, false));
            for (EngineEvent event : events) {
                if (event instanceof EngineEvent.TokenProduced produced) {
                    if (count == 0) {
                        seconds[0] = (System.nanoTime() - fromNs) / 1e9;
                        fromNs = System.nanoTime();
                    }
                    tokens[count++] = produced.token();
                }
            }
        }
        seconds[1] = (System.nanoTime() - fromNs) / 1e9;
        return tokens;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
