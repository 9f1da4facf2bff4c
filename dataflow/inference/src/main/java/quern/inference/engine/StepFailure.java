package quern.inference.engine;

import quern.config.QuernException;

/** What went wrong while a step ran, as a sequence's last event tells it. */
final class StepFailure {

    private StepFailure() {}

    /** The failure itself if it is one of ours, else a retryable one caused by it. */
    static QuernException of(String what, Throwable failure) {
        return failure instanceof QuernException known
                ? known
                : new QuernException(QuernException.Category.RETRYABLE, what + ": " + failure, failure);
    }
}
