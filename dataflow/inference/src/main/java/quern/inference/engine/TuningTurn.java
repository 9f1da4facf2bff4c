package quern.inference.engine;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;
import quern.inference.StepWork;

/**
 * Gives attached work what requests leave: a step's whole tokens and time when none runs, so that one that comes waits
 * no longer than for a step. Beside requests a share of the time they take, saved up and given every
 * {@value #STEPS_BETWEEN} steps, since its pieces are not small: most tokens of an answer come as without it. Where the
 * smallest piece does not fit, that piece after {@value #STARVED_STEPS_MAX} steps whatever the time.
 */
final class TuningTurn {

    private static final Logger log = LoggerFactory.getLogger(TuningTurn.class);
    private static final int STEPS_BETWEEN = 25;
    private static final int STARVED_STEPS_MAX = 50;

    private final int tokensMax;
    private final long stepNanos;
    private final double share;
    private StepWork work;
    /** Steps of requests since it had one, and what it may take for them. */
    private int steps;
    private long savedNanos;

    /** @param share of the time that requests take */
    TuningTurn(int tokensMax, long stepNanos, double share) {
        this.tokensMax = tokensMax;
        this.stepNanos = stepNanos;
        this.share = share;
    }

    boolean attached() {
        return work != null;
    }

    void attach(StepWork next) {
        if (work != null) {
            throw new IllegalStateException("work is attached already, expected none");
        }
        work = next;
        steps = 0;
        savedNanos = 0;
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
        steps++;
        savedNanos = Math.min(stepNanos, savedNanos + (long) (share * spentNanos));
        int room = tokensMax - rows;
        long leftNanos = Math.min(savedNanos, stepNanos - spentNanos);
        boolean starved = steps > STARVED_STEPS_MAX;
        if (!starved && (steps < STEPS_BETWEEN || room < 1 || leftNanos <= work.pieceNanos())) {
            return 0;
        }
        boolean fits = room > 0 && leftNanos > work.pieceNanos();
        steps = 0;
        savedNanos = fits ? savedNanos - leftNanos : 0;
        return fits ? work.slice(room, leftNanos) : work.slice(1, 0);
    }
}
