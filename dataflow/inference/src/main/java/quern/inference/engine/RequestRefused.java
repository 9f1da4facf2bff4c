package quern.inference.engine;

import quern.config.QuernException;

/** A request the loop did not take. It gets no event. */
public final class RequestRefused extends QuernException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason { PROMPT_TOO_LONG, POOL_TOO_SMALL, QUEUE_FULL, UNKNOWN_ADAPTER, INVALID }

    private final Reason reason;

    public RequestRefused(Reason reason, String message) {
        super(reason == Reason.QUEUE_FULL ? Category.RETRYABLE : Category.ERROR, message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
