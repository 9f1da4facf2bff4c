package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import quern.actors.tuning.TuningSpec;
import quern.tuning.preference.PreferenceLoss;

/**
 * OpenAI's {@code method} of a fine-tuning job: {@code type} and, under its name, {@code hyperparameters}. Beside
 * {@code supervised} and {@code dpo} with its {@code beta} there is {@code simpo} of the same shape, with {@code gamma}
 * too.
 *
 * @param hyperparameters those of the method; empty if there are none
 */
record MethodFields(Optional<PreferenceLoss.Kind> kind, Optional<Fields> hyperparameters) {

    private static final double MOST = 100;
    private static final double LEAST = 1e-4;

    static MethodFields of(Fields job) {
        Optional<Fields> method = job.object("method");
        String type = method.flatMap(given -> given.text("type")).orElse("supervised");
        Optional<PreferenceLoss.Kind> kind = switch (type) {
            case "supervised" -> Optional.empty();
            case "dpo" -> Optional.of(PreferenceLoss.Kind.DPO);
            case "simpo" -> Optional.of(PreferenceLoss.Kind.SIMPO);
            default -> throw method.orElseThrow().invalid("type", "is supervised, dpo or simpo");
        };
        Optional<Fields> own = method.flatMap(given -> given.object(type));
        Optional<Fields> hyperparameters = own.flatMap(given -> given.object("hyperparameters"));
        method.ifPresent(Fields::refuseOthers);
        own.ifPresent(Fields::refuseOthers);
        return new MethodFields(kind, hyperparameters);
    }

    /** @param given the hyperparameters without those that are to be found */
    Optional<TuningSpec.Preference> preference(Fields given) {
        if (kind.isPresent() && given.integer("canaries", 0, 64).orElse(0) > 0) {
            throw given.invalid("canaries", "are learnt by method supervised alone");
        }
        return kind.map(one -> new TuningSpec.Preference(one, given.number("beta", LEAST, MOST),
                one == PreferenceLoss.Kind.SIMPO ? given.number("gamma", 0, MOST) : Optional.empty()));
    }

    /** As the API shows a job's. */
    static ObjectNode json(TuningSpec spec) {
        ObjectNode method = Json.object().put("type", spec.method());
        spec.preference().ifPresent(loss -> {
            ObjectNode hyperparameters =
                    method.putObject(spec.method()).putObject("hyperparameters").put("beta", loss.beta());
            if (loss.kind() == PreferenceLoss.Kind.SIMPO) {
                hyperparameters.put("gamma", loss.gamma());
            }
            hyperparameters.put("n_epochs", spec.epochs()).put("batch_size", 1).put("learning_rate_multiplier", 1.0);
        });
        return method;
    }
}
