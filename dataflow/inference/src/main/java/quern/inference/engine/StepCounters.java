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
    long prefixHitTokens;
    long loadFailures;
    long preemptions;

    EngineStats stats(int running, int loading, int waiting, KvBlocks blocks) {
        return new EngineStats(running, loading, waiting, blocks.total(), blocks.available(), steps, promptTokens,
                completionTokens, draftTokens, acceptedTokens, tuningTokens, prefixHitTokens, loadFailures,
                preemptions);
    }
}
