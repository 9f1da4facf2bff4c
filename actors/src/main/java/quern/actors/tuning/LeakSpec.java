package quern.actors.tuning;

import java.util.Optional;
import quern.tuning.gate.LeakLimits;

/**
 * How a job's gate looks for leaks; a limit that is absent is told and refuses nothing.
 *
 * @param canaries random texts that are planted into the training set
 */
public record LeakSpec(
        int canaries, Optional<Double> exposureMax, Optional<Double> extractedMax, Optional<Double> membershipMax) {

    /** Told, without canaries. */
    public static final LeakSpec NONE = new LeakSpec(0, Optional.empty(), Optional.empty(), Optional.empty());

    LeakLimits limits() {
        return new LeakLimits(exposureMax, extractedMax, membershipMax);
    }
}
