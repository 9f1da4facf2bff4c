package quern.kv;

import java.util.function.IntToDoubleFunction;

/**
 * What it costs to compute a block of one layout at a depth again, all before it given: nanoseconds for each of its
 * bytes, so that blocks of several models in one tier can be compared.
 */
final class RecomputeCost implements IntToDoubleFunction {

    /** Until it was measured: that of a small model on two cores. */
    static final Measured UNKNOWN = new Measured(200, 8192);

    /**
     * @param firstNanos of computing the first block, for each of its bytes
     * @param doublingTokens tokens of context that double the cost of a token
     */
    record Measured(double firstNanos, double doublingTokens) {

        double of(int depth, int blockTokens) {
            return firstNanos * (1 + depth * blockTokens / doublingTokens);
        }

        /** Whether it can have been measured. */
        boolean isSound() {
            return firstNanos > 0 && Double.isFinite(firstNanos)
                    && doublingTokens > 0 && Double.isFinite(doublingTokens);
        }
    }

    private final int blockTokens;
    private volatile Measured measured;

    RecomputeCost(int blockTokens, Measured measured) {
        this.blockTokens = blockTokens;
        this.measured = measured;
    }

    /** Blocks are valued by this from their next use on. */
    void measured(Measured latest) {
        measured = latest;
    }

    Measured measured() {
        return measured;
    }

    @Override
    public double applyAsDouble(int depth) {
        return measured.of(depth, blockTokens);
    }
}
