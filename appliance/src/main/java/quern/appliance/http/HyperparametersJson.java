package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import quern.actors.tuning.TuningSpec;
import quern.tuning.preference.PreferenceLoss;

/** The effective hyperparameters of a tuning job, by the names that a request gives them. */
final class HyperparametersJson {

    private HyperparametersJson() {}

    static ObjectNode of(TuningSpec spec) {
        ObjectNode json = Json.object().put("n_epochs", spec.epochs()).put("batch_size", 1)
                .put("learning_rate_multiplier", 1.0)
                .put("learning_rate", spec.learningRate()).put("batch_tokens", spec.batchTokens())
                .put("max_seq_length", spec.sequenceMax())
                .put("optimizer", spec.optimizer().name().toLowerCase(Locale.ROOT))
                .put("lr_scheduler_type", spec.learningRateDecay().name().toLowerCase(Locale.ROOT))
                .put("min_lr_rate", spec.minLearningRateShare()).put("warmup_steps", spec.warmupSteps())
                .put("weight_decay", spec.weightDecay()).put("max_grad_norm", spec.gradientNormMax())
                .put("lora_rank", spec.loraRank()).put("lora_alpha", spec.loraAlpha())
                .put("use_rslora", spec.rslora()).put("use_dora", spec.dora())
                .put("max_steps", spec.steps() == 0 ? null : spec.steps())
                .put("eval_steps", spec.validation().steps())
                .put("early_stopping_patience", spec.validation().patience())
                .put("gate_checks", spec.gate().checksId().orElse(null))
                .put("gate_checks_min", spec.gate().checksMin())
                .put("gate_checks_lost_max", spec.gate().checksLostMax())
                .put("gate_general", spec.gate().generalId().orElse(null))
                .put("canaries", spec.gate().leaks().canaries())
                .put("gate_leak_exposure_max", spec.gate().leaks().exposureMax().orElse(null))
                .put("gate_leak_extracted_max", spec.gate().leaks().extractedMax().orElse(null))
                .put("gate_leak_membership_max", spec.gate().leaks().membershipMax().orElse(null));
        spec.preference().ifPresent(loss -> json.put("beta", loss.beta())
                .put("gamma", loss.kind() == PreferenceLoss.Kind.SIMPO ? loss.gamma() : null));
        spec.loraTargets().forEach(json.putArray("target_modules")::add);
        return json;
    }
}
