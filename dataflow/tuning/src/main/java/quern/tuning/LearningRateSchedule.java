package quern.tuning;

import quern.config.LearningRateDecay;

/**
 * A linear rise to the peak, then down.
 *
 * @param warmupSteps steps of the rise; the peak is reached at its last
 * @param totalSteps step at which the lowest rate is reached; 0: the rate stays at its peak
 * @param finalShare lowest rate over the peak
 */
public record LearningRateSchedule(
        LearningRateDecay decay, double peak, int warmupSteps, int totalSteps, double finalShare) {

    /** With half a cosine. */
    public LearningRateSchedule(double peak, int warmupSteps, int totalSteps, double finalShare) {
        this(LearningRateDecay.COSINE, peak, warmupSteps, totalSteps, finalShare);
    }

    public static LearningRateSchedule constant(double rate) {
        return new LearningRateSchedule(rate, 0, 0, 1);
    }

    /** @param step from 1 */
    public double rate(int step) {
        if (step <= warmupSteps) {
            return peak * step / warmupSteps;
        }
        if (totalSteps == 0) {
            return peak;
        }
        double done = Math.clamp((double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps), 0.0, 1.0);
        double left = switch (decay) {
            case COSINE -> 0.5 * (1 + Math.cos(Math.PI * done));
            case LINEAR -> 1 - done;
            case CONSTANT -> 1;
        };
        return peak * (finalShare + (1 - finalShare) * left);
    }
}
