package quern.actors.tuning;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.engine.EngineActor;
import quern.actors.fleet.ModelHold;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobQueue;
import quern.actors.jobs.JobStarter;
import quern.config.QuernException;
import quern.inference.engine.EngineEvent;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.tuning.ExampleEncoder;
import quern.tuning.TuningEvent;
import quern.tuning.TuningRun;
import quern.tuning.TuningSet;

/**
 * One tuning job: reads and encodes its samples, attaches the run to the engine, passes its events on, and at the end
 * puts the adapter where the gate's decision says. The run's directory belongs to the job, so it goes on after a
 * restart.
 */
public final class TuningJob extends AbstractBehavior<JobStarter.Order> {

    private static final int NOTE_STEPS = 5;
    /** How often a run goes on from its checkpoint when the engine it was attached to broke. */
    private static final int BREAKS_MAX = 5;
    private static final Duration BREAK_PAUSE = Duration.ofSeconds(1);

    private record Ready(ModelHold hold, Throwable failure) implements JobStarter.Order {}

    private record FromRun(TuningEvent event) implements JobStarter.Order {}

    private record WorkEnded(Optional<QuernException> failure) implements JobStarter.Order {}

    private record LetGo() implements JobStarter.Order {}

    private record GoOn() implements JobStarter.Order {}

    /** A starter of tuning jobs. */
    public static JobStarter starter(House house) {
        return (job, queue) -> Behaviors.setup(context -> new TuningJob(context, house, job, queue));
    }

    private final House house;
    private final JobRecord job;
    private final ActorRef<JobQueue.Command> queue;
    private final TuningSpec spec;
    /** Keeps the model loaded until the job has ended. */
    private final CompletionStage<ModelHold> holding;
    private House.Running running;
    private TrainingSamples samples;
    private TuningRun run;
    private boolean cancelled;
    private int breaks;

    private TuningJob(
            ActorContext<JobStarter.Order> context, House house, JobRecord job, ActorRef<JobQueue.Command> queue) {
        super(context);
        this.house = house;
        this.job = job;
        this.queue = queue;
        this.spec = RecordText.read(job.specJson(), TuningSpec.class);
        this.holding = house.hold(spec.model());
        context.pipeToSelf(holding, Ready::new);
    }

