package quern.kv;

import java.util.function.IntToDoubleFunction;

/** What it costs to compute the block at a depth again, all before it given; one for all tiers of a stack. */
final class RecomputeCost implements IntToDoubleFunction {

    /** Tokens of context that double the cost of a token, until it was measured. */
    private static final double CONTEXT_TOKENS = 8192;

    private volatile IntToDoubleFunction cost;

    RecomputeCost(int blockTokens) {
        cost = depth -> 1 + depth * blockTokens / CONTEXT_TOKENS;
    }

    /** Blocks are valued by this from their next use on. */
    void measured(IntToDoubleFunction newCost) {
        cost = newCost;
    }

    @Override
    public double applyAsDouble(int depth) {
        return cost.applyAsDouble(depth);
    }
}
