package quern.ingest;

import java.io.IOException;

/** A document that passes a limit while it is read; the message is the reason to report. */
public final class LimitExceeded extends IOException {

    private static final long serialVersionUID = 1L;

    public LimitExceeded(String reason) {
        super(reason);
    }
}
