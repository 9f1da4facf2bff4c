package quern.actors.engine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import quern.inference.cache.TierRates;
import quern.inference.engine.EngineStats;

/** The engine's latest counters, for metrics and health. Written by the engine's thread, read by any. */
public final class EngineBoard {

    private volatile EngineStats stats;
    private final TierRates rates = new TierRates();
    private final AtomicLong failures = new AtomicLong();

    void show(EngineStats latest) {
        stats = latest;
    }

    void failed() {
        failures.incrementAndGet();
    }

    /** Absent until the engine runs. */
    public Optional<EngineStats> stats() {
        return Optional.ofNullable(stats);
    }

    /** How fast the tiers are, and what was decided by it. */
    public TierRates rates() {
        return rates;
    }

    /** Times the loop broke and was replaced. */
    public long failures() {
        return failures.get();
    }
}
