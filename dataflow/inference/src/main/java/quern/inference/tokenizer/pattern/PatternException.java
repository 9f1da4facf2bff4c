package quern.inference.tokenizer.pattern;

import quern.config.QuernException;

/** A pattern that is malformed, uses what is not supported, or costs more than a text may. Category ERROR. */
public final class PatternException extends QuernException {

    private static final long serialVersionUID = 1L;

    private static final int SHOWN_CHARS_MAX = 200;

    PatternException(String pattern, String problem) {
        super(Category.ERROR, "pattern " + (pattern.length() <= SHOWN_CHARS_MAX ? pattern
                : pattern.substring(0, SHOWN_CHARS_MAX) + "\u2026") + ": " + problem);
    }
}
