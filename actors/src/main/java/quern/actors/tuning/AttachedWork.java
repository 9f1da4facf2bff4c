package quern.actors.tuning;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import quern.actors.House;
import quern.actors.fleet.ModelHold;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobWork;
import quern.config.QuernException;
import quern.inference.StepWork;
import quern.kv.journal.JobProgress;

/**
 * What a job of one kind does in the engine's steps; {@link AttachedJob} drives it. One thread at a time.
 *
 * @param <E> what its run tells
 */
interface AttachedWork<E> {

    /** Keeps the model loaded until the job has ended. */
    CompletionStage<ModelHold> hold();

    /**
     * Opens the run, which goes on from what an earlier one left. Called again after a break.
     *
     * @param events told by the run, from any thread
     * @param io for what the run writes while it goes on
     * @throws QuernException if there is nothing to work on; the job has failed then, unless it is RETRYABLE
     */
    StepWork open(House.Running running, Consumer<E> events, Executor io);

    /** What is told once the run is open. */
    JobWork.Working opened();

    /** What an event of the run comes to. */
    JobWork.Working on(E event);

    /** As it stands. */
    JobProgress progress();

    /** What becomes of the job after a break, for a note that tells the cause behind it. */
    String afterBreak();

    /** Lets the open run end at its next safe point. */
    void cancel();

    /** Keeps on disk, as far as that goes, what the run that is let go has done; the process or the engine ends. */
    default void leave() {}

    /**
     * Keeps on disk all that the run that was let go has done, and tells it.
     *
     * @throws QuernException RETRYABLE if it cannot be written now; this is called again then
     */
    default JobWork.Working pause() {
        return new JobWork.Working(progress(), List.of());
    }

    /**
     * Finds out what the run that is done could not, before anything of it is stored.
     *
     * @param waiting for what waits for other engines
     */
    default CompletionStage<Void> settle(Executor waiting) {
        return CompletableFuture.completedStage(null);
    }

    /**
     * Writes what the run that is done came to.
     *
     * @throws QuernException RETRYABLE if it cannot be written now; this is called again then
     */
    default void store() {}

    /**
     * What the run that is done came to.
     *
     * @throws QuernException if it cannot be kept; the job has failed then
     */
    JobOutcome outcome();
}
