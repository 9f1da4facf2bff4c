package quern.tuning.network;

/** What a slice of work may take, in tokens' worth and in time; one piece always fits. */
public final class SliceBudget {

    private final int tokensMax;
    private final long nanosMax;
    private final long from = System.nanoTime();
    private double used;

    /**
     * @param tokensMax positive; about so many tokens' worth
     * @param nanosMax how long, as far as the pace of pieces before tells; {@link Long#MAX_VALUE}: any time
     */
    public SliceBudget(int tokensMax, long nanosMax) {
        this.tokensMax = tokensMax;
        this.nanosMax = nanosMax;
    }

    /** Whether a piece that takes so long can follow. */
    public boolean fits(long pieceNanos) {
        return used == 0 || used < tokensMax && pieceNanos < left();
    }

    private long left() {
        return nanosMax == Long.MAX_VALUE ? nanosMax : nanosMax - (System.nanoTime() - from);
    }

    /** The next piece of a pass, no larger than what is left. */
    public void advance(NetworkPass pass) {
        used += pass.advance(tokensMax - used, left());
    }

    /** Tokens' worth that was done, at least 1 and at most what was asked for. */
    public int used() {
        return (int) Math.clamp(Math.ceil(used), 1, tokensMax);
    }
}
