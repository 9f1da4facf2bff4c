package quern.inference.sampling;

/**
 * Which candidates may be drawn at all. Applied in this order: top-n-sigma, top-k, top-p, min-p, typical, XTC. At least
 * one candidate always stays.
 *
 * @param topNSigma logits kept are at most this many standard deviations (of all logits) below the largest; 0: all
 * @param topK candidates kept; 0: all
 * @param topP the likeliest candidates kept until their sum reaches it; 1: all
 * @param minP candidates kept have at least this share of the largest probability; 0: all
 * @param typicalP candidates whose surprise is nearest to the entropy are kept until their sum reaches it; 1: all
 * @param xtcProbability how often the likeliest are excluded; 0: never
 * @param xtcThreshold of several candidates with at least this probability only the least likely stays
 */
public record Truncation(
        double topNSigma,
        int topK,
        double topP,
        double minP,
        double typicalP,
        double xtcProbability,
        double xtcThreshold) {

    /** Every token may be drawn. */
    public static final Truncation NONE = new Truncation(0, 0, 1, 0, 1, 0, 0.1);

    /** @throws IllegalArgumentException naming the parameter, its range and the value found */
    public Truncation {
        SamplingParameters.require(topNSigma >= 0 && topNSigma <= 100, "top_n_sigma", "0 to 100", topNSigma);
        SamplingParameters.require(topK >= 0, "top_k", "at least 0", topK);
        SamplingParameters.require(topP > 0 && topP <= 1, "top_p", "above 0, at most 1", topP);
        SamplingParameters.require(minP >= 0 && minP <= 1, "min_p", "0 to 1", minP);
        SamplingParameters.require(typicalP > 0 && typicalP <= 1, "typical_p", "above 0, at most 1", typicalP);
        SamplingParameters.require(xtcProbability >= 0 && xtcProbability <= 1, "xtc_probability", "0 to 1",
                xtcProbability);
        SamplingParameters.require(xtcThreshold >= 0 && xtcThreshold <= 1, "xtc_threshold", "0 to 1", xtcThreshold);
    }
}
