package quern.inference.engine;

import quern.inference.cache.KvBlocks;

/** What {@link EngineStats} counts. */
final class StepCounters {

    long steps;
    long promptTokens;
    long completionTokens;
    long draftTokens;
    long acceptedTokens;
    long tuningTokens;
    long prefixQueryTokens;
    long prefixHitTokens;
    long loadFailures;
    long preemptions;
    long forkedTokens;
    long restoredTokens;
    long recomputedTokens;
    long expirations;

    /**
     * A sequence begins, or goes on after it was preempted.
     *
     * @param found tokens whose blocks were found
     * @param copied tokens behind them whose block was copied
     */
    void began(Sequence sequence, int found, int copied) {
        if (sequence.lostTokens == 0) {
            prefixQueryTokens += sequence.count();
            prefixHitTokens += found;
            forkedTokens += copied;
        } else {
            restoredTokens += Math.min(sequence.lostTokens, found + copied);
            recomputedTokens += Math.max(0, sequence.lostTokens - found - copied);
        }
    }

    EngineStats stats(int running, int loading, int waiting, int promptStepTokens, KvBlocks blocks) {
        return new EngineStats(running, loading, waiting, blocks.total(), blocks.available(), steps, promptTokens,
                completionTokens, draftTokens, acceptedTokens, tuningTokens, prefixQueryTokens, prefixHitTokens,
                loadFailures, preemptions, forkedTokens, restoredTokens, recomputedTokens,
                blocks.savedBytes(), expirations, promptStepTokens);
    }
}
