package quern.kv.journal;

import quern.config.QuernException;

/** Someone else changed a record first; read it again and decide anew. Nothing of the write set was stored. */
public final class VersionConflict extends QuernException {

    private static final long serialVersionUID = 1L;

    VersionConflict(RecordRef record, long expected, long found) {
        super(
                Category.RETRYABLE,
                record + ": expected " + version(expected) + ", found " + version(found));
    }

    private static String version(long version) {
        return version == 0 ? "no record" : "version " + version;
    }
}
