package quern.appliance;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import quern.inference.engine.EngineObserver;
import quern.inference.engine.SequenceTimes;
import quern.kv.BlockObserver;

/** Histograms of what the engine stamps, each interval taken within the engine's own clock. */
final class EngineTimings implements EngineObserver, BlockObserver {

    private final Timer queued;
    private final Timer prefill;
    private final Timer decode;
    private final Timer nextToken;
    private final DistributionSummary stepTokens;
    private final Timer lifetime;
    private final Timer idle;
    private final Timer gap;

    EngineTimings(Buckets buckets) {
        queued = buckets.latency(
                "quern.request.queue.time", "From a sequence's arrival at the engine to its first step");
        prefill = buckets.latency("quern.request.prefill.time", "From a sequence's first step to its first token");
        decode = buckets.latency("quern.request.decode.time", "From a sequence's first token to its last");
        nextToken = buckets.latency("quern.inter.token.latency", "Between two tokens of an answer");
        stepTokens = buckets.tokens("quern.iteration.tokens", "Tokens of one step, prompts and answers together");
        lifetime = buckets.age("quern.kv.block.lifetime", "From a block's filling to its eviction from memory");
        idle = buckets.age("quern.kv.block.idle.before.evict", "From a block's last use to its eviction from memory");
        gap = buckets.age("quern.kv.block.reuse.gap", "From a block's use to the next request that finds it in memory");
    }

    @Override
    public void stepped(int tokens) {
        stepTokens.record(tokens);
    }

    @Override
    public void produced(long sinceLastNanos) {
        nextToken.record(sinceLastNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void ended(SequenceTimes times) {
        times.queueTime().ifPresent(queued::record);
        times.prefillTime().ifPresent(prefill::record);
        times.decodeTime().ifPresent(decode::record);
    }

    @Override
    public void reused(long gapNanos) {
        gap.record(gapNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void evicted(long lifetimeNanos, long idleNanos) {
        lifetime.record(lifetimeNanos, TimeUnit.NANOSECONDS);
        idle.record(idleNanos, TimeUnit.NANOSECONDS);
    }
}
