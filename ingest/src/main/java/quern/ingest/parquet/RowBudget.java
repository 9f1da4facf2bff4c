package quern.ingest.parquet;

import java.io.UncheckedIOException;
import quern.ingest.LimitExceeded;

/** What one row may still hold: a few bytes can repeat a value or a null any number of times. */
final class RowBudget {

    private static final int VALUE_BYTES = 16;

    private final long bytesMax;
    private long bytes;
    private boolean flawed;

    RowBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void beginRow() {
        bytes = 0;
        flawed = false;
    }

    /** Takes one value; runs out by an exception, as parquet-java's converters may throw no checked one. */
    void take(int valueBytes) {
        bytes += VALUE_BYTES + valueBytes;
        if (bytes > bytesMax) {
            throw new UncheckedIOException(new LimitExceeded("row larger than document-max"));
        }
    }

    /** Notes that the row holds text that is none. */
    void flaw() {
        flawed = true;
    }

    boolean isFlawed() {
        return flawed;
    }
}
