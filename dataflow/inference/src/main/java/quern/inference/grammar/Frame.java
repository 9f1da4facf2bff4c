package quern.inference.grammar;

/** A rule that is open: where it goes on when what it called is over, and what is open below it. */
final class Frame {

    /** Below it is something that is not known: the stack a token's walk began on. */
    static final Frame UNKNOWN = new Frame(-1, null);

    final int state;
    final Frame below;
    final int depth;
    private final int hash;

    /** @param below null at the bottom */
    Frame(int state, Frame below) {
        this.state = state;
        this.below = below;
        this.depth = below == null || below == UNKNOWN ? 1 : below.depth + 1;
        this.hash = 31 * state + (below == null ? 7 : below.hash);
    }

    static int depth(Frame frame) {
        return frame == null || frame == UNKNOWN ? 0 : frame.depth;
    }

    @Override
    public boolean equals(Object other) {
        Frame a = this;
        Frame b = other instanceof Frame frame ? frame : null;
        while (a != b) {
            if (a == null || b == null || a.hash != b.hash || a.state != b.state) {
                return false;
            }
            a = a.below;
            b = b.below;
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
