package quern.inference.fit;

import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import quern.config.EngineConfig.Product;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedModel;
import quern.inference.engine.DirectRun;
import quern.inference.format.ModelFile;

/**
 * How fast a model will be here: its first layers are run for a few seconds, as many as a sample holds, and the rest
 * counted like them. A model that is no larger than the sample is measured whole.
 *
 * @param layers that were run
 * @param promptTokens of the prompt that was read, and stood in the cache while an answer was drawn
 * @param prefillSeconds for the whole prompt and all layers
 * @param decodeSeconds for one token and all layers
 */
public record SpeedProbe(int layers, int promptTokens, double prefillSeconds, double decodeSeconds) {

    private static final long SAMPLE_BYTES = 256L << 20;
    /** Long enough for the compiler to be done with the kernels. */
    private static final long WARMUP_NS = 2_000_000_000L;
    private static final int PROMPT_TOKENS_MAX = 512;
    private static final int ANSWER_TOKENS = 8;
    private static final int ROUNDS = 3;

    /** @param cache type of the KV cache */
    public static SpeedProbe measure(
            ModelFile file, ModelFit fit, Kernels kernels, Product product, ElementType cache) {
        int all = file.shape().layers();
        long layerBytes = Math.max(1, fit.activeBytes() / all);
        int layers = Math.clamp(SAMPLE_BYTES / layerBytes, 1, all);
        int prompt = Math.max(1, Math.min(PROMPT_TOKENS_MAX, file.shape().contextTokens() - ANSWER_TOKENS));
        int answer = Math.min(ANSWER_TOKENS, file.shape().contextTokens() - prompt);
        int[] ids = new Random(1).ints(prompt, 0, file.shape().vocabulary()).toArray();
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE};
        try (LoadedModel model = LoadedModel.load(new FirstLayers(file, layers), kernels, product)) {
            long until = System.nanoTime() + WARMUP_NS;
            do {
                run(model, ids, answer, cache, new double[] {Double.MAX_VALUE, Double.MAX_VALUE});
            } while (System.nanoTime() < until);
            for (int round = 0; round < ROUNDS; round++) {
                run(model, ids, answer, cache, best);
            }
            double head = layers == all ? 0 : headSeconds(model, kernels, product);
            double more = (double) all / layers;
            double decode = answer > 0 ? head + (best[1] - head) * more : head + (best[0] - head) * more / prompt;
            return new SpeedProbe(layers, prompt, head + (best[0] - head) * more, decode);
        }
    }

    /** @param best seconds of the prompt, and of one token behind it; lowered where this run is faster */
    private static void run(LoadedModel model, int[] ids, int answer, ElementType cache, double[] best) {
        try (DirectRun run = new DirectRun(model, Optional.empty(), cache)) {
            best[0] = Math.min(best[0], seconds(() -> run.append(ids)[0]));
            for (int i = 0; i < answer; i++) {
                int[] next = {ids[i % ids.length]};
                best[1] = Math.min(best[1], seconds(() -> run.append(next)[0]));
            }
        }
    }

    private static double headSeconds(LoadedModel model, Kernels kernels, Product product) {
        Matrix matrix = model.weights().output().matrix();
        Rows in = new Rows(1, matrix.columns());
        Rows out = new Rows(1, matrix.rows());
        QuantizedRows rounded = new QuantizedRows(1, matrix.columns());
        boolean rounding = product == Product.Q8 && matrix.type().blockElements() > 1;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 10 * ROUNDS; round++) {
            best = Math.min(best, seconds(() -> {
                if (rounding) {
                    kernels.matmulQ8(matrix, rounded, 1, out);
                } else {
                    kernels.matmul(matrix, in, 1, out);
                }
                return out.values()[0];
            }));
        }
        return best;
    }

    private static double seconds(DoubleSupplier work) {
        long start = System.nanoTime();
        double result = work.getAsDouble();
        double seconds = (System.nanoTime() - start) / 1e9;
        // Using the result keeps the work from being left out.
        return Double.isNaN(result) ? seconds : Math.max(seconds, 1e-9);
    }

    public double prefillTokensPerSecond() {
        return promptTokens / prefillSeconds;
    }

    public double decodeTokensPerSecond() {
        return 1 / decodeSeconds;
    }
}
