package quern.inference;

/**
 * Work that shares the engine's steps with requests, such as tuning. {@code EngineLoop} alone calls it, on the engine's
 * thread, so the compute team has one driver (FlexLLM, arXiv 2402.18789).
 */
public interface StepWork {

    /**
     * Does as much as fits. The loop passes its whole budget while no request runs, otherwise what a step leaves. After
     * 0 it asks again with more: at once while no request runs, every few dozen steps while some do.
     *
     * @param tokensMax positive; tokens this slice may take
     * @return tokens used, at most {@code tokensMax}; 0 if the smallest piece of work is larger
     */
    int slice(int tokensMax);

    /** Whether nothing is left; the loop then lets go of it. */
    boolean done();
}
