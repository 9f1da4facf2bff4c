package quern.inference;

import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;

/** Adapters of random numbers. */
public final class TinyAdapter {

    private TinyAdapter() {}

    /** Beside every matrix that can have one. */
    public static LoraWeights of(LoadedModel model, int rank, float scale, long seed) {
        Random random = new Random(seed);
        SortedMap<String, LoraWeights.Pair> targets = new TreeMap<>();
        model.weights().adaptable().forEach((name, linear) -> {
            Rows a = random(random, rank, linear.matrix().columns(), 0.3);
            Rows b = random(random, linear.matrix().rows(), rank, 0.3);
            targets.put(name, new LoraWeights.Pair(a, b));
        });
        return new LoraWeights(rank, scale, targets);
    }

    /** The same, and rows have random lengths. */
    public static LoraWeights withMagnitudes(LoadedModel model, int rank, float scale, long seed) {
        Random random = new Random(seed);
        SortedMap<String, LoraWeights.Pair> targets = new TreeMap<>();
        of(model, rank, scale, seed).targets().forEach((name, pair) -> {
            Rows magnitudes = random(random, pair.b().count(), 1, 1);
            targets.put(name, new LoraWeights.Pair(pair.a(), pair.b(), Optional.of(magnitudes)));
        });
        return new LoraWeights(rank, scale, targets);
    }

    private static Rows random(Random random, int count, int width, double deviation) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) (deviation * random.nextGaussian());
        }
        return rows;
    }
}
