package quern.kv;

import java.io.IOException;

/** A tier's files are not what was written: it is emptied, since a cache may be. */
final class TierDamaged extends IOException {

    private static final long serialVersionUID = 1L;

    TierDamaged(String message, Throwable cause) {
        super(message, cause);
    }
}
