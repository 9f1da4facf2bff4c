package quern.inference.engine;

/**
 * Counters since the loop began, and its state now.
 *
 * @param running sequences with rows in the next step
 * @param loading sequences that wait for tier reads
 * @param waiting sequences not yet admitted, or preempted
 * @param blocksTotal blocks the pool had when the loop began
 * @param blocksAvailable blocks neither claimed nor pinned
 * @param steps steps that ran the model
 * @param promptTokens prompt rows computed, recomputation included
 * @param completionTokens tokens produced
 * @param draftTokens tokens guessed and checked
 * @param acceptedTokens of these, those that were right
 * @param tuningTokens tokens taken by attached work
 * @param prefixQueryTokens tokens of prompts that were looked up
 * @param prefixHitTokens tokens whose blocks were found hot or loaded
 * @param loadFailures blocks that a tier promised and did not deliver
 * @param preemptions times a sequence gave back its blocks
 * @param forkedTokens prompt tokens copied from a sequence at work
 * @param restoredTokens tokens of preempted sequences that were found or kept
 * @param recomputedTokens tokens of preempted sequences that were not
 * @param keptBytes copies of blocks of preempted sequences
 * @param expirations sequences ended by their deadline
 * @param promptStepTokens prompt tokens the next step takes at most while streams run
 */
public record EngineStats(
        int running,
        int loading,
        int waiting,
        int blocksTotal,
        int blocksAvailable,
        long steps,
        long promptTokens,
        long completionTokens,
        long draftTokens,
        long acceptedTokens,
        long tuningTokens,
        long prefixQueryTokens,
        long prefixHitTokens,
        long loadFailures,
        long preemptions,
        long forkedTokens,
        long restoredTokens,
        long recomputedTokens,
        long keptBytes,
        long expirations,
        int promptStepTokens) {

    public static final EngineStats NONE = new EngineStats(
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** These with what an engine counted that runs no more. */
    public EngineStats plus(EngineStats past) {
        return new EngineStats(running, loading, waiting, blocksTotal, blocksAvailable, steps + past.steps,
                promptTokens + past.promptTokens, completionTokens + past.completionTokens,
                draftTokens + past.draftTokens, acceptedTokens + past.acceptedTokens,
                tuningTokens + past.tuningTokens, prefixQueryTokens + past.prefixQueryTokens,
                prefixHitTokens + past.prefixHitTokens, loadFailures + past.loadFailures,
                preemptions + past.preemptions, forkedTokens + past.forkedTokens,
                restoredTokens + past.restoredTokens, recomputedTokens + past.recomputedTokens, keptBytes,
                expirations + past.expirations, promptStepTokens);
    }
}
