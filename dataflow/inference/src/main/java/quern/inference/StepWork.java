package quern.inference;

/**
 * Work that shares the engine's steps with requests, such as tuning. {@code EngineLoop} alone calls it, on the engine's
 * thread, so the compute team has one driver (FlexLLM, arXiv 2402.18789).
 */
public interface StepWork {

    /**
     * Does as much as fits, and one piece whatever it takes: the smallest there is if none fits. The loop passes a
     * step's whole budget while no request runs, otherwise what the step leaves, if a piece fits into that; and every
     * few dozen steps no time at all, so that work that never fits still moves.
     *
     * @param tokensMax positive; tokens this slice may take
     * @param nanosMax how long it may take, as far as pieces before tell
     * @return tokens used, 1 to {@code tokensMax}; 0 if there was nothing left to do
     */
    int slice(int tokensMax, long nanosMax);

    /** How long the smallest piece that can be next takes, by those before; 0: not known. */
    default long pieceNanos() {
        return 0;
    }

    /** Whether nothing is left; the loop then lets go of it. */
    boolean done();
}
