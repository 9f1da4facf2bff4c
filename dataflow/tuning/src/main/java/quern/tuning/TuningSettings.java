package quern.tuning;

import quern.config.LearningRateDecay;
import quern.config.TuningConfig;
import quern.config.TuningOptimizer;

/**
 * Everything a tuning run's result depends on besides base, samples and code.
 *
 * @param minLearningRateShare lowest learning rate over its peak
 * @param batchTokens tokens of one optimizer step
 * @param warmupSteps at most; never more than a tenth of the run
 * @param heldOutShare share of the examples that is measured, not learnt
 * @param seed decides the first adapter, the split and the order
 */
public record TuningSettings(
        LoraSettings lora, double learningRate, LearningRateDecay decay, double minLearningRateShare, int epochs,
        int batchTokens, double weightDecay, int warmupSteps, double gradientNormMax, int checkpointSteps,
        double heldOutShare, GateLimits gate, long seed, TuningOptimizer optimizer) {

    public TuningSettings {
        if (epochs < 1 || batchTokens < 1 || checkpointSteps < 1 || !(heldOutShare >= 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException(epochs + " epochs, " + batchTokens + " tokens a step, checkpoints every "
                    + checkpointSteps + " steps, share " + heldOutShare + " held out: expected the first three above"
                    + " 0, the last from 0 to below 1");
        }
    }

    /** With half a cosine down to a tenth. */
    public TuningSettings(
            LoraSettings lora, double learningRate, int epochs, int batchTokens, double weightDecay, int warmupSteps,
            double gradientNormMax, int checkpointSteps, double heldOutShare, GateLimits gate, long seed) {
        this(lora, learningRate, LearningRateDecay.COSINE, 0.1, epochs, batchTokens, weightDecay, warmupSteps,
                gradientNormMax, checkpointSteps, heldOutShare, gate, seed, TuningOptimizer.ADAMW);
    }

    /** The configuration's defaults. */
    public static TuningSettings of(TuningConfig config, long seed) {
        return new TuningSettings(
                LoraSettings.of(config, seed), config.learningRate(), config.learningRateDecay(),
                config.minLearningRateShare(), config.epochs(), config.batchTokens(), config.weightDecay(),
                config.warmupSteps(), config.gradientNormMax(), config.checkpointSteps(), config.heldOutShare(),
                GateLimits.of(config), seed, config.optimizer());
    }

    OptimizerSettings optimizer(int steps) {
        return new OptimizerSettings(
                new LearningRateSchedule(decay, learningRate, Math.min(warmupSteps, steps / 10), steps,
                        minLearningRateShare), 0.9, optimizer == TuningOptimizer.LION ? 0.99 : 0.999,
                1e-8, weightDecay, gradientNormMax, optimizer);
    }
}
