package quern.appliance.cli;

import quern.config.QuernException;

/** Waiting between two looks at something that changes by itself. */
final class Polling {

    private Polling() {}

    static void pause(long pauseMs) {
        try {
            Thread.sleep(pauseMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuernException(QuernException.Category.RETRYABLE, "interrupted", e);
        }
    }
}
