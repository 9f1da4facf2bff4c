package quern.inference.perplexity;

import java.util.Optional;

/**
 * Results so far.
 *
 * @param windows done
 * @param windowsTotal of the text
 * @param contextTokens tokens of a window
 * @param predictions tokens whose probability counted
 * @param perplexity {@code exp} of their mean negative log probability
 * @param error one standard error of it
 * @param seconds spent on the model itself
 * @param comparison with another model, if there is one
 */
public record PerplexityReport(
        int windows,
        int windowsTotal,
        int contextTokens,
        long predictions,
        double perplexity,
        double error,
        double seconds,
        Optional<Comparison> comparison) {

    /**
     * @param perplexity of the other model
     * @param divergence mean Kullback-Leibler divergence of the model from the other, in nats
     * @param divergenceError one standard error of it
     * @param agreement share of positions where both hold the same token most likely
     */
    public record Comparison(double perplexity, double divergence, double divergenceError, double agreement) {}

    /** Tokens run through the model per second. */
    public double tokensPerSecond() {
        return seconds == 0 ? 0 : (double) windows * contextTokens / seconds;
    }
}
