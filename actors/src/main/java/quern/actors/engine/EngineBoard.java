package quern.actors.engine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import quern.inference.engine.EngineStats;

/** The engine's latest counters, for metrics and health. Written by the engine's thread, read by any. */
public final class EngineBoard {

    private volatile EngineStats stats;
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

    /** Times the loop broke and was replaced. */
    public long failures() {
        return failures.get();
    }
}
