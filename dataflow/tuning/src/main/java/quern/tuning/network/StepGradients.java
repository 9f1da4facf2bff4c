package quern.tuning.network;

import java.util.List;
import java.util.Optional;

/** The gradients of one optimizer step, added up a slice at a time; where slices end changes no bit of the sums. */
public interface StepGradients {

    /**
     * Begins a step; the gradients are the caller's to clear.
     *
     * @param batches with at least one counted row
     */
    void begin(List<PackedBatch> batches);

    /** Whether nothing is left of the step that was begun last, or none was. */
    boolean done();

    /**
     * Goes on with the step, a piece at least.
     *
     * @param tokensMax about how many tokens' worth of work
     * @param nanosMax how long; {@link Long#MAX_VALUE}: any time
     * @return tokens' worth that was done, at least 1
     */
    int slice(int tokensMax, long nanosMax);

    /** How long the smallest next piece takes; 0: not known. */
    long pieceNanos();

    /** The loss whose gradients these are, of the whole step once it is {@link #done}. */
    double loss();

    /** Rows of the whole step. */
    int tokens();

    /** Counted rows of the whole step. */
    int labels();

    /** What the step's pairs came to; empty where it was not about pairs. */
    default Optional<PairMeans> pairs() {
        return Optional.empty();
    }
}