    @Override
    public Receive<JobStarter.Order> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ready.class, this::onReady)
                .onMessage(FromRun.class, from -> onEvent(from.event()))
                .onMessage(WorkEnded.class, ended -> onWorkEnded(ended.failure()))
                .onMessage(JobStarter.Cancel.class, cancel -> onCancel())
                .onMessage(GoOn.class, again -> cancelled ? end(new JobOutcome.Cancelled()) : begin())
                .onMessage(LetGo.class, gone -> end(new JobOutcome.Cancelled()))
                .onSignal(PostStop.class, stopped -> {
                    letGo();
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
        try {
            samples = TrainingSamples.read(house.stores(), spec.trainingId());
            var model = running.parts().model();
            var encoder = ExampleEncoder.of(model, running.parts().contextTokens());
            TuningSet set = TuningSet.of(samples.samples(), encoder, spec.heldOutShare(), spec.seed());
            Path directory = house.stores().directory().jobs().resolve(job.id());
            ActorRef<JobStarter.Order> self = getContext().getSelf();
            run = TuningRun.open(model, set, spec.settings(), running.parts().choice().backend(), directory,
                    event -> self.tell(new FromRun(event)));
            note(JobNote.metrics("training file read: " + set.report().samples() + " samples, "
                    + set.report().labels() + " tokens to learn, " + set.report().truncated() + " cut, "
                    + run.steps() + " steps" + (run.stepCount() > 0 ? ", going on at " + run.stepCount() : ""),
                    RecordText.write(set.report())));
            running.engine().tell(new EngineActor.Attach(run, getContext().messageAdapter(
                    EngineEvent.WorkEnded.class, ended -> new WorkEnded(ended.failure()))));
            return this;
        } catch (QuernException e) {
            return end(new JobOutcome.Failed(e.getMessage()));
        }
    }

    private Behavior<JobStarter.Order> onEvent(TuningEvent event) {
        switch (event) {
            case TuningEvent.Stepped stepped -> {
                var result = stepped.result();
                boolean told = result.step() % NOTE_STEPS == 0 || result.step() == 1
                        || result.step() == stepped.steps();
                ObjectNode metrics = JsonNodeFactory.instance.objectNode()
                        .put("step", result.step()).put("total_steps", stepped.steps())
                        .put("train_loss", result.loss()).put("gradient_norm", result.gradientNorm())
                        .put("learning_rate", result.learningRate())
                        .put("tokens_per_second", stepped.tokensPerSecond());
                queue.tell(new JobQueue.Progressed(job.id(),
                        new JobProgress("tuning", result.step(), stepped.steps()),
                        told ? List.of(JobNote.metrics("step " + result.step() + "/" + stepped.steps() + ": loss "
                                + String.format(Locale.ROOT, "%.4f", result.loss()), metrics.toString()))
                                : List.of()));
            }
            case TuningEvent.Evaluating evaluating -> note(JobNote.info(
                    "evaluating on " + evaluating.heldOutExamples() + " held-out examples and "
                            + evaluating.questions() + " questions"));
            case TuningEvent.Evaluated evaluated -> note(JobNote.metrics(evaluated.evaluation().passed()
                    ? "the evaluation gate was passed"
                    : "the evaluation gate refused: " + String.join("; ", evaluated.evaluation().refusals()),
                    evaluated.evaluation().toJson().toString()));
        }
        return this;
    }

    private Behavior<JobStarter.Order> onWorkEnded(Optional<QuernException> failure) {
        if (cancelled) {
            return end(new JobOutcome.Cancelled());
        }
        boolean again = failure.isPresent() && failure.get().category() == QuernException.Category.RETRYABLE
                && breaks++ < BREAKS_MAX;
        if (again) {
            note(new JobNote("warn", "goes on from its last checkpoint: " + failure.get().getMessage(), ""));
            run = null;
            getContext().scheduleOnce(BREAK_PAUSE, getContext().getSelf(), new GoOn());
            return this;
        }
        if (failure.isPresent() || run.evaluation().isEmpty()) {
            return end(new JobOutcome.Failed(failure.map(QuernException::getMessage)
                    .orElse("the run ended without a decision of the gate")));
        }
        try {
            ObjectNode result = JsonNodeFactory.instance.objectNode().put("trained_steps", run.stepCount());
            return end(new AdapterPublication(house, running, job, spec.suffix(), spec.trainingId(), samples,
                    spec.allowTainted(), Optional.empty())
                    .of(run.evaluation().get(), run.adapter(), run.adapterDirectory(), result));
        } catch (QuernException e) {
            return end(new JobOutcome.Failed(e.getMessage()));
        }
    }

    private Behavior<JobStarter.Order> onCancel() {
        cancelled = true;
        if (run == null) {
            return end(new JobOutcome.Cancelled());
        }
        run.cancel();
        running.engine().tell(new EngineActor.Detach(
                run, getContext().messageAdapter(EngineActor.Detached.class, detached -> new LetGo())));
        return this;
    }

    private Behavior<JobStarter.Order> end(JobOutcome outcome) {
        run = null;
        queue.tell(new JobQueue.Ended(job.id(), outcome));
        return Behaviors.stopped();
    }

    private void note(JobNote note) {
        int done = run == null ? 0 : run.stepCount();
        int total = run == null ? 0 : run.steps();
        queue.tell(new JobQueue.Progressed(job.id(), new JobProgress("tuning", done, total), List.of(note)));
    }

    private void letGo() {
        if (run != null) {
            run.cancel();
        }
    }
}
