package quern.config;

import java.util.List;
import java.util.Set;

/**
 * Defaults of a tuning job, each overridable per job, and the limits of the evaluation gate.
 *
 * @param loraTargets matrices of every block that an adapter sits beside, by PEFT's names
 * @param rslora whether an adapter's scale is {@code alpha / sqrt(rank)} instead of {@code alpha / rank}
 * @param dora whether the length of every row is trained apart from its direction
 * @param mezoLearningRate of jobs whose optimizer is MeZO
 * @param minLearningRateShare lowest learning rate over its peak
 * @param batchTokens tokens of one optimizer step, all packed examples together
 * @param sequenceMax longest example in tokens, of any job; the end of a longer one is cut off
 * @param samplesMax most samples of one job
 * @param tokensMax most tokens of one job's samples
 * @param gradientNormMax clipping; 0: none
 * @param validationSteps steps between two measurements of a job that is validated while it goes on
 * @param validationSamplesMax most samples of each
 * @param heldOutShare share of examples kept for the gate
 * @param gateLossMargin how far, in nats per token, held-out loss must fall below the base model's
 * @param gateSpanScoreMin least share of held-out questions whose answer contains the expected span
 * @param gateGeneralLossMax how far, in nats per token, loss on general text may rise above the base model's
 * @param gateChecksMin least share of the user's checks that must pass
 * @param gateChecksMax most checks of one file
 * @param gateLeakSamples training examples that leaks are looked for with, at most; 0: none
 * @param dpoBeta what a nat against the base is worth when it learns from pairs by DPO
 * @param simpoBeta what a nat per token is worth when it learns from pairs by SimPO
 * @param simpoGamma by how much SimPO wants the chosen answer's reward to exceed the rejected one's
 */
public record TuningConfig(
        int loraRank,
        double loraAlpha,
        List<String> loraTargets,
        boolean rslora,
        boolean dora,
        TuningOptimizer optimizer,
        double learningRate,
        double mezoLearningRate,
        LearningRateDecay learningRateDecay,
        double minLearningRateShare,
        int epochs,
        int batchTokens,
        int sequenceMax,
        int samplesMax,
        int tokensMax,
        double weightDecay,
        int warmupSteps,
        double gradientNormMax,
        int checkpointSteps,
        int validationSteps,
        int validationSamplesMax,
        double heldOutShare,
        double gateLossMargin,
        double gateSpanScoreMin,
        double gateGeneralLossMax,
        double gateChecksMin,
        int gateChecksMax,
        int gateLeakSamples,
        double dpoBeta,
        double simpoBeta,
        double simpoGamma) {

    private static final Set<String> TARGETS =
            Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    public TuningConfig {
        loraTargets = List.copyOf(loraTargets);
        new Bounds()
                .within("loraRank", loraRank, 1, 4096)
                .above("loraAlpha", loraAlpha, 0)
                .check("loraTargets", !loraTargets.isEmpty() && TARGETS.containsAll(loraTargets), loraTargets
                        + ", expected some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj and down_proj")
                .above("learningRate", learningRate, 0)
                .above("mezoLearningRate", mezoLearningRate, 0)
                .within("minLearningRateShare", minLearningRateShare, 0, 1)
                .within("epochs", epochs, 1, 10_000)
                .within("batchTokens", batchTokens, 1, 1 << 24)
                .within("sequenceMax", sequenceMax, 8, 1 << 20)
                .within("samplesMax", samplesMax, 1, 1 << 30)
                .within("tokensMax", tokensMax, 1, Integer.MAX_VALUE)
                .within("weightDecay", weightDecay, 0, 10)
                .atLeast("warmupSteps", warmupSteps, 0)
                .atLeast("gradientNormMax", gradientNormMax, 0)
                .within("checkpointSteps", checkpointSteps, 1, 1_000_000_000)
                .within("validationSteps", validationSteps, 1, 1_000_000_000)
                .within("validationSamplesMax", validationSamplesMax, 1, 1 << 30)
                .within("heldOutShare", heldOutShare, 0, 0.9)
                .within("gateLossMargin", gateLossMargin, -100, 100)
                .within("gateSpanScoreMin", gateSpanScoreMin, 0, 1)
                .within("gateGeneralLossMax", gateGeneralLossMax, 0, 1_000)
                .within("gateChecksMin", gateChecksMin, 0, 1)
                .within("gateLeakSamples", gateLeakSamples, 0, 1_000_000)
                .within("gateChecksMax", gateChecksMax, 1, 1_000_000)
                .within("dpoBeta", dpoBeta, 1e-4, 100)
                .within("simpoBeta", simpoBeta, 1e-4, 100)
                .within("simpoGamma", simpoGamma, 0, 100)
                .enforce();
    }
}
