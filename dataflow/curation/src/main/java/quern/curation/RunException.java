package quern.curation;

import quern.config.QuernException;

/**
 * A run that cannot go on: its directory is damaged, a limit is reached, or an operator failed where that ends the
 * run.
 */
public class RunException extends QuernException {

    private static final long serialVersionUID = 1L;

    public RunException(String message) {
        super(Category.ERROR, message);
    }

    public RunException(String message, Throwable cause) {
        super(Category.ERROR, message, cause);
    }
}
