package quern.tuning.network;

import java.util.Optional;

/**
 * The weight of an RMS norm.
 *
 * @param gradients added to; empty when frozen
 */
public record Norm(float[] weight, Optional<float[]> gradients) {

    public static Norm frozen(float[] weight) {
        return new Norm(weight, Optional.empty());
    }

    /** @param parameter one row */
    public static Norm trained(Parameter parameter) {
        return new Norm(parameter.values().values(), Optional.of(parameter.gradients().values()));
    }
}
