package quern.inference.grammar;

import java.util.BitSet;

/**
 * Where the reading of a text stands: every state that may consume the next symbol, each with what is open below it.
 * Remembers where symbols lead and which tokens may come.
 */
final class MatchState {

    /** A state and the rules open below it; null: none. */
    record Place(int state, Frame stack) {}

    final Place[] places;
    /** Whether the text may be over. */
    final boolean ends;
    /** Whether the reading may have left the rules that were {@link Frame#UNKNOWN}. */
    final boolean left;
    MatchState[] next;
    BitSet mask;

    MatchState(Place[] places, boolean ends, boolean left) {
        this.places = places;
        this.ends = ends;
        this.left = left;
    }

    boolean consumes() {
        return places.length > 0;
    }

    /** Whether no text leads on from here. */
    boolean dead() {
        return places.length == 0 && !ends && !left;
    }
}
