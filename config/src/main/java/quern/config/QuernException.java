package quern.config;

/**
 * The root of every failure Quern reports. The message says what failed, where, what was expected and what was found.
 */
public class QuernException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What a caller can do about it. */
    public enum Category {
        /** The process or its data directory cannot go on. */
        FATAL,
        /** This request or file is at fault; the same again fails again. */
        ERROR,
        /** The same again may succeed. */
        RETRYABLE
    }

    private final Category category;

    public QuernException(Category category, String message) {
        super(message);
        this.category = category;
    }

    public QuernException(Category category, String message, Throwable cause) {
        super(message, cause);
        this.category = category;
    }

    public Category category() {
        return category;
    }
}
