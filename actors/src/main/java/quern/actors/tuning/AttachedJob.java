package quern.actors.tuning;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import quern.actors.House;
import quern.actors.engine.EngineActor;
import quern.actors.fleet.ModelHold;
import quern.actors.jobs.JobDispatchers;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobQueue;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.JobWork;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.StepWork;
import quern.inference.engine.EngineEvent;
import quern.kv.journal.JobRecord;

/**
 * Runs an {@link AttachedWork}: waits for its model, attaches its run to the engine, passes on what the run tells,
 * opens it again when the engine broke, and lets go of it when the job is cancelled.
 *
 * @param <E> what the run tells
 */
final class AttachedJob<E> extends AbstractBehavior<JobStarter.Order> {

    /** How often a run is opened again when the engine it was attached to broke. */
    private static final int BREAKS_MAX = 5;
    private static final DispatcherSelector WAITING = DispatcherSelector.fromConfig("quern-waiting");
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private record Ready(ModelHold hold, Throwable failure) implements JobStarter.Order {}

    private record FromRun<E>(E event) implements JobStarter.Order {}

    private record WorkEnded(Optional<QuernException> failure) implements JobStarter.Order {}

    private record Settled(Throwable failure) implements JobStarter.Order {}

    private enum LetGo implements JobStarter.Order { NOW }

    private enum Finish implements JobStarter.Order { NOW }

    private enum GoOn implements JobStarter.Order { NOW }

    /** A starter for jobs whose work {@code opening} makes. */
    static <E> JobStarter starter(Function<JobRecord, AttachedWork<E>> opening) {
        return (job, queue) -> Behaviors.setup(
                context -> new AttachedJob<>(context, job.id(), opening.apply(job), queue));
    }

    private final String jobId;
    private final AttachedWork<E> work;
    private final ActorRef<JobQueue.Command> queue;
    private final CompletionStage<ModelHold> holding;
    private House.Running running;
    /** The run, while the engine has it. */
    private Optional<StepWork> attached = Optional.empty();
    private boolean cancelled;
    private boolean pausing;
    private int breaks;
    /** Whether it was told that something waits for the disk. */
    private boolean told;

    private AttachedJob(ActorContext<JobStarter.Order> context, String jobId, AttachedWork<E> work,
            ActorRef<JobQueue.Command> queue) {
        super(context);
        this.jobId = jobId;
        this.work = work;
        this.queue = queue;
        this.holding = work.hold();
        context.pipeToSelf(holding, Ready::new);
    }

