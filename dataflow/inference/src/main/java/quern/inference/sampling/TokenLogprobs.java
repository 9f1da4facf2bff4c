package quern.inference.sampling;

import java.util.List;

/**
 * Log-probabilities (natural logarithm) under the model's unmodified distribution.
 *
 * @param logprob of the token drawn
 * @param top the likeliest tokens, descending, the lower id first among equals
 */
public record TokenLogprobs(double logprob, List<Entry> top) {

    /** One token and its log-probability. */
    public record Entry(int token, double logprob) {}
}
