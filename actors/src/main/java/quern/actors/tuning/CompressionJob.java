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
import quern.actors.serving.AdapterShelf;
import quern.config.QuernException.Category;
import quern.config.QuernException;
import quern.inference.engine.EngineEvent;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;
import quern.tuning.ExampleEncoder;
import quern.tuning.TuningSet;
import quern.tuning.sparse.CompressionEvent;
import quern.tuning.sparse.CompressionRun;
import quern.tuning.sparse.DensityChoice;

/**
 * One compression of an adapter, on the samples and the split it was trained with: attaches the run to the engine,
 * passes its events on, and at the end publishes what the gate let through as a new version. After a restart it begins
 * again and comes to the same.
 */
public final class CompressionJob extends AbstractBehavior<JobStarter.Order> {

    private static final int BREAKS_MAX = 5;
    private static final Duration BREAK_PAUSE = Duration.ofSeconds(1);

    private record Ready(ModelHold hold, Throwable failure) implements JobStarter.Order {}

    private record FromRun(CompressionEvent event) implements JobStarter.Order {}

    private record WorkEnded(Optional<QuernException> failure) implements JobStarter.Order {}

    private record LetGo() implements JobStarter.Order {}

    private record GoOn() implements JobStarter.Order {}

    /** A starter of compression jobs. */
    public static JobStarter starter(House house) {
        return (job, queue) -> Behaviors.setup(context -> new CompressionJob(context, house, job, queue));
    }

    private final House house;
    private final JobRecord job;
    private final ActorRef<JobQueue.Command> queue;
    private final CompressionSpec spec;
    /** Keeps the model loaded until the job has ended. */
    private final CompletionStage<ModelHold> holding;
    private House.Running running;
    private AdapterRecord origin;
    private TrainingSamples samples;
    private CompressionRun run;
    private JobProgress progress = new JobProgress("compressing", 0, 0);
    private boolean cancelled;
    private int breaks;

