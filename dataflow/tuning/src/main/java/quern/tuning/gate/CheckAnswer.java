package quern.tuning.gate;

import java.util.Optional;

/**
 * What a model said to a check.
 *
 * @param complete false where the longest answer allowed cut it off
 * @param verdict absent while a model has still to be asked
 */
public record CheckAnswer(String text, boolean complete, Optional<Verdict> verdict) {

    /** Judged as far as the text alone allows. */
    public static CheckAnswer of(Check check, String text, boolean complete) {
        return new CheckAnswer(text, complete, check.expectation().of(text));
    }

    public CheckAnswer with(Verdict decided) {
        return new CheckAnswer(text, complete, Optional.of(decided));
    }

    /** Undecided counts as failed. */
    public boolean passed() {
        return verdict.filter(Verdict::passed).isPresent();
    }
}
