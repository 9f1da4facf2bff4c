package quern.inference.format;

import quern.config.QuernException;

/** A model file that is damaged, lies about its sizes or is of a kind this engine does not run. Category ERROR. */
public final class ModelFormatException extends QuernException {

    private static final long serialVersionUID = 1L;

    /**
     * @param where the file, and the part of it
     * @param problem what was expected and what was found
     */
    public ModelFormatException(String where, String problem) {
        super(Category.ERROR, where + ": " + problem);
    }

    public ModelFormatException(String where, String problem, Throwable cause) {
        super(Category.ERROR, where + ": " + problem, cause);
    }
}
