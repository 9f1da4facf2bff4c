package quern.actors.jobs;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;
import quern.kv.journal.JobRecord;

/** Runs a {@link JobWork} step by step, looking at its mailbox between two steps. */
public final class SteppedJob extends AbstractBehavior<JobStarter.Order> {

    private static final Logger LOG = LoggerFactory.getLogger(SteppedJob.class);

    private enum Next implements JobStarter.Order { STEP }

    /** Opens a job's work; may block and fail. */
    @FunctionalInterface
    public interface Opening {
        JobWork open(JobRecord job, ActorSystem<?> system) throws Exception;
    }

    private final JobRecord job;
    private final ActorRef<JobQueue.Command> queue;
    private final Opening opening;
    private JobWork work;

    /** A starter for jobs whose work {@code opening} opens. */
    public static JobStarter starter(Opening opening) {
        return (job, queue) -> Behaviors.setup(context -> new SteppedJob(context, job, queue, opening));
    }

    private SteppedJob(
            ActorContext<JobStarter.Order> context, JobRecord job, ActorRef<JobQueue.Command> queue, Opening opening) {
        super(context);
        this.job = job;
        this.queue = queue;
        this.opening = opening;
        context.getSelf().tell(Next.STEP);
    }

    @Override
    public Receive<JobStarter.Order> createReceive() {
        return newReceiveBuilder()
                .onMessage(JobStarter.Cancel.class, cancel -> end(new JobOutcome.Cancelled()))
                .onMessage(JobStarter.Pause.class, pause -> end(new JobOutcome.Paused()))
                .onMessage(Next.class, next -> step())
                .onSignal(PostStop.class, stopped -> {
                    release();
                    return this;
                })
                .build();
    }

    private Behavior<JobStarter.Order> step() {
        try {
            if (work == null) {
                work = opening.open(job, getContext().getSystem());
            }
            return switch (work.step()) {
                case JobWork.Working working -> {
                    queue.tell(new JobQueue.Progressed(job.id(), working.progress(), working.notes()));
                    getContext().getSelf().tell(Next.STEP);
                    yield this;
                }
                case JobWork.Done done -> end(done.outcome());
            };
        } catch (QuernException e) {
            return end(new JobOutcome.Failed(e.getMessage()));
        } catch (Exception e) {
            LOG.error("job {} of kind {} failed", job.id(), job.kind(), e);
            return end(new JobOutcome.Failed(e.toString()));
        }
    }

    private Behavior<JobStarter.Order> end(JobOutcome outcome) {
        release();
        queue.tell(new JobQueue.Ended(job.id(), outcome));
        return Behaviors.stopped();
    }

    private void release() {
        if (work != null) {
            work.close();
            work = null;
        }
    }
}
