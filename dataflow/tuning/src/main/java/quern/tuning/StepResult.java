package quern.tuning;

/**
 * One optimizer step.
 *
 * @param step from 1
 * @param loss mean over the counted tokens before the update, in nats
 * @param gradientNorm over all parameters, before clipping
 * @param tokens rows computed
 * @param labels tokens that had a loss
 */
public record StepResult(
        int step, double loss, double gradientNorm, double learningRate, int tokens, int labels) {

    /** Whether loss and gradients are numbers; a run that is not finite has failed. */
    public boolean finite() {
        return Double.isFinite(loss) && Double.isFinite(gradientNorm);
    }
}
