package quern.ingest;

import quern.config.QuernException;

/** The stored bytes of a document do not match their checksum. */
public final class DocumentDamaged extends QuernException {

    private static final long serialVersionUID = 1L;

    DocumentDamaged(String where) {
        super(Category.ERROR, where + ": stored bytes do not match their checksum");
    }

    DocumentDamaged(String where, RuntimeException cause) {
        super(Category.ERROR, where + ": stored bytes do not open: " + cause.getMessage(), cause);
    }
}
