package quern.tuning;

import java.util.Optional;
import quern.tuning.network.PairMeans;

/**
 * One optimizer step.
 *
 * @param step from 1
 * @param loss mean over the counted tokens, or the pairs, before the update, in nats
 * @param gradientNorm over all parameters, before clipping
 * @param tokens rows computed
 * @param labels tokens that had a loss
 * @param pairs what they came to before the update, where it learnt from pairs
 */
public record StepResult(
        int step, double loss, double gradientNorm, double learningRate, int tokens, int labels,
        Optional<PairMeans> pairs) {

    /** Whether loss and gradients are numbers; a run that is not finite has failed. */
    public boolean finite() {
        return Double.isFinite(loss) && Double.isFinite(gradientNorm);
    }
}
