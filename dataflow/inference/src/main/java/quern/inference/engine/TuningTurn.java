package quern.inference.engine;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;
import quern.inference.StepWork;

/**
 * Gives attached work what a step leaves: its whole tokens and time when no request runs, so that one that comes waits
 * no longer than for a step; otherwise the rest of both, if the smallest piece of the work fits into it, and that piece
 * every {@value #STARVED_STEPS_MAX} steps whatever the time.
 */
final class TuningTurn {

    private static final Logger log = LoggerFactory.getLogger(TuningTurn.class);
    private static final int STARVED_STEPS_MAX = 32;

    private final int tokensMax;
    private final long stepNanos;
    private StepWork work;
    private int starvedSteps;

    TuningTurn(int tokensMax, long stepNanos) {
        this.tokensMax = tokensMax;
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
    int take(int rows, long spentNanos, boolean busy, List<EngineEvent> events) {
        if (work == null) {
            return 0;
        }
        try {
            int used = work.done() ? 0 : busy ? beside(rows, spentNanos) : work.slice(tokensMax, stepNanos);
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

    private int beside(int rows, long spentNanos) {
        int room = tokensMax - rows;
        long leftNanos = stepNanos - spentNanos;
        if (starvedSteps >= STARVED_STEPS_MAX) {
            starvedSteps = 0;
            return work.slice(1, 0);
        }
        if (room < 1 || leftNanos <= work.pieceNanos()) {
            starvedSteps++;
            return 0;
        }
        starvedSteps = 0;
        return work.slice(room, leftNanos);
    }
}
