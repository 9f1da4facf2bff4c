package quern.curation;

import quern.config.QuernException;

/** One request to the model brought no answer. The message is a short fixed text: runs count by it. */
public class GenerationException extends QuernException {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** Prompt and answer do not fit into the model's context. */
        TOO_LONG("longer than the model's context", false),
        /** No answer within the time allowed. */
        TIMEOUT("no answer in time", true),
        /** The engine does not take the request as it is. */
        REFUSED("refused by the engine", false),
        /** The engine broke, or had no room for long. */
        FAILED("the engine failed", true);

        private final String reason;
        private final boolean again;

        Kind(String reason, boolean again) {
            this.reason = reason;
            this.again = again;
        }

        public String reason() {
            return reason;
        }

        /** Whether the same request may be answered another time. */
        public boolean again() {
            return again;
        }
    }

    private final Kind kind;

    /** @param detail for logs; never text of a document */
    public GenerationException(Kind kind, String detail) {
        super(kind.again() ? Category.RETRYABLE : Category.ERROR, kind.reason() + ": " + detail);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
