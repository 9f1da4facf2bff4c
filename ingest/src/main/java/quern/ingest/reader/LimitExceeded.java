package quern.ingest.reader;

import java.io.IOException;

/** A document that passes a limit while it is read; the message is the reason to report. */
final class LimitExceeded extends IOException {

    private static final long serialVersionUID = 1L;

    LimitExceeded(String reason) {
        super(reason);
    }
}