    private CompressionJob(
            ActorContext<JobStarter.Order> context, House house, JobRecord job, ActorRef<JobQueue.Command> queue) {
        super(context);
        this.house = house;
        this.job = job;
        this.queue = queue;
        this.spec = RecordText.read(job.specJson(), CompressionSpec.class);
        this.holding = house.holdBase(house.stores().catalogue()
                .get(RecordKind.ADAPTER, spec.adapterId(), AdapterRecord.class)
                .map(AdapterRecord::baseFingerprint).orElse(""));
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
            run = open();
            note(JobNote.info("compressing adapter " + origin.id()));
            running.engine().tell(new EngineActor.Attach(run, getContext().messageAdapter(
                    EngineEvent.WorkEnded.class, ended -> new WorkEnded(ended.failure()))));
            return this;
        } catch (QuernException e) {
            return end(new JobOutcome.Failed(e.getMessage()));
        }
    }

    private CompressionRun open() {
        var catalogue = house.stores().catalogue();
        origin = catalogue.get(RecordKind.ADAPTER, spec.adapterId(), AdapterRecord.class).orElseThrow(
                () -> new QuernException(Category.ERROR, "no adapter '" + spec.adapterId() + "'"));
        JobRecord trained = catalogue.get(RecordKind.JOB, origin.jobId(), JobRecord.class)
                .filter(found -> found.kind() == JobKind.TUNE)
                .orElseThrow(() -> new QuernException(Category.ERROR,
                        "adapter '" + origin.id() + "' was not made by tuning: job '" + origin.jobId() + "'"));
        TuningSpec tuned = RecordText.read(trained.specJson(), TuningSpec.class);
        samples = TrainingSamples.read(house.stores(), tuned.trainingId());
        var model = running.parts().model();
        TuningSet set = TuningSet.of(samples.samples(),
                ExampleEncoder.of(model, running.parts().contextTokens()), tuned.heldOutShare(), tuned.seed());
        Path made = house.stores().directory().jobs().resolve(job.id()).resolve("adapter");
        ActorRef<JobStarter.Order> self = getContext().getSelf();
        return new CompressionRun(model, new AdapterShelf(model, house.stores()).read(origin), spec.settings(tuned),
                set, running.parts().choice().backend(), made, event -> self.tell(new FromRun(event)));
    }

    private Behavior<JobStarter.Order> onEvent(CompressionEvent event) {
        switch (event) {
            case CompressionEvent.Begun begun -> note(JobNote.info(text(
                    "held-out loss %.4f, at most %.4f when compressed", begun.loss(), begun.lossMax())));
            case CompressionEvent.Refining refining -> note(JobNote.info(text(
                    "density %.2f is trained further", refining.candidate().density())));
            case CompressionEvent.Measured measured -> {
                progress = new JobProgress("compressing", measured.step(), measured.steps());
                note(JobNote.metrics(text("density %.2f, gain %.2f%s: held-out loss %.4f",
                        measured.candidate().candidate().density(), measured.candidate().candidate().gain(),
                        measured.candidate().candidate().refined() ? ", trained further" : "",
                        measured.candidate().loss()), json(measured.candidate()).toString()));
            }
            case CompressionEvent.Evaluating evaluating -> note(JobNote.info(text(
                    "density %.2f goes through the gate", evaluating.chosen().candidate().density())));
            case CompressionEvent.Evaluated evaluated -> note(JobNote.metrics(evaluated.evaluation().passed()
                    ? "the evaluation gate was passed"
                    : "the evaluation gate refused: " + String.join("; ", evaluated.evaluation().refusals()),
                    evaluated.evaluation().toJson().toString()));
        }
        return this;
    }

    private static ObjectNode json(DensityChoice.Measured measured) {
        return JsonNodeFactory.instance.objectNode().put("density", measured.candidate().density())
                .put("gain", measured.candidate().gain()).put("refined", measured.candidate().refined())
                .put("held_out_loss", measured.loss());
    }

    private Behavior<JobStarter.Order> onWorkEnded(Optional<QuernException> failure) {
        if (cancelled) {
            return end(new JobOutcome.Cancelled());
        }
        if (failure.filter(cause -> cause.category() == Category.RETRYABLE).isPresent() && breaks++ < BREAKS_MAX) {
            note(new JobNote("warn", "begins again: " + failure.get().getMessage(), ""));
            run = null;
            getContext().scheduleOnce(BREAK_PAUSE, getContext().getSelf(), new GoOn());
            return this;
        }
        try {
            return end(failure.<JobOutcome>map(cause -> new JobOutcome.Failed(cause.getMessage()))
                    .orElseGet(this::outcome));
        } catch (QuernException e) {
            return end(new JobOutcome.Failed(e.getMessage()));
        }
    }

    private JobOutcome outcome() {
        if (run.fruitless()) {
            DensityChoice.Measured nearest = run.nearest().orElseThrow();
            return new JobOutcome.Failed(text("no density keeps held-out loss within %.2f %% of %.4f: the nearest was"
                    + " %.4f at density %.2f; the adapter stays as it is", 100 * spec.lossIncreaseMax(),
                    run.originalLoss(), nearest.loss(), nearest.candidate().density()));
        }
        DensityChoice.Measured chosen = run.choice().orElseThrow();
        ObjectNode result = json(chosen).put("compressed_from", origin.id())
                .put("original_held_out_loss", run.originalLoss());
        var shelf = new AdapterShelf(running.parts().model(), house.stores());
        result.put("original_bytes", shelf.bytes(origin));
        AdapterPublication publication = new AdapterPublication(house, running, job, origin.name(),
                origin.datasetId(), samples, spec.allowTainted(), Optional.of(origin));
        result.put("bytes", AdapterShelf.bytes(run.directory()));
        return publication.of(
                run.evaluation().orElseThrow(), run.adapter().expand(), run.directory(), result);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
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
        queue.tell(new JobQueue.Progressed(job.id(), progress, List.of(note)));
    }

    private void letGo() {
        if (run != null) {
            run.cancel();
        }
    }
}
