package quern.inference.transformer;

import java.util.HashMap;
import java.util.Map;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.LowRank;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights.Pair;
import quern.inference.transformer.TransformerWeights.Linear;

/** An adapter packed for one backend. One thread uses it, the engine's. */
public final class LoraMatrices {

    private final Kernels kernels;
    private final float scale;
    private final Map<String, LowRank> targets = new HashMap<>();
    /** With magnitudes, and not met yet: the lengths they replace are those of matrices that may not be here now. */
    private final Map<String, Pair> unmeasured = new HashMap<>();
    private final Map<String, float[]> factors = new HashMap<>();

    public LoraMatrices(LoraWeights weights, Kernels kernels) {
        this.kernels = kernels;
        this.scale = weights.scale();
        weights.targets().forEach((name, pair) -> {
            targets.put(name, kernels.packLowRank(pair.a(), pair.b(), scale));
            if (pair.magnitudes().isPresent()) {
                unmeasured.put(name, pair);
            }
        });
    }

    /** What it adds to the products of a matrix; null where it leaves that as it is. */
    LowRank of(String target) {
        return targets.get(target);
    }

    /** What each output is multiplied by, before the bias; null where it stays. Measures the matrix once. */
    float[] factors(Linear linear) {
        Pair pair = unmeasured.remove(linear.name());
        if (pair != null) {
            float[] found = new float[linear.matrix().rows()];
            kernels.rowNorms(linear.matrix(), pair.a(), pair.b(), scale, found);
            divide(pair.magnitudes().orElseThrow(), found);
            factors.put(linear.name(), found);
        }
        return factors.get(linear.name());
    }

    /** {@code norms = magnitudes / norms}; a row of zeros has no direction and stays one. */
    public static void divide(Rows magnitudes, float[] norms) {
        for (int r = 0; r < norms.length; r++) {
            norms[r] = norms[r] == 0 ? 0 : magnitudes.values()[r] / norms[r];
        }
    }
}
