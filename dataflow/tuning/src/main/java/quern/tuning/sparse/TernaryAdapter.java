package quern.tuning.sparse;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.tuning.FirstDraws;
import quern.tuning.LoraSettings;
import quern.tuning.LoraTarget;

/**
 * A low-rank adapter as what training changed in it, sparse and ternary (ComPEFT, arXiv 2311.13171): A is its first
 * draw and a ternary matrix, B, which began as zero, a ternary matrix alone.
 *
 * @param settings those it was trained with; the seed gives A's first draw
 * @param targets as in {@link LoraWeights}
 */
public record TernaryAdapter(LoraSettings settings, SortedMap<String, Pair> targets) {

    /** What is added to A, and B. */
    public record Pair(TernaryTensor a, TernaryTensor b) {}

    /**
     * The nearest one of a density to an adapter.
     *
     * @param density share of each matrix's elements that stay
     * @param gain on each scale, 1: the mean magnitude of what stays
     */
    public static TernaryAdapter of(LoraWeights weights, LoraSettings settings, double density, float gain) {
        SortedMap<String, Pair> targets = new TreeMap<>();
        FirstDraws draws = new FirstDraws(settings.seed());
        for (String name : drawnOrder(settings, weights.targets().size())) {
            LoraWeights.Pair pair = weights.targets().get(name);
            Rows first = new Rows(pair.a().count(), pair.a().width());
            draws.fill(first);
            targets.put(name, new Pair(
                    TernaryTensor.of(difference(pair.a(), first), density).times(gain),
                    TernaryTensor.of(pair.b(), density).times(gain)));
        }
        return new TernaryAdapter(settings, targets);
    }

    static Rows copy(Rows rows) {
        return new Rows(rows.values().clone(), rows.count(), rows.width());
    }

    static Rows difference(Rows from, Rows what) {
        Rows rows = new Rows(from.count(), from.width());
        for (int i = 0; i < rows.count() * rows.width(); i++) {
            rows.values()[i] = from.values()[i] - what.values()[i];
        }
        return rows;
    }

    /** All its numbers, as they are served. */
    public LoraWeights expand() {
        SortedMap<String, LoraWeights.Pair> pairs = new TreeMap<>();
        FirstDraws draws = new FirstDraws(settings.seed());
        for (String name : drawnOrder(settings, targets.size())) {
            Pair pair = targets.get(name);
            Rows a = new Rows(pair.a().rows(), pair.a().columns());
            draws.fill(a);
            pair.a().addTo(a);
            Rows b = new Rows(pair.b().rows(), pair.b().columns());
            pair.b().addTo(b);
            pairs.put(name, new LoraWeights.Pair(a, b));
        }
        return new LoraWeights(settings.rank(), settings.scale(), pairs);
    }

    /** Names of targets in the order in which a run draws their A, block by block. */
    static List<String> drawnOrder(LoraSettings settings, int targets) {
        List<String> names = new ArrayList<>();
        for (int layer = 0; layer < targets / settings.targets().size(); layer++) {
            for (LoraTarget target : LoraTarget.values()) {
                if (settings.targets().contains(target)) {
                    names.add(target.tensorName(layer));
                }
            }
        }
        return names;
    }
}
