package quern.ingest;

import java.io.IOException;

/** A body that grew beyond its limit while it arrived. */
public final class BodyTooLarge extends IOException {

    private static final long serialVersionUID = 1L;

    private final long bytesMax;

    public BodyTooLarge(long bytesMax) {
        super("body of more than " + bytesMax + " bytes");
        this.bytesMax = bytesMax;
    }

    public long bytesMax() {
        return bytesMax;
    }
}
