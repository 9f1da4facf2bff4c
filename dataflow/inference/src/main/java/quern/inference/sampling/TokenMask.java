package quern.inference.sampling;

import java.util.BitSet;

/** Restricts what may be drawn next, as a grammar does. One instance belongs to one sequence. */
public interface TokenMask {

    /** Tokens that may come next, end tokens included; empty is a failure of the sequence. */
    BitSet allowed();

    /** Whether this one may come next; cheaper than asking for all. */
    default boolean allows(int token) {
        return allowed().get(token);
    }

    /** The token that was drawn. */
    void accept(int token);
}
