package quern.kv.vault;

import quern.config.QuernException;

/** Sealed bytes do not open: they, or the key for them, are not what was stored. Nothing of them is given out. */
public final class SealBroken extends QuernException {

    private static final long serialVersionUID = 1L;

    public SealBroken(String message) {
        super(Category.ERROR, message);
    }

    public SealBroken(String message, Throwable cause) {
        super(Category.ERROR, message, cause);
    }
}
