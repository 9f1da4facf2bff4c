package quern.inference.sampling;

import java.util.BitSet;

/** Restricts what may be drawn next, as a grammar does. One instance belongs to one sequence. */
public interface TokenMask {

    /** Tokens that may come next, end tokens included; empty is a failure of the sequence. */
    BitSet allowed();

    /** The token that was drawn. */
    void accept(int token);
}
