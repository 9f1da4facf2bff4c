package quern.actors.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import quern.config.LearningRateDecay;
import quern.config.TuningConfig;
import quern.config.TuningOptimizer;
import quern.tuning.LoraSettings;
import quern.tuning.TuningSettings;
import quern.tuning.preference.PreferenceLoss;

/**
 * What a tuning job was asked for, every parameter effective.
 *
 * @param model the base model's id
 * @param trainingId a dataset's or file's id
 * @param suffix part of the adapter's name, and the alias it is published under
 * @param loraTargets matrices of every block, by PEFT's names; null in a record of before there was a choice
 * @param sequenceMax tokens of one example; 0 in a record of before there was a limit: the served context
 * @param minLearningRateShare lowest learning rate over its peak
 * @param gate what the gate measures besides; null in a record of before there was a choice
 * @param steps of the whole run, however many epochs that are; 0: as many as {@code epochs} have
 * @param preference what is learnt from pairs of answers; empty, also in a record of before there was a choice: the
 *     samples themselves are learnt
 * @param allowTainted whether it goes on, and its adapter is published, though the dataset is tainted
 */
public record TuningSpec(
        String model,
        String trainingId,
        String suffix,
        long seed,
        int loraRank,
        double loraAlpha,
        List<String> loraTargets,
        boolean rslora,
        double learningRate,
        LearningRateDecay learningRateDecay,
        double minLearningRateShare,
        int epochs,
        int batchTokens,
        int sequenceMax,
        double weightDecay,
        int warmupSteps,
        double gradientNormMax,
        int checkpointSteps,
        double heldOutShare,
        double gateLossMargin,
        double gateSpanScoreMin,
        double gateGeneralLossMax,
        GateSpec gate,
        Map<String, String> metadata,
        boolean allowTainted,
        Standing standing,
        TuningOptimizer optimizer,
        ValidationSpec validation,
        boolean dora,
        int steps,
        Optional<PreferenceLoss> preference) {

    /**
     * What a standing pipeline asks for besides.
     *
     * @param alsoOn further datasets to learn from, before {@code trainingId}
     * @param heldBack whether an adapter that passes its gate waits for somebody's word
     */
    public record Standing(List<String> alsoOn, boolean heldBack) {

        public static final Standing NONE = new Standing(List.of(), false);

        public Standing {
            alsoOn = List.copyOf(alsoOn);
        }
    }

    public TuningSpec {
        if (loraTargets == null) {
            loraTargets = List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
            learningRateDecay = LearningRateDecay.COSINE;
            minLearningRateShare = 0.1;
        }
        gate = gate == null ? GateSpec.NONE : gate;
        standing = standing == null ? Standing.NONE : standing;
        optimizer = optimizer == null ? TuningOptimizer.ADAMW : optimizer;
        validation = validation == null ? ValidationSpec.NONE : validation;
        preference = preference == null ? Optional.empty() : preference;
    }

    /** All datasets or files it learns from, {@code trainingId} last. */
    public List<String> trainingIds() {
        List<String> all = new ArrayList<>(standing.alsoOn());
        all.add(trainingId);
        return all;
    }

    /** What a request may say itself; what it leaves out comes from the configuration. */
    public record Wishes(
            Optional<Integer> epochs, Optional<Double> learningRate, Optional<Double> learningRateMultiplier,
            Optional<LearningRateDecay> learningRateDecay, Optional<Double> minLearningRateShare,
            Optional<Integer> warmupSteps, Optional<Integer> batchTokens, Optional<Double> weightDecay,
            Optional<Double> gradientNormMax, Optional<Integer> loraRank, Optional<Double> loraAlpha,
            Optional<List<String>> loraTargets, Optional<Boolean> rslora, Optional<Double> heldOutShare,
            Optional<Double> gateLossMargin, Optional<Double> gateSpanScoreMin,
            Optional<Double> gateGeneralLossMax, Optional<Integer> sequenceMax, GateSpec.Wishes gate,
            Optional<TuningOptimizer> optimizer, ValidationSpec.Wishes validation, Optional<Boolean> dora,
            Optional<Integer> steps, Optional<Preference> preference) {

        /** Nothing: all of it comes from the configuration. */
        public static final Wishes NONE = new Wishes(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), GateSpec.Wishes.NONE, Optional.empty(),
                ValidationSpec.Wishes.NONE, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Learning from pairs; what is left out comes from the configuration. @param gamma of SimPO alone */
    public record Preference(PreferenceLoss.Kind kind, Optional<Double> beta, Optional<Double> gamma) {

        PreferenceLoss effective(TuningConfig config) {
            return switch (kind) {
                case DPO -> PreferenceLoss.dpo(beta.orElse(config.dpoBeta()));
                case SIMPO -> PreferenceLoss.simpo(
                        beta.orElse(config.simpoBeta()), gamma.orElse(config.simpoGamma()));
            };
        }
    }

    /** The effective parameters. */
    public static TuningSpec of(
            String model, String trainingId, String suffix, long seed, Wishes wishes, TuningConfig config,
            Map<String, String> metadata, boolean allowTainted) {
        return of(model, trainingId, suffix, seed, wishes, config, metadata, allowTainted, Standing.NONE);
    }

    /** The same for a standing pipeline. */
    public static TuningSpec of(
            String model, String trainingId, String suffix, long seed, Wishes wishes, TuningConfig config,
            Map<String, String> metadata, boolean allowTainted, Standing standing) {
        TuningOptimizer optimizer = wishes.optimizer().orElse(config.optimizer());
        double usual = optimizer == TuningOptimizer.MEZO ? config.mezoLearningRate() : config.learningRate();
        double rate = wishes.learningRate().orElse(usual) * wishes.learningRateMultiplier().orElse(1.0);
        return new TuningSpec(
                model, trainingId, suffix, seed,
                wishes.loraRank().orElse(config.loraRank()), wishes.loraAlpha().orElse(config.loraAlpha()),
                wishes.loraTargets().orElse(config.loraTargets()), wishes.rslora().orElse(config.rslora()), rate,
                wishes.learningRateDecay().orElse(config.learningRateDecay()),
                wishes.minLearningRateShare().orElse(config.minLearningRateShare()),
                wishes.epochs().orElse(config.epochs()), wishes.batchTokens().orElse(config.batchTokens()),
                wishes.sequenceMax().orElse(config.sequenceMax()),
                optimizer == TuningOptimizer.MEZO ? 0 : wishes.weightDecay().orElse(config.weightDecay()),
                wishes.warmupSteps().orElse(config.warmupSteps()),
                wishes.gradientNormMax().orElse(config.gradientNormMax()), config.checkpointSteps(),
                wishes.heldOutShare().orElse(config.heldOutShare()),
                wishes.gateLossMargin().orElse(config.gateLossMargin()),
                wishes.gateSpanScoreMin().orElse(config.gateSpanScoreMin()),
                wishes.gateGeneralLossMax().orElse(config.gateGeneralLossMax()),
                GateSpec.of(wishes.gate(), config), Map.copyOf(metadata), allowTainted, standing,
                optimizer, ValidationSpec.of(wishes.validation(), config),
                wishes.dora().orElse(config.dora()), wishes.steps().orElse(0),
                wishes.preference().map(wish -> wish.effective(config)));
    }

    /** As OpenAI's API names it: {@code supervised}, {@code dpo}; and {@code simpo}. */
    public String method() {
        return preference.map(loss -> loss.kind().name().toLowerCase(Locale.ROOT)).orElse("supervised");
    }

    /** Longest example where the model is served with such a context. */
    int sequenceTokens(int contextTokens) {
        return sequenceMax == 0 ? contextTokens : Math.min(sequenceMax, contextTokens);
    }

    TuningSettings settings() {
        return new TuningSettings(
                new LoraSettings(loraRank, loraAlpha, rslora, LoraSettings.targets(loraTargets), seed, dora),
                learningRate, learningRateDecay, minLearningRateShare, epochs, batchTokens, weightDecay, warmupSteps,
                gradientNormMax, checkpointSteps, heldOutShare,
                gate.limits(gateLossMargin, gateSpanScoreMin, gateGeneralLossMax), seed, optimizer,
                validation.settings(), steps, preference);
    }
}
