package quern.config;

/**
 * Defaults of a tuning job, each overridable per job, and the limits of the evaluation gate.
 *
 * @param batchTokens tokens of one optimizer step, all packed examples together
 * @param gradientNormMax clipping; 0: none
 * @param heldOutShare share of examples kept for the gate
 * @param gateLossMargin how far, in nats per token, held-out loss must fall below the base model's
 * @param gateSpanScoreMin least share of held-out questions whose answer contains the expected span
 * @param gateGeneralLossMax how far, in nats per token, loss on general text may rise above the base model's
 */
public record TuningConfig(
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
        double gateGeneralLossMax) {}
