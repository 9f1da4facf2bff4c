package quern.actors.pipelines;

import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.jobs.JobQueue;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;

/**
 * One job of a stage: asked for once, however often the process dies, and looked at until it has ended. Tells that to
 * the stage and stops.
 */
final class StageRun extends AbstractMatchingBehavior<StageRun.Command> {

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(30);

    sealed interface Command {}

    private record Submitted(JobQueue.SubmitReply reply) implements Command {}

    private enum Again implements Command { SUBMIT, LOOK }

    /** @param job as it ended; absent if its record is gone */
    record Ended(Optional<JobRecord> job) {}

    /** Notes the job that was accepted. */
    @FunctionalInterface
    interface Note {
        void accepted(String jobId);
    }

    /**
     * @param number under which the ledger knows the run
     * @param jobId as noted, if it was
     */
    record Order(JobKind kind, int number, String specJson, Ownership ownership, Optional<String> jobId) {}

    static Behavior<Command> create(
            PipelineLedger ledger, ActorRef<JobQueue.Command> queue, Order order, Note note, ActorRef<Ended> replyTo) {
        return Behaviors.setup(context -> new StageRun(context, ledger, queue, order, note, replyTo));
    }

    private final PipelineLedger ledger;
    private final ActorRef<JobQueue.Command> queue;
    private final Order order;
    private final Note note;
    private final ActorRef<Ended> replyTo;
    private String jobId;

    private StageRun(
            ActorContext<Command> context, PipelineLedger ledger, ActorRef<JobQueue.Command> queue, Order order,
            Note note, ActorRef<Ended> replyTo) {
        super(context);
        this.ledger = ledger;
        this.queue = queue;
        this.order = order;
        this.note = note;
        this.replyTo = replyTo;
        if (order.jobId().isPresent()) {
            jobId = order.jobId().get();
            context.getSelf().tell(Again.LOOK);
        } else {
            ledger.submitted(order.number()).map(JobRecord::id).ifPresentOrElse(this::accepted, this::submit);
        }
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Again again when again == Again.SUBMIT -> {
                submit();
                yield this;
            }
            case Again look -> look();
            case Submitted(JobQueue.Accepted accepted) -> {
                accepted(accepted.job().id());
                yield this;
            }
            case Submitted refused -> {
                getContext().scheduleOnce(AGAIN, getContext().getSelf(), Again.SUBMIT);
                yield this;
            }
        };
    }

    private void submit() {
        getContext().ask(JobQueue.SubmitReply.class, queue, ASK_TIMEOUT,
                (ActorRef<JobQueue.SubmitReply> reply) ->
                        new JobQueue.Submit(order.kind(), order.specJson(), order.ownership(), reply),
                (reply, failure) -> new Submitted(reply == null ? new JobQueue.Unwritten("no reply") : reply));
    }

    private void accepted(String id) {
        note.accepted(id);
        jobId = id;
        getContext().getSelf().tell(Again.LOOK);
    }

    private Behavior<Command> look() {
        Optional<JobRecord> job = ledger.job(jobId);
        if (job.isPresent() && !job.get().state().terminal()) {
            getContext().scheduleOnce(LOOK, getContext().getSelf(), Again.LOOK);
            return this;
        }
        replyTo.tell(new Ended(job));
        return Behaviors.stopped();
    }
}
