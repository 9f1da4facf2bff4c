package quern.actors.tuning;

import java.util.Optional;
import quern.config.TuningConfig;
import quern.tuning.ValidationSettings;

/**
 * Whether a job measures loss on samples that it does not learn while it goes on, every parameter effective.
 *
 * @param fileId a dataset's or file's id; without it, the held-out samples
 * @param steps between two measurements; 0: none
 * @param patience measurements without a better one after which it ends early; 0: it does not
 */
public record ValidationSpec(Optional<String> fileId, int steps, int patience, int samplesMax) {

    static final ValidationSpec NONE = new ValidationSpec(Optional.empty(), 0, 0, 0);

    /** What a request may say itself; without any of it there is no validation. */
    public record Wishes(Optional<String> fileId, Optional<Integer> steps, Optional<Integer> patience) {

        public static final Wishes NONE = new Wishes(Optional.empty(), Optional.empty(), Optional.empty());
    }

    static ValidationSpec of(Wishes wishes, TuningConfig config) {
        return wishes.equals(Wishes.NONE) ? NONE : new ValidationSpec(wishes.fileId(),
                wishes.steps().orElse(config.validationSteps()), wishes.patience().orElse(0),
                config.validationSamplesMax());
    }

    ValidationSettings settings() {
        return new ValidationSettings(steps, patience, samplesMax);
    }
}
