package quern.tuning;

import quern.config.TuningOptimizer;

/**
 * Optimizer and clipping.
 *
 * @param epsilon of AdamW, what a root is never below; of MeZO, how far along its directions losses are measured
 * @param gradientNormMax gradients are scaled down to this norm, all parameters together; 0: never
 */
public record OptimizerSettings(
        LearningRateSchedule schedule, double beta1, double beta2, double epsilon, double weightDecay,
        double gradientNormMax, TuningOptimizer optimizer) {

    /** AdamW. */
    public OptimizerSettings(
            LearningRateSchedule schedule, double beta1, double beta2, double epsilon, double weightDecay,
            double gradientNormMax) {
        this(schedule, beta1, beta2, epsilon, weightDecay, gradientNormMax, TuningOptimizer.ADAMW);
    }
}
