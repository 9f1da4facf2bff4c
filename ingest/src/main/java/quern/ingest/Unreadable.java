package quern.ingest;

import java.io.IOException;

/** Content that is not what its format asks for; the message is the reason to report, with nothing of the content. */
public final class Unreadable extends IOException {

    private static final long serialVersionUID = 1L;

    public Unreadable(String reason) {
        super(reason);
    }
}
