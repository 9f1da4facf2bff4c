package quern.inference.transformer;

import java.util.Arrays;
import java.util.List;
import quern.gpu.scalar.FloatMath;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.TransformerWeights.Dense;
import quern.inference.transformer.TransformerWeights.Mixture;

/**
 * A feed-forward of experts: the router scores them per row, the best few run and their outputs are added by weight.
 * Rows that chose the same expert run together; a row adds its experts in order of their index, whoever else is in the
 * batch. Equal scores go to the lower index.
 */
final class ExpertMixture {

    /** The plain feed-forward that every expert is. */
    interface Expert {

        /** The same buffer may come back from every call. */
        Rows run(Dense weights, Rows input, int count);
    }

    private final Experts experts;
    private final Products products;
    private final RowScratch scratch;
    private final Expert expert;

    ExpertMixture(Experts experts, Products products, RowScratch scratch, Expert expert) {
        this.experts = experts;
        this.products = products;
        this.scratch = scratch;
        this.expert = expert;
    }

    /** {@code out = sum of weight * expert(x)}; {@code out} is overwritten. */
    void run(Mixture mixture, Rows x, int count, Rows out) {
        Rows scores = scratch.rows("router", count, experts.count());
        products.multiply(mixture.router(), products.input(x, count), scores);
        int[][] chosen = new int[count][];
        float[][] weights = new float[count][];
        for (int t = 0; t < count; t++) {
            chosen[t] = choose(scores.values(), scores.at(t));
            weights[t] = weigh(scores.values(), scores.at(t), chosen[t]);
        }
        Arrays.fill(out.values(), 0, count * out.width(), 0f);
        for (int index = 0; index < experts.count(); index++) {
            runExpert(index, mixture.experts(), x, chosen, weights, out);
        }
    }

    private void runExpert(int index, List<Dense> all, Rows x, int[][] chosen, float[][] weights, Rows out) {
        int[] rows = new int[chosen.length];
        float[] factors = new float[chosen.length];
        int count = 0;
        for (int t = 0; t < chosen.length; t++) {
            int place = Arrays.binarySearch(chosen[t], index);
            if (place >= 0) {
                rows[count] = t;
                factors[count++] = weights[t][place];
            }
        }
        if (count == 0) {
            return;
        }
        Rows input = scratch.rows("expert.input", count, x.width());
        for (int i = 0; i < count; i++) {
            System.arraycopy(x.values(), x.at(rows[i]), input.values(), input.at(i), x.width());
        }
        Rows result = expert.run(all.get(index), input, count);
        for (int i = 0; i < count; i++) {
            addScaled(result.values(), result.at(i), factors[i], out.values(), out.at(rows[i]), out.width());
        }
    }

    private static void addScaled(float[] x, int from, float factor, float[] y, int to, int width) {
        for (int i = 0; i < width; i++) {
            y[to + i] = Math.fma(factor, x[from + i], y[to + i]);
        }
    }

    /** Indices of the largest scores, ascending. */
    private int[] choose(float[] scores, int from) {
        boolean[] taken = new boolean[experts.count()];
        int[] chosen = new int[experts.chosen()];
        for (int i = 0; i < chosen.length; i++) {
            int best = -1;
            for (int e = 0; e < taken.length; e++) {
                if (!taken[e] && (best < 0 || scores[from + e] > scores[from + best])) {
                    best = e;
                }
            }
            taken[best] = true;
            chosen[i] = best;
        }
        Arrays.sort(chosen);
        return chosen;
    }

    private float[] weigh(float[] scores, int from, int[] chosen) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int e : chosen) {
            largest = Math.max(largest, scores[from + e]);
        }
        float sum = 0;
        float[] weights = new float[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            weights[i] = FloatMath.exp(scores[from + chosen[i]] - largest);
            sum += experts.normalized() ? weights[i] : 0;
        }
        for (int e = 0; e < experts.count() && !experts.normalized(); e++) {
            sum += FloatMath.exp(scores[from + e] - largest);
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }
}
