package quern.actors.jobs;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import quern.kv.journal.JobRecord;

/** Makes the actor that runs a job of one kind. */
@FunctionalInterface
public interface JobStarter {

    /** What a run is told; each kind of run adds messages to itself. */
    interface Order {}

    /** Stop at the next safe point and report {@link JobOutcome.Cancelled}. */
    record Cancel() implements Order {}

    /** Stop at the next safe point, keep what was done and report {@link JobOutcome.Paused}. */
    record Pause() implements Order {}

    /**
     * A behaviour that runs {@code job}, tells {@code queue} its progress and, exactly once, how it ended. A run that
     * was interrupted earlier goes on from what it left on disk.
     */
    Behavior<Order> start(JobRecord job, ActorRef<JobQueue.Command> queue);
}
