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
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.curation.ServedText;
import quern.actors.fleet.ModelHold;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.JobWork.Working;
import quern.actors.serving.AdapterShelf;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.StepWork;
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
 * One compression of an adapter, on the samples and the split it was trained with; at the end what the gate let through
 * is published as a new version. After a restart it begins again and comes to the same.
 */
public final class CompressionWork extends RemakingWork<CompressionEvent, CompressionRun> {

    /** A starter of compression jobs. @param models whom a caller may ask */
    public static JobStarter starter(House house, Function<Caller, ServedText> models) {
        return AttachedJob.starter(job -> new CompressionWork(house, job, models));
    }

    private final CompressionSpec spec;
    private AdapterRecord origin;
    private TrainingSamples samples;

    private CompressionWork(House house, JobRecord job, Function<Caller, ServedText> models) {
        super(house, job, "compressing", models);
        this.spec = RecordText.read(job.specJson(), CompressionSpec.class);
    }

    @Override
    String adapterId() {
        return spec.adapterId();
    }

    @Override
    public StepWork open(House.Running with, Consumer<CompressionEvent> events, Executor io) {
        origin = adapter(spec.adapterId());
        JobRecord trained = house().stores().catalogue().get(RecordKind.JOB, origin.jobId(), JobRecord.class)
                .filter(found -> found.kind() == JobKind.TUNE)
                .orElseThrow(() -> new QuernException(Category.ERROR,
                        "adapter '" + origin.id() + "' was not made by tuning: job '" + origin.jobId() + "'"));
        TuningSpec tuned = RecordText.read(trained.specJson(), TuningSpec.class);
        if (tuned.dora()) {
            throw new QuernException(Category.ERROR, "adapter '" + origin.id() + "' is DoRA, expected one of LoRA: the"
                    + " compressed form has no place for magnitudes");
        }
        begin(with, tuned.gate());
        var limits = house().config().tuning();
        samples = TrainingSamples.read(
                house().stores(), tuned.trainingIds(), limits.samplesMax(), tuned.preference().isPresent());
        var model = with.parts().model();
        TuningSet set = new GateFiles(house()).with(TuningCheck.set(samples, tuned, with, limits), tuned.gate(),
                ExampleEncoder.of(model, with.parts().contextTokens()));
        return opened(new CompressionRun(model, new AdapterShelf(model, house().stores()).read(origin),
                spec.settings(tuned), set, with.parts().choice().backend(), made(), events));
    }

    @Override
    public Working opened() {
        return note(JobNote.info("compressing adapter " + origin.id()));
    }

    @Override
    public Working on(CompressionEvent event) {
        return switch (event) {
            case CompressionEvent.Begun begun -> note(JobNote.info(text(
                    "held-out loss %.4f, at most %.4f when compressed", begun.loss(), begun.lossMax())));
            case CompressionEvent.Refining refining -> note(JobNote.info(text(
                    "density %.2f is trained further", refining.candidate().density())));
            case CompressionEvent.Measured measured -> {
                progressed(measured.step(), measured.steps());
                yield note(JobNote.metrics(text("density %.2f, gain %.2f%s: held-out loss %.4f",
                        measured.candidate().candidate().density(), measured.candidate().candidate().gain(),
                        measured.candidate().candidate().refined() ? ", trained further" : "",
                        measured.candidate().loss()), json(measured.candidate()).toString()));
            }
            case CompressionEvent.Evaluating evaluating -> note(JobNote.info(text(
                    "density %.2f goes through the gate", evaluating.chosen().candidate().density())));
            case CompressionEvent.Evaluated evaluated -> note(AdapterPublication.decision(evaluated.evaluation()));
        };
    }

    private static ObjectNode json(DensityChoice.Measured measured) {
        return JsonNodeFactory.instance.objectNode().put("density", measured.candidate().density())
                .put("gain", measured.candidate().gain()).put("refined", measured.candidate().refined())
                .put("held_out_loss", measured.loss());
    }

    @Override
    public JobOutcome outcome() {
        CompressionRun run = run();
        if (run.fruitless()) {
            DensityChoice.Measured nearest = run.nearest().orElseThrow();
            return new JobOutcome.Failed(text("no density keeps held-out loss within %.2f %% of %.4f: the nearest was"
                    + " %.4f at density %.2f; the adapter stays as it is", 100 * spec.lossIncreaseMax(),
                    run.originalLoss(), nearest.loss(), nearest.candidate().density()));
        }
        DensityChoice.Measured chosen = run.choice().orElseThrow();
        ObjectNode result = json(chosen).put("compressed_from", origin.id())
                .put("original_held_out_loss", run.originalLoss());
        result.put("original_bytes", new AdapterShelf(running().parts().model(), house().stores()).bytes(origin))
                .put("bytes", AdapterShelf.bytes(run.directory()));
        AdapterPublication publication = new AdapterPublication(house(), running(), job(), origin.name(),
                Descent.compressed(origin, samples), spec.allowTainted(), false);
        return publication.of(
                run.evaluation().orElseThrow(), run.adapter().expand(), run.directory(), result);
    }
}
