package quern.tuning;

/**
 * AdamW and clipping.
 *
 * @param gradientNormMax gradients are scaled down to this norm, all parameters together; 0: never
 */
public record OptimizerSettings(
        LearningRateSchedule schedule, double beta1, double beta2, double epsilon, double weightDecay,
        double gradientNormMax) {}
