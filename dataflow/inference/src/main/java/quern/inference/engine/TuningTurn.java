package quern.inference.engine;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;
import quern.inference.StepWork;

/**
 * Gives attached work what a step leaves: all tokens when no request runs, otherwise as many as fit into the rest of
 * the step's time by the measured pace, and a block's worth every {@value #STARVED_STEPS_MAX} steps whatever the time.
 */
final class TuningTurn {

    private static final Logger log = LoggerFactory.getLogger(TuningTurn.class);
    private static final int STARVED_STEPS_MAX = 32;

    private final int tokensMax;
    private final int blockTokens;
    private final long stepNanos;
    private StepWork work;
    private double nanosPerToken;
    private int starvedSteps;

    TuningTurn(int tokensMax, int blockTokens, long stepNanos) {
        this.tokensMax = tokensMax;
        this.blockTokens = blockTokens;
        this.stepNanos = stepNanos;
    }

    boolean attached() {
        return work != null;
    }

    void attach(StepWork next) {
        if (work != null) {
            throw new IllegalStateException("work is attached already, expected none");
        }
        work = next;
        nanosPerToken = 0;
        starvedSteps = 0;
    }

    boolean detach(StepWork known) {
        boolean mine = work == known && known != null;
        work = mine ? null : work;
        return mine;
    }

    /**
     * @param rows tokens the step has used
     * @param spentNanos time it has used
     * @param busy whether requests run or wait
     * @return tokens the work took
     */
    int take(int rows, long spentNanos, boolean busy, Clock clock, List<EngineEvent> events) {
        if (work == null) {
            return 0;
        }
        try {
            int used = work.done() ? 0 : busy ? beside(rows, spentNanos, clock) : alone(clock);
            if (work.done()) {
                end(Optional.empty(), events);
            }
            return used;
        } catch (RuntimeException | OutOfMemoryError failure) {
            log.warn("attached work failed and is let go", failure);
            end(Optional.of(StepFailure.of("attached work failed", failure)), events);
            return 0;
        }
    }

    private void end(Optional<QuernException> failure, List<EngineEvent> events) {
        events.add(new EngineEvent.WorkEnded(work, failure));
        work = null;
    }

    private int beside(int rows, long spentNanos, Clock clock) {
        int room = tokensMax - rows;
        long leftNanos = stepNanos - spentNanos;
        if (starvedSteps >= STARVED_STEPS_MAX) {
            return growing(blockTokens, clock);
        }
        double fits = nanosPerToken == 0 ? blockTokens : leftNanos / nanosPerToken;
        int tokens = leftNanos <= 0 ? 0 : (int) Math.min(room, fits);
        int used = tokens < 1 ? 0 : slice(tokens, clock);
        starvedSteps = used == 0 ? starvedSteps + 1 : 0;
        return used;
    }

    private int alone(Clock clock) {
        return growing(tokensMax, clock);
    }

    /* Work whose smallest piece is larger than a step still has to move. */
    private int growing(int tokensFirst, Clock clock) {
        int used = 0;
        for (long tokens = tokensFirst; used == 0 && tokens <= Integer.MAX_VALUE && !work.done(); tokens *= 2) {
            used = slice((int) tokens, clock);
        }
        starvedSteps = 0;
        return used;
    }

    private int slice(int tokens, Clock clock) {
        long from = clock.nanos();
        int used = work.slice(tokens);
        if (used > 0) {
            double pace = (clock.nanos() - from) / (double) used;
            nanosPerToken = nanosPerToken == 0 ? pace : 0.75 * nanosPerToken + 0.25 * pace;
        }
        return used;
    }

    /** Monotonic time. */
    interface Clock {
        long nanos();
    }
}
