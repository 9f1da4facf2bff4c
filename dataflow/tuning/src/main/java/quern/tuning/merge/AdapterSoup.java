package quern.tuning.merge;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.tuning.LoraTarget;

/**
 * A weighted sum of adapters' updates (Wortsman et al., model soups, arXiv 2203.05482), as one adapter: every A below
 * the other, every B beside the other with its weight and scale in it. That is the sum itself. The mean of all A times
 * the mean of all B would be something else: it has products of one adapter's A with another's B.
 */
final class AdapterSoup {

    private AdapterSoup() {}

    /**
     * Of scale 1. A matrix that only some adapt takes nothing of the others; one that is adapted in some layers alone
     * gets zeros in the rest, so that all layers look alike.
     *
     * @param layers of the base
     */
    static LoraWeights of(List<Ingredient> parts, int layers) {
        int rank = parts.stream().mapToInt(part -> part.weights().rank()).sum();
        SortedMap<String, Pair> sum = new TreeMap<>();
        for (LoraTarget target : LoraTarget.values()) {
            Pair like = null;
            for (int layer = 0; layer < layers && like == null; layer++) {
                like = any(parts, target.tensorName(layer));
            }
            for (int layer = 0; layer < layers && like != null; layer++) {
                sum.put(target.tensorName(layer),
                        joined(parts, target.tensorName(layer), rank, like.a().width(), like.b().count()));
            }
        }
        return new LoraWeights(rank, 1, sum);
    }

    private static Pair any(List<Ingredient> parts, String name) {
        return parts.stream().map(part -> part.weights().targets().get(name)).filter(pair -> pair != null)
                .findFirst().orElse(null);
    }

    private static Pair joined(List<Ingredient> parts, String name, int rank, int inputs, int outputs) {
        Rows a = new Rows(rank, inputs);
        Rows b = new Rows(outputs, rank);
        int at = 0;
        for (Ingredient part : parts) {
            Pair pair = part.weights().targets().get(name);
            if (pair != null) {
                System.arraycopy(pair.a().values(), 0, a.values(), a.at(at), pair.a().values().length);
                double factor = part.weight() * part.weights().scale();
                for (int row = 0; row < outputs; row++) {
                    for (int k = 0; k < pair.b().width(); k++) {
                        b.values()[b.at(row) + at + k] = (float) (factor * pair.b().values()[pair.b().at(row) + k]);
                    }
                }
            }
            at += part.weights().rank();
        }
        return new Pair(a, b);
    }
}
