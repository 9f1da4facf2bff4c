package quern.inference.grammar;

import quern.config.QuernException;

/** A schema or pattern that cannot become a grammar: malformed, unsupported, contradictory or too large. */
public final class GrammarException extends QuernException {

    private static final long serialVersionUID = 1L;

    private final String at;

    /** @param at where, as a path below what was named to the compiler ({@code NAME.properties.a}) */
    public GrammarException(String at, String message) {
        super(Category.ERROR, message);
        this.at = at;
    }

    /** Where, as a path below what was named to the compiler ({@code NAME.properties.a}). */
    public String at() {
        return at;
    }
}
