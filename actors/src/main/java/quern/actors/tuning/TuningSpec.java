package quern.actors.tuning;

import java.util.Map;
import java.util.Optional;
import quern.config.TuningConfig;
import quern.tuning.GateLimits;
import quern.tuning.LoraSettings;
import quern.tuning.TuningSettings;

/**
 * What a tuning job was asked for, every parameter effective.
 *
 * @param model the base model's id
 * @param trainingId a dataset's or file's id
 * @param suffix part of the adapter's name, and the alias it is published under
 * @param allowTainted whether it goes on, and its adapter is published, though the dataset is tainted
 */
public record TuningSpec(
        String model,
        String trainingId,
        String suffix,
        long seed,
        int loraRank,
        double loraAlpha,
        double learningRate,
        int epochs,
        int batchTokens,
        double weightDecay,
        int warmupSteps,
        double gradientNormMax,
        int checkpointSteps,
        double heldOutShare,
        double gateLossMargin,
        double gateSpanScoreMin,
        double gateGeneralLossMax,
        Map<String, String> metadata,
        boolean allowTainted) {

    /** What a request may say itself; what it leaves out comes from the configuration. */
    public record Wishes(
            Optional<Integer> epochs, Optional<Double> learningRate, Optional<Double> learningRateMultiplier,
            Optional<Integer> batchTokens, Optional<Integer> loraRank, Optional<Double> loraAlpha,
            Optional<Double> heldOutShare, Optional<Double> gateLossMargin, Optional<Double> gateSpanScoreMin,
            Optional<Double> gateGeneralLossMax) {}

    /** The effective parameters. */
    public static TuningSpec of(
            String model, String trainingId, String suffix, long seed, Wishes wishes, TuningConfig config,
            Map<String, String> metadata, boolean allowTainted) {
        double rate = wishes.learningRate().orElse(config.learningRate()) * wishes.learningRateMultiplier().orElse(1.0);
        return new TuningSpec(
                model, trainingId, suffix, seed,
                wishes.loraRank().orElse(config.loraRank()), wishes.loraAlpha().orElse(config.loraAlpha()), rate,
                wishes.epochs().orElse(config.epochs()), wishes.batchTokens().orElse(config.batchTokens()),
                config.weightDecay(), config.warmupSteps(), config.gradientNormMax(), config.checkpointSteps(),
                wishes.heldOutShare().orElse(config.heldOutShare()),
                wishes.gateLossMargin().orElse(config.gateLossMargin()),
                wishes.gateSpanScoreMin().orElse(config.gateSpanScoreMin()),
                wishes.gateGeneralLossMax().orElse(config.gateGeneralLossMax()),
                Map.copyOf(metadata), allowTainted);
    }

    TuningSettings settings() {
        return new TuningSettings(
                LoraSettings.ofAllTargets(loraRank, loraAlpha, seed), learningRate, epochs, batchTokens, weightDecay,
                warmupSteps, gradientNormMax, checkpointSteps, heldOutShare,
                new GateLimits(gateLossMargin, gateSpanScoreMin, gateGeneralLossMax), seed);
    }
}
