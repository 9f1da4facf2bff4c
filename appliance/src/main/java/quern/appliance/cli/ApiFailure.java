package quern.appliance.cli;

import quern.config.QuernException;

/** The server's answer was an error, or there was none. */
public final class ApiFailure extends QuernException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param status of HTTP; 0: no answer at all */
    ApiFailure(int status, String message, Throwable cause) {
        super(status == 0 || status == 429 || status == 503 ? Category.RETRYABLE : Category.ERROR, message, cause);
        this.status = status;
    }

    /** HTTP status; 0: there was no answer at all. */
    public int status() {
        return status;
    }
}
