package quern.inference.template;

import quern.config.QuernException;

/**
 * A chat template that cannot be parsed, fails on a conversation, refuses it ({@code raise_exception}) or exceeds a
 * limit. Category ERROR.
 */
public final class TemplateException extends QuernException {

    private static final long serialVersionUID = 1L;

    public TemplateException(String message) {
        super(Category.ERROR, message);
    }

    public TemplateException(String message, Throwable cause) {
        super(Category.ERROR, message, cause);
    }
}
