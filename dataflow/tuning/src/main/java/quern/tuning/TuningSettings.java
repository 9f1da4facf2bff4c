package quern.tuning;

import java.util.Locale;
import java.util.Optional;
import quern.config.LearningRateDecay;
import quern.config.TuningConfig;
import quern.config.TuningOptimizer;
import quern.tuning.preference.PreferenceLoss;

/**
 * Everything a tuning run's result depends on besides base, samples and code.
 *
 * @param minLearningRateShare lowest learning rate over its peak
 * @param batchTokens tokens of one optimizer step
 * @param warmupSteps at most; never more than a tenth of the run
 * @param heldOutShare share of the examples that is measured, not learnt
 * @param seed decides the first adapter, the split and the order
 * @param steps optimizer steps, however many epochs that are; 0: as many as {@code epochs} have
 * @param preference what is learnt from pairs; empty: the next token is learnt
 */
public record TuningSettings(
        LoraSettings lora, double learningRate, LearningRateDecay decay, double minLearningRateShare, int epochs,
        int batchTokens, double weightDecay, int warmupSteps, double gradientNormMax, int checkpointSteps,
        double heldOutShare, GateLimits gate, long seed, TuningOptimizer optimizer, ValidationSettings validation,
        int steps, Optional<PreferenceLoss> preference) {

    public TuningSettings {
        if (epochs < 1 || batchTokens < 1 || checkpointSteps < 1 || steps < 0
                || !(heldOutShare >= 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException(epochs + " epochs, " + batchTokens + " tokens a step, checkpoints every "
                    + checkpointSteps + " steps, share " + heldOutShare + " held out: expected the first three above"
                    + " 0, the last from 0 to below 1");
        }
    }

    /** The next token is learnt. */
    public TuningSettings(
            LoraSettings lora, double learningRate, LearningRateDecay decay, double minLearningRateShare, int epochs,
            int batchTokens, double weightDecay, int warmupSteps, double gradientNormMax, int checkpointSteps,
            double heldOutShare, GateLimits gate, long seed, TuningOptimizer optimizer,
            ValidationSettings validation, int steps) {
        this(lora, learningRate, decay, minLearningRateShare, epochs, batchTokens, weightDecay, warmupSteps,
                gradientNormMax, checkpointSteps, heldOutShare, gate, seed, optimizer, validation, steps,
                Optional.empty());
    }

    /** Without validation while it goes on. */
    public TuningSettings(
            LoraSettings lora, double learningRate, LearningRateDecay decay, double minLearningRateShare, int epochs,
            int batchTokens, double weightDecay, int warmupSteps, double gradientNormMax, int checkpointSteps,
            double heldOutShare, GateLimits gate, long seed, TuningOptimizer optimizer) {
        this(lora, learningRate, decay, minLearningRateShare, epochs, batchTokens, weightDecay, warmupSteps,
                gradientNormMax, checkpointSteps, heldOutShare, gate, seed, optimizer, ValidationSettings.NONE, 0);
    }

    /** With half a cosine down to a tenth. */
    public TuningSettings(
            LoraSettings lora, double learningRate, int epochs, int batchTokens, double weightDecay, int warmupSteps,
            double gradientNormMax, int checkpointSteps, double heldOutShare, GateLimits gate, long seed) {
        this(lora, learningRate, LearningRateDecay.COSINE, 0.1, epochs, batchTokens, weightDecay, warmupSteps,
                gradientNormMax, checkpointSteps, heldOutShare, gate, seed, TuningOptimizer.ADAMW);
    }

    /** The same, to learn from pairs. */
    public TuningSettings preferring(PreferenceLoss loss) {
        return new TuningSettings(lora, learningRate, decay, minLearningRateShare, epochs, batchTokens, weightDecay,
                warmupSteps, gradientNormMax, checkpointSteps, heldOutShare, gate, seed, optimizer, validation,
                steps, Optional.of(loss));
    }

    /** Equal for equal settings; as it was written before there were preferences, where there is none. */
    String identity() {
        return preference.isPresent() ? toString() : toString().replace(", preference=" + preference, "");
    }

    /** The configuration's defaults. */
    public static TuningSettings of(TuningConfig config, long seed) {
        return new TuningSettings(
                LoraSettings.of(config, seed), config.learningRate(), config.learningRateDecay(),
                config.minLearningRateShare(), config.epochs(), config.batchTokens(), config.weightDecay(),
                config.warmupSteps(), config.gradientNormMax(), config.checkpointSteps(), config.heldOutShare(),
                GateLimits.of(config), seed, config.optimizer());
    }

    /** The same with so many steps. */
    TuningSettings withSteps(int count) {
        return new TuningSettings(lora, learningRate, decay, minLearningRateShare, epochs, batchTokens, weightDecay,
                warmupSteps, gradientNormMax, checkpointSteps, heldOutShare, gate, seed, optimizer,
                validation, count, preference);
    }

    /**
     * What went wrong in a step and what to change.
     *
     * @param why behind its loss and norm
     * @param kept step whose state is kept
     * @param steps of the whole run
     */
    String remedy(StepResult result, String why, int kept, int steps) {
        String failed = String.format(Locale.ROOT, "training failed at step %d of %d: loss %.4f, gradient norm %.4f%s;"
                + " the adapter is kept as of step %d. ", result.step(), steps, result.loss(), result.gradientNorm(),
                why, kept);
        if (result.step() == 1) {
            return failed + "No step was made before, so no learning rate is to blame:"
                    + " look at the samples, and at the base's own answers";
        }
        return failed + String.format(Locale.ROOT, "Try a lower learning_rate (%s, at this step %.3g), more"
                + " warmup_steps (%d, of which %d were made: at most a tenth of the run) or %s", learningRate,
                result.learningRate(), warmupSteps, warmup(steps), gradientNormMax == 0
                        ? "clipping (max_grad_norm is 0, which is none; 1.0 is usual)"
                        : "a lower max_grad_norm (" + gradientNormMax + ")");
    }

    private int warmup(int steps) {
        return Math.min(warmupSteps, steps / 10);
    }

    OptimizerSettings optimizer(int steps) {
        return new OptimizerSettings(
                new LearningRateSchedule(decay, learningRate, warmup(steps), steps,
                        minLearningRateShare), 0.9, optimizer == TuningOptimizer.LION ? 0.99 : 0.999,
                optimizer == TuningOptimizer.MEZO ? 1e-3 : 1e-8, weightDecay, gradientNormMax, optimizer);
    }
}
