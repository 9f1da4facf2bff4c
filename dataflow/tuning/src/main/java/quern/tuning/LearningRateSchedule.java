package quern.tuning;

/**
 * A linear rise to the peak, then half a cosine down (Loshchilov and Hutter, SGDR, arXiv 1608.03983).
 *
 * @param warmupSteps steps of the rise; the peak is reached at its last
 * @param totalSteps step at which the lowest rate is reached; 0: the rate stays at its peak
 * @param finalShare lowest rate over the peak
 */
public record LearningRateSchedule(double peak, int warmupSteps, int totalSteps, double finalShare) {

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
        return peak * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * done)));
    }
}
