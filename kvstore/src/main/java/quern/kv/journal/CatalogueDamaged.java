package quern.kv.journal;

import quern.config.QuernException;

/** The catalogue cannot be read. Nothing is repaired or dropped silently: it holds what was acknowledged. */
public final class CatalogueDamaged extends QuernException {

    private static final long serialVersionUID = 1L;

    CatalogueDamaged(String message, Throwable cause) {
        super(Category.FATAL, "catalogue is damaged: " + message, cause);
    }
}
