package quern.inference.reference;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import quern.config.EngineConfig.Product;

/**
 * What another engine answers for a model.
 *
 * @param model GGUF file or directory
 * @param source file the answers were read from
 * @param tolerance largest logit difference of a run with float products
 * @param roundedTolerance the same with activations rounded to 8 bits; NaN where the reference sets none
 * @param rounded the reference itself rounds activations to the type of the weights, so that only its answers for F32
 *     can be held against anybody
 */
public record ReferenceAnswers(Path model, Path source, double tolerance, double roundedTolerance, boolean rounded,
        List<Prompt> prompts) {

    /**
     * @param ids the prompt's tokens
     * @param logits expected logits after the token at a position of the prompt
     * @param greedy tokens the reference draws after the prompt; empty where it does not say
     */
    public record Prompt(int[] ids, Map<Integer, float[]> logits, int[] greedy) {}

    /** Largest logit difference allowed; NaN if none is set. */
    double tolerance(Product product, String type) {
        if (rounded && !type.equals("F32")) {
            return Double.NaN;
        }
        return product == Product.F32 || !isRounded(type) ? tolerance : roundedTolerance;
    }

    /** Whether other greedy tokens than the reference's are a mistake: they are not once activations are rounded. */
    boolean decidesGreedy(Product product, String type) {
        return !Double.isNaN(tolerance(product, type));
    }

    private static boolean isRounded(String type) {
        return type.startsWith("Q") || type.startsWith("IQ");
    }
}
