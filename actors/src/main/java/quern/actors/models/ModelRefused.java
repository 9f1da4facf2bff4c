package quern.actors.models;

import quern.config.QuernException;

/** An import or removal that is not done, with the reason. Category ERROR. */
public final class ModelRefused extends QuernException {

    private static final long serialVersionUID = 1L;

    /** What kind of no it is. */
    public enum Reason { INVALID, TAKEN, IN_USE, MISMATCH, NO_SPACE, UNKNOWN }

    private final Reason reason;

    public ModelRefused(Reason reason, String message) {
        super(Category.ERROR, message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