    @Override
    public Receive<JobStarter.Order> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ready.class, this::onReady)
                .<FromRun<E>>onMessageUnchecked(FromRun.class, from -> tell(work.on(from.event())))
                .onMessage(WorkEnded.class, ended -> onWorkEnded(ended.failure()))
                .onMessage(JobStarter.Cancel.class, cancel -> onCancel())
                .onMessage(GoOn.class, again -> begin())
                .onMessage(Settled.class, settled -> onSettled(settled.failure()))
                .onMessage(Finish.class, again -> finish())
                .onMessage(JobStarter.Pause.class, pause -> onPause())
                .onMessage(LetGo.class, gone -> onLetGo())
                .onSignal(PostStop.class, stopped -> {
                    attached.ifPresent(run -> work.leave());
                    holding.thenAccept(ModelHold::close);
                    return this;
                })
                .build();
    }

    private Behavior<JobStarter.Order> onReady(Ready ready) {
        if (ready.failure() != null) {
            Throwable cause = ready.failure().getCause() == null ? ready.failure() : ready.failure().getCause();
            return end(new JobOutcome.Failed("the model could not be loaded: " + cause.getMessage()));
        }
        running = ready.hold().running();
        return begin();
    }

    private Behavior<JobStarter.Order> begin() {
        ActorRef<JobStarter.Order> self = getContext().getSelf();
        StepWork run;
        try {
            run = work.open(running, event -> self.tell(new FromRun<>(event)),
                    getContext().getSystem().dispatchers().lookup(JobDispatchers.io()));
        } catch (QuernException e) {
            return e.category() == Category.RETRYABLE ? later(GoOn.NOW, e)
                    : end(new JobOutcome.Failed(e.getMessage()));
        }
        told = false;
        attached = Optional.of(run);
        tell(work.opened());
        running.engine().tell(new EngineActor.Attach(run, getContext().messageAdapter(
                EngineEvent.WorkEnded.class, ended -> new WorkEnded(ended.failure()))));
        return this;
    }

    private Behavior<JobStarter.Order> onWorkEnded(Optional<QuernException> failure) {
        if (cancelled) {
            return end(new JobOutcome.Cancelled());
        }
        if (pausing) {
            return this;
        }
        if (failure.filter(cause -> cause.category() == Category.RETRYABLE).isPresent() && breaks++ < BREAKS_MAX) {
            attached = Optional.empty();
            getContext().scheduleOnce(PAUSE, getContext().getSelf(), GoOn.NOW);
            return tell(new JobWork.Working(work.progress(), List.of(
                    new JobNote("warn", work.afterBreak() + ": " + failure.get().getMessage(), ""))));
        }
        if (failure.isPresent()) {
            return end(new JobOutcome.Failed(failure.get().getMessage()));
        }
        getContext().pipeToSelf(work.settle(getContext().getSystem().dispatchers().lookup(WAITING)),
                (done, broken) -> new Settled(broken));
        return this;
    }

    private Behavior<JobStarter.Order> onSettled(Throwable failure) {
        if (failure == null || cancelled || pausing) {
            return finish();
        }
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return end(new JobOutcome.Failed(cause.getMessage()));
    }

    private Behavior<JobStarter.Order> finish() {
        if (cancelled || pausing) {
            return this;
        }
        try {
            work.store();
        } catch (QuernException e) {
            return e.category() == Category.RETRYABLE ? later(Finish.NOW, e)
                    : end(new JobOutcome.Failed(e.getMessage()));
        }
        try {
            return end(work.outcome());
        } catch (QuernException e) {
            return end(new JobOutcome.Failed(e.getMessage()));
        }
    }

    /** As on a full disk: the order waits until it can be done. */
    private Behavior<JobStarter.Order> later(JobStarter.Order order, QuernException cause) {
        if (!told) {
            told = true;
            getContext().getLog().warn("job {} waits, which is tried again each second: {}", jobId, cause.getMessage());
            tell(new JobWork.Working(work.progress(), List.of(
                    new JobNote("warn", "waits: " + cause.getMessage(), ""))));
        }
        getContext().scheduleOnce(PAUSE, getContext().getSelf(), order);
        return this;
    }

    private Behavior<JobStarter.Order> onCancel() {
        cancelled = true;
        return attached.isEmpty() ? end(new JobOutcome.Cancelled()) : pausing ? this : detach();
    }

    private Behavior<JobStarter.Order> onPause() {
        pausing = true;
        return attached.isEmpty() ? end(new JobOutcome.Paused()) : detach();
    }

    /** Nothing of the run is under way any more. */
    private Behavior<JobStarter.Order> onLetGo() {
        if (cancelled) {
            return end(new JobOutcome.Cancelled());
        }
        try {
            tell(work.pause());
        } catch (QuernException e) {
            return e.category() == Category.RETRYABLE ? later(LetGo.NOW, e)
                    : end(new JobOutcome.Failed(e.getMessage()));
        }
        return end(new JobOutcome.Paused());
    }

    private Behavior<JobStarter.Order> detach() {
        work.cancel();
        running.engine().tell(new EngineActor.Detach(attached.get(),
                getContext().messageAdapter(EngineActor.Detached.class, detached -> LetGo.NOW)));
        return this;
    }

    private Behavior<JobStarter.Order> tell(JobWork.Working working) {
        queue.tell(new JobQueue.Progressed(jobId, working.progress(), working.notes()));
        return this;
    }

    private Behavior<JobStarter.Order> end(JobOutcome outcome) {
        attached = Optional.empty();
        queue.tell(new JobQueue.Ended(jobId, outcome));
        return Behaviors.stopped();
    }
}
