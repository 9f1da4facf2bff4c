package quern.gpu;

import java.util.ArrayList;
import java.util.List;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.Kernels;
import quern.gpu.tensor.ElementType;

/**
 * A comparison of a backend with the scalar definition: every kernel with every type it declares, at sizes so small
 * that all of it takes a second or two in a process that has just started.
 */
public final class SelfCheck {

    private static final int WEIGHT_ROWS = 19;
    private static final int COLUMNS = 256;
    private static final int TOKENS = 5;

    private SelfCheck() {}

    /**
     * @param kernel a method of {@link Kernels}
     * @param type of weights or cache, empty where there is none
     * @param sizes for people
     * @param maxDifference largest absolute difference; infinity where one side is NaN
     * @param ok whether the difference is allowed: none is
     */
    public record Result(String kernel, String type, String sizes, float maxDifference, boolean ok) {

        static Result of(String kernel, String type, String sizes, float maxDifference) {
            return new Result(kernel, type, sizes, maxDifference, maxDifference == 0);
        }
    }

    /** Every declared pair of kernel and type, compared on input made from {@code seed}. */
    public static List<Result> run(Kernels kernels, long seed) {
        KernelComparison comparison = new KernelComparison(kernels, seed, 1f);
        List<Result> results = new ArrayList<>();
        String product = TOKENS + " x " + COLUMNS + " by " + WEIGHT_ROWS + " x " + COLUMNS;
        for (ElementType type : types()) {
            float floats = comparison.matmul(type, WEIGHT_ROWS, COLUMNS, TOKENS);
            float integers = Math.max(
                    comparison.matmulQ8(type, WEIGHT_ROWS, COLUMNS, TOKENS),
                    comparison.matmulQ8(type, WEIGHT_ROWS, COLUMNS, 1));
            results.add(Result.of("matmul", type.name(), product, floats));
            results.add(Result.of("matmulQ8", type.name(), product, integers));
            results.add(Result.of("embed", type.name(), "3 x " + COLUMNS, comparison.embed(type, 7, COLUMNS, 3)));
        }
        results.add(Result.of("quantizeActivations", "", "5 x 300",
                comparison.quantizeActivations(comparison.rows(TOKENS, 300), TOKENS)));
        results.add(Result.of("addLowRank", "", "3 spans, rank 5, 75 by 70",
                comparison.addLowRank(5, 75, 70, 1, 3, 2)));
        results.add(Result.of("rowNorms, scaleColumns", "", "Q8_0, rank 5, 75 by 96",
                comparison.rowNorms(ElementType.Q8_0, 5, 75, 96)));
        results.add(Result.of("rmsNorm", "", "3 x 300", comparison.rmsNorm(3, 300)));
        results.add(Result.of("layerNorm", "", "3 x 300", comparison.layerNorm(3, 300)));
        results.add(Result.of("activate", "", "3 x 300", comparison.activate(3, 300)));
        results.add(Result.of("add, addBias", "", "3 x 300", comparison.sums(3, 300)));
        results.add(Result.of("rope", "interleaved", "5 x 3 x 20", comparison.rope(true, TOKENS, 3, 20, 9)));
        results.add(Result.of("rope", "halves", "5 x 3 x 20", comparison.rope(false, TOKENS, 3, 20, 9)));
        for (ElementType type : cacheTypes()) {
            KvLayout layout = new KvLayout(2, 2, 32, 16, type);
            results.add(Result.of("storeKv, attention", type.name(), "2 sequences of 141, 4 heads x 32",
                    comparison.attention(layout, 2, 141, 3, 4)));
            results.add(Result.of("attention, both ways", type.name(), "21 rows, 4 heads x 32",
                    comparison.attentionBothWays(layout, 21, 4)));
            results.add(Result.of("attention, window of 5, softcap", type.name(), "2 sequences of 21, 4 heads x 32",
                    comparison.attention(layout, new AttentionRule(0.25f, 5, 2.5f), 2, 21, 7, 4)));
            results.add(Result.of("attention, shared prefix", type.name(), "3 sequences of 141, 4 heads x 32",
                    comparison.attentionSharing(layout, AttentionRule.full(0.2f), 3, 8, 141, 1, 4)));
        }
        results.add(Result.of("siluMultiply", "", "3 x 300", comparison.siluMultiply(3, 300)));
        results.add(Result.of("geluMultiply", "", "3 x 300", comparison.geluMultiply(3, 300)));
        results.add(Result.of("scale, softcap", "", "3 x 300", comparison.softcap(3, 300, 2.5f)));
        results.add(Result.of("maxima, exponentialSums", "", "700",
                comparison.runs(comparison.rows(1, 711).values(), 11, 700)));
        return results;
    }

    /** The types of keys and values every backend takes. */
    public static List<ElementType> cacheTypes() {
        return List.of(ElementType.F32, ElementType.F16, ElementType.Q8_0);
    }

    /** The weight types every backend takes. */
    public static List<ElementType> types() {
        return List.of(ElementType.values());
    }
}
