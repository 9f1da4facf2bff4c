package quern.inference;

/**
 * Work that shares the engine's steps with requests, such as tuning. {@code EngineLoop} alone calls it, on the engine's
 * thread, so the compute team has one driver (FlexLLM, arXiv 2402.18789).
 */
public interface StepWork {

    /**
     * Does as much as fits.
     *
     * @param tokensMax positive; tokens this slice may take
     * @return tokens used, 0 if the smallest piece of work is larger than {@code tokensMax}; never more than it unless
     *     a piece cannot be divided
     */
    int slice(int tokensMax);

    /** Whether nothing is left; the loop then lets go of it. */
    boolean done();
}
