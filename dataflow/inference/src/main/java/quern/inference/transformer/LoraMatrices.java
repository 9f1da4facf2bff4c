package quern.inference.transformer;

import java.util.HashMap;
import java.util.Map;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.LowRank;

/** An adapter packed for one backend. */
public final class LoraMatrices {

    private final Map<String, LowRank> targets = new HashMap<>();

    public LoraMatrices(LoraWeights weights, Kernels kernels) {
        weights.targets().forEach((name, pair) ->
                targets.put(name, kernels.packLowRank(pair.a(), pair.b(), weights.scale())));
    }

    /** What it adds to the products of a matrix; null where it leaves that as it is. */
    LowRank of(String target) {
        return targets.get(target);
    }
}
