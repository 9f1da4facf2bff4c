package quern.appliance.cli;

import quern.config.QuernException;

/** The command line, a file named on it or the configuration is at fault. */
final class UsageProblem extends QuernException {

    private static final long serialVersionUID = 1L;

    UsageProblem(String message) {
        super(Category.ERROR, message);
    }

    UsageProblem(String message, Throwable cause) {
        super(Category.ERROR, message, cause);
    }
}
