package quern.inference.engine;

import quern.config.QuernException;

/** A request's time limit passed before its answer was complete, or certainly will. */
public final class DeadlineExceeded extends QuernException {

    private static final long serialVersionUID = 1L;

    private DeadlineExceeded(String message) {
        super(Category.RETRYABLE, message);
    }

    static DeadlineExceeded passed(Sequence sequence) {
        return new DeadlineExceeded("the request's time limit passed after " + sequence.produced() + " of at most "
                + (sequence.tokensMax - sequence.request.prompt().length) + " tokens");
    }

    static DeadlineExceeded ahead(Sequence sequence, long leftNanos, long neededNanos) {
        return new DeadlineExceeded("the request's time limit leaves " + leftNanos / 1_000_000 + " ms, the "
                + sequence.pending() + " tokens of its prompt that are to be computed take at least "
                + neededNanos / 1_000_000 + " ms");
    }
}
