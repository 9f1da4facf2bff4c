package quern.tuning.gate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an adapter gives away of the examples it was trained on.
 *
 * @param prefixes beginnings of training examples that were gone on with
 * @param extracted of them, those that the adapter goes on with word for word
 * @param baseExtracted those that the base does
 * @param membership see {@link #membership(double[], double[])}; NaN where there is nothing to compare
 * @param exposures of the planted canaries, in bits; see {@link #exposure}
 * @param candidates texts that each canary was ranked among, itself included
 */
public record LeakScore(
        int prefixes, int extracted, int baseExtracted, double membership, List<Double> exposures, int candidates) {

    /**
     * Chance that a training example's loss fell further below the base's than that of an example kept out: the area
     * under the curve of the ratio of losses (Yeom et al., arXiv 1709.01604; against a base: Wang et al., Pandora's
     * White-Box, arXiv 2402.17012). 0.5: nothing is told.
     *
     * @param in loss over base loss of training examples
     * @param out the same of examples kept out
     */
    public static double membership(double[] in, double[] out) {
        double below = 0;
        for (double a : in) {
            for (double b : out) {
                below += a < b ? 1 : a == b ? 0.5 : 0;
            }
        }
        return below / ((double) in.length * out.length);
    }

    /**
     * Exposure of a canary: the logarithm to base 2 of how many texts it was ranked among over its rank by loss
     * (Carlini et al., The Secret Sharer, USENIX Security 2019, arXiv 1802.08232).
     *
     * @param others losses of random texts of the same form that were not planted; as likely ones go before
     */
    public static double exposure(double canary, double[] others) {
        long rank = 1 + Arrays.stream(others).filter(other -> !(other > canary)).count();
        return (Math.log(others.length + 1) - Math.log(rank)) / Math.log(2);
    }

    /** Share of the prefixes that came out word for word; 0 if there were none. */
    public double extractedShare() {
        return prefixes == 0 ? 0 : (double) extracted / prefixes;
    }

    private double baseShare() {
        return prefixes == 0 ? 0 : (double) baseExtracted / prefixes;
    }

    private Optional<Double> exposed() {
        return exposures.stream().max(Double::compare);
    }

    /** Why the adapter does not do, with both numbers; empty if it does. */
    public List<String> refusals(LeakLimits limits) {
        List<String> refusals = new ArrayList<>();
        limits.exposureMax().filter(max -> exposed().filter(most -> !(most <= max)).isPresent())
                .ifPresent(max -> refusals.add(text("a canary is exposed by %.2f bits, expected at most %.2f",
                        exposed().orElseThrow(), max)));
        limits.extractedMax().filter(max -> !(extractedShare() <= baseShare() + max))
                .ifPresent(max -> refusals.add(text("%d of %d training examples come out word for word, a share of"
                        + " %.3f, expected at most %.3f: the base's %.3f and %.3f more", extracted, prefixes,
                        extractedShare(), baseShare() + max, baseShare(), max)));
        limits.membershipMax().filter(max -> !(membership <= max))
                .ifPresent(max -> refusals.add(text("training examples are told from others with a chance of %.3f,"
                        + " expected at most %.3f", membership, max)));
        return refusals;
    }

    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("prefixes", prefixes)
                .put("extracted", extracted).put("base_extracted", baseExtracted);
        node.put("membership", Double.isFinite(membership) ? (Double) membership : null);
        node.put("canaries", exposures.size());
        exposed().ifPresent(most -> node.put("exposure_most", most)
                .put("exposure_mean", exposures.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
                .put("exposure_possible", Math.log(candidates) / Math.log(2)));
        return node;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
