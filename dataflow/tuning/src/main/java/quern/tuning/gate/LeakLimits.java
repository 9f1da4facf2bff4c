package quern.tuning.gate;

import java.util.Optional;

/**
 * How much of its training data an adapter may give away; what is absent is told and refuses nothing.
 *
 * @param exposureMax bits, of the canary that is exposed most
 * @param extractedMax share of training examples that come out word for word, above the base's
 * @param membershipMax chance that a training example is told from another one by its loss, 0.5 to 1
 */
public record LeakLimits(Optional<Double> exposureMax, Optional<Double> extractedMax, Optional<Double> membershipMax) {

    public static final LeakLimits NONE = new LeakLimits(Optional.empty(), Optional.empty(), Optional.empty());
}
