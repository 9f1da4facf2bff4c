package quern.actors.tuning;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.curation.ServedText;
import quern.actors.fleet.ModelHold;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.JobWork.Working;
import quern.config.QuernException;
import quern.inference.StepWork;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.tuning.Evaluation;
import quern.tuning.ExampleEncoder;
import quern.tuning.StepResult;
import quern.tuning.TuningEvent;
import quern.tuning.TuningRun;
import quern.tuning.TuningSet;

/**
 * One tuning: reads and encodes its samples, and at the end puts the adapter where the gate's decision says. The run's
 * directory belongs to the job, so it goes on after a restart.
 */
public final class TuningWork implements AttachedWork<TuningEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(TuningWork.class);
    private static final String STAGE = "tuning";
    /** Between two steps that are told, and how many are told of a run at most. */
    private static final long TOLD_NANOS = 250_000_000;
    private static final int TOLD_MAX = 5_000;

    /** A starter of tuning jobs. @param models whom a caller may ask */
    public static JobStarter starter(House house, Function<Caller, ServedText> models) {
        return AttachedJob.starter(job -> new TuningWork(house, job, models));
    }

    private final House house;
    private final JobRecord job;
    private final TuningSpec spec;
    private final GateJudge judge;
    private House.Running running;
    private TrainingSamples samples;
    private TuningSet set;
    private TuningRun run;
    private long toldNanos = System.nanoTime();
    private final StepPace pace = new StepPace();

    private TuningWork(House house, JobRecord job, Function<Caller, ServedText> models) {
        this.house = house;
        this.job = job;
        this.spec = RecordText.read(job.specJson(), TuningSpec.class);
        this.judge = new GateJudge(models, job, spec.gate());
    }

    @Override
    public CompletionStage<ModelHold> hold() {
        return house.hold(spec.model());
    }

    @Override
    public StepWork open(House.Running with, Consumer<TuningEvent> events, Executor io) {
        if (run != null) {
            run.keepCopy();
            run.close();
        }
        running = with;
        samples = TrainingSamples.read(
                house.stores(), spec.trainingIds(), house.config().tuning().samplesMax(),
                spec.preference().isPresent());
        var model = running.parts().model();
        set = new GateFiles(house).with(TuningCheck.set(samples, spec, running, house.config().tuning()), spec.gate(),
                ExampleEncoder.of(model, running.parts().contextTokens()));
        set.validated(TuningCheck.validation(house, spec), ExampleEncoder.of(
                model, spec.sequenceTokens(running.parts().contextTokens())));
        Path directory = house.stores().directory().jobs().resolve(job.id());
        run = TuningRun.open(
                model, set, spec.settings(), running.parts().choice().backend(), directory, io, events);
        return run;
    }

    @Override
    public Working opened() {
        TuningSet.Report report = set.report();
        ObjectNode metrics = JsonNodeFactory.instance.objectNode().put("samples", report.samples())
                .put("examples", report.examples()).put("labels", report.labels());
        if (spec.validation().steps() > 0) {
            metrics.put("validation_examples", run.validationExamples());
        }
        TuningCheck.report(samples, set, metrics);
        return note(JobNote.metrics("training file read: " + report.samples() + " samples, "
                + report.labels() + " tokens to learn, " + report.cuts().size() + " cut, "
                + run.steps() + " steps" + (run.stepCount() > 0 ? ", going on at " + run.stepCount() : ""),
                metrics.toString()));
    }

    @Override
    public Working on(TuningEvent event) {
        return switch (event) {
            case TuningEvent.Stepped stepped -> stepped(stepped);
            case TuningEvent.Saved saved -> new Working(progress(), List.of(new JobNote("info",
                    "checkpoint at step " + saved.step(),
                    JsonNodeFactory.instance.objectNode().put("checkpoint_step", saved.step())
                            .put("train_loss", saved.loss()).toString())));
            case TuningEvent.Unsaved unsaved -> note(new JobNote("warn",
                    "goes on without a new checkpoint, which is tried again: " + unsaved.reason(), ""));
            case TuningEvent.Validated validated -> validated(validated);
            case TuningEvent.Evaluating evaluating -> note(JobNote.info(
                    "evaluating on " + evaluating.heldOutExamples() + " held-out examples and "
                            + evaluating.questions() + " questions"));
            case TuningEvent.Evaluated(Evaluation evaluation) -> note(AdapterPublication.decision(evaluation));
        };
    }

    private Working stepped(TuningEvent.Stepped stepped) {
        StepResult result = stepped.result();
        long nowNanos = System.nanoTime();
        pace.stepped(result.step(), nowNanos);
        boolean told = result.step() == 1 || result.step() == stepped.steps()
                || nowNanos - toldNanos >= TOLD_NANOS && result.step() % (1 + stepped.steps() / TOLD_MAX) == 0;
        toldNanos = told ? nowNanos : toldNanos;
        ObjectNode metrics = JsonNodeFactory.instance.objectNode()
                .put("step", result.step()).put("total_steps", stepped.steps())
                .put("train_loss", result.loss()).put("gradient_norm", result.gradientNorm())
                .put("learning_rate", result.learningRate())
                .put("tokens_per_second", stepped.tokensPerSecond()).put("trained_tokens", stepped.trainedTokens())
                .put("heap_bytes", Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory())
                .put("next_checkpoint_step", nextCheckpoint(result.step(), stepped.steps()));
        result.pairs().ifPresent(pairs ->
                metrics.put("margin", pairs.margin()).put("accuracy", pairs.accuracy()));
        pace.secondsLeft(stepped.steps()).ifPresent(seconds ->
                metrics.put("estimated_finish", System.currentTimeMillis() / 1000 + seconds));
        return new Working(new JobProgress(STAGE, result.step(), stepped.steps()),
                told ? List.of(JobNote.metrics("step " + result.step() + "/" + stepped.steps() + ": loss "
                        + String.format(Locale.ROOT, "%.4f", result.loss()) + result.pairs().map(pairs ->
                                String.format(Locale.ROOT, ", margin %.4f, accuracy %.2f", pairs.margin(),
                                        pairs.accuracy())).orElse(""), metrics.toString())) : List.of());
    }

    private Working validated(TuningEvent.Validated validated) {
        ObjectNode metrics = JsonNodeFactory.instance.objectNode()
                .put("step", validated.step()).put("total_steps", run.steps())
                .put("valid_loss", validated.loss()).put("valid_tokens", validated.tokens())
                .put("best_step", validated.bestStep()).put("best_valid_loss", validated.bestLoss());
        return note(JobNote.metrics(String.format(Locale.ROOT, "step %d/%d: validation loss %.4f, lowest %.4f at step"
                + " %d%s", validated.step(), run.steps(), validated.loss(), validated.bestLoss(), validated.bestStep(),
                validated.endsEarly() ? ": ends early, with the weights of that step" : ""), metrics.toString()));
    }

    private int nextCheckpoint(int step, int steps) {
        return Math.min(steps, (step / spec.checkpointSteps() + 1) * spec.checkpointSteps());
    }

    private Working note(JobNote note) {
        return new Working(progress(), List.of(note));
    }

    @Override
    public JobProgress progress() {
        return run == null ? new JobProgress(STAGE, 0, 0) : new JobProgress(STAGE, run.stepCount(), run.steps());
    }

    @Override
    public String afterBreak() {
        return "goes on from its last checkpoint";
    }

    @Override
    public void cancel() {
        judge.close();
        run.cancel();
    }

    @Override
    public void leave() {
        judge.close();
        run.cancel();
        try {
            run.keepCopy();
        } catch (QuernException full) {
            LOG.warn("job {} will go on from an earlier checkpoint: {}", job.id(), full.getMessage());
        }
        run.close();
    }

    @Override
    public Working pause() {
        TuningEvent.Saved kept = run.keep();
        run.close();
        return on(kept);
    }

    @Override
    public CompletionStage<Void> settle(Executor waiting) {
        return run.evaluation().map(evaluation -> judge.judge(evaluation, spec.model(), waiting, run::settle))
                .orElseGet(() -> CompletableFuture.completedStage(null));
    }

    @Override
    public void store() {
        run.store();
    }

    @Override
    public JobOutcome outcome() {
        if (run.evaluation().isEmpty()) {
            return new JobOutcome.Failed("the run ended without a decision of the gate");
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("trained_steps", run.stepCount())
                .put("trained_tokens", run.trainedTokens());
        return new AdapterPublication(house, running, job, spec.suffix(),
                Descent.tuned(spec.trainingId(), samples), spec.allowTainted(), spec.standing().heldBack())
                .of(run.evaluation().get(), run.adapter(), run.adapterDirectory(), result);
    }
}
