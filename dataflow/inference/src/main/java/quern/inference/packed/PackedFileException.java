package quern.inference.packed;

import quern.config.QuernException;

/** A packed file that cannot be used: cut off, damaged, foreign, or not one. Whoever needs it makes it again. */
final class PackedFileException extends QuernException {

    private static final long serialVersionUID = 1L;

    PackedFileException(String problem) {
        super(Category.RETRYABLE, problem);
    }
}
