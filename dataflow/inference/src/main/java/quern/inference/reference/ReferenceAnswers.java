package quern.inference.reference;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What another engine answers for a model.
 *
 * @param model GGUF file or directory
 * @param source file the answers were read from
 * @param tolerance largest logit difference of a run with float products
 * @param roundedTolerance the same with activations rounded to 8 bits; NaN where the reference sets none
 */
public record ReferenceAnswers(
        Path model, Path source, double tolerance, double roundedTolerance, List<Prompt> prompts) {

    /**
     * @param ids the prompt's tokens
     * @param logits expected logits after the token at a position of the prompt
     * @param greedy tokens the reference draws after the prompt; empty where it does not say
     */
    public record Prompt(int[] ids, Map<Integer, float[]> logits, int[] greedy) {}
}
