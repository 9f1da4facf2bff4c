package quern.actors.curation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import quern.actors.Caller;
import quern.actors.RecordText;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobWork;
import quern.actors.jobs.SteppedJob;
import quern.config.CurationConfig;
import quern.curation.DatasetManifest;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RunManner;
import quern.curation.RunProgress;
import quern.curation.erase.DatasetRewrite;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.Edge;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;
import quern.kv.journal.WriteSet;

/**
 * Runs a recipe and puts the dataset into the catalogue, with an edge from every document that has a sample in it, and
 * one of another role from those of which it only dropped some. The run's directory belongs to the job, so an
 * interrupted job goes on where its last checkpoint was.
 */
public final class CurationWork implements JobWork {

    private static final long STEP_MS = 200;
    private static final int ID_CHARS = 24;

    private final JobRecord job;
    private final CurationSpec spec;
    private final PipelineRun run;
    private final RunStream stream;
    private final ServedText model;
    private final Path runDirectory;
    private final DataDirectory data;
    private final Ownership ownership;
    private final LongSupplier clockMs;
    private int notedStage = -1;

    private CurationWork(
            JobRecord job, CurationSpec spec, RunStream stream, ServedText model, Path runDirectory, DataDirectory data,
            Ownership ownership, LongSupplier clockMs) {
        this.job = job;
        this.spec = spec;
        this.stream = stream;
        this.model = model;
        this.run = stream.run();
        this.runDirectory = runDirectory;
        this.data = data;
        this.ownership = ownership;
        this.clockMs = clockMs;
    }

    /**
     * Opens the work of curation jobs.
     *
     * @param models what the operators of a job of that caller ask
     */
    public static SteppedJob.Opening opening(
            DataDirectory data, CurationConfig config, Function<Caller, ServedText> models,
            Function<ServedText, RecipeCompiler> compilers, CurationSources sources, LongSupplier clockMs) {
        return (job, system) -> {
            CurationSpec spec = RecordText.read(job.specJson(), CurationSpec.class);
            ServedText model = models.apply(Caller.of(
                    job.ownership().ownerKeyId(), spec.seesAll(), Optional.empty(), Set.of()));
            Pipeline pipeline = compilers.apply(model).compile(Recipe.parse(spec.recipe(), config));
            CurationSources.Opened opened = sources.open(spec, job.ownership());
            Ownership ownership = job.ownership().union(Ownership.of(job.ownership().ownerKeyId(), opened.labels()));
            Path directory = data.jobs().resolve(job.id());
            PipelineRun run = PipelineRun.open(pipeline, opened.source(), directory, config, opened.labels(),
                    RunManner.DATASET.comparing(sources.earlier(spec, job.ownership())));
            RunStream stream = RunStream.of(pipeline, run, system, config);
            return new CurationWork(job, spec, stream, model, directory, data, ownership, clockMs);
        };
    }

    @Override
    public Step step() throws IOException {
        if (stream.step(STEP_MS)) {
            RunProgress progress = run.progress();
            List<JobNote> notes = progress.stage() == notedStage
                    ? List.of()
                    : List.of(JobNote.info("stage " + (progress.stage() + 1) + " of " + progress.stages()));
            notedStage = progress.stage();
            String phase = progress.deciding().isEmpty() ? "curating" : "deciding, " + progress.deciding();
            return new Working(progress.stageTotal() == 0
                    ? new JobProgress(phase, progress.in(), 0)
                    : new JobProgress(phase, progress.stageDone(), progress.stageTotal()), notes);
        }
        return new Done(finish());
    }

    private JobOutcome finish() throws IOException {
        DatasetManifest manifest = run.manifest();
        String report = RecordText.write(run.report());
        stream.close();
        String id = "ds-" + manifest.id().substring(0, ID_CHARS);
        Path target = data.datasets().resolve(id);
        if (!Files.exists(target)) {
            Files.move(runDirectory, target, StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.forceDirectory(data.datasets());
        } else {
            DataDirectory.removeTree(runDirectory);
        }
        return new JobOutcome.Succeeded(
                "{\"dataset_id\":\"" + id + "\",\"report\":" + report + "}", record(id, manifest));
    }

    private WriteSet record(String id, DatasetManifest manifest) {
        long bytes = manifest.shards().stream().mapToLong(DatasetManifest.Shard::bytes).sum();
        DatasetRecord dataset = new DatasetRecord(
                id, spec.name().orElse(manifest.name()), manifest.id(),
                data.recorded(data.datasets().resolve(id)), manifest.kept(), bytes, job.id(),
                ownership, clockMs.getAsLong());
        WriteSet changes = new WriteSet().put(RecordKind.DATASET, id, dataset);
        if (spec.failuresOf().isEmpty() || spec.datasetId().isPresent()) {
            for (String document : manifest.documentIds()) {
                changes.edge(new Edge(RecordKind.DOCUMENT, document, RecordKind.DATASET, id, "source", ""));
            }
            for (String document : DatasetRewrite.readOnly(data.datasets().resolve(id), DocumentsSource.WITHHELD)) {
                changes.edge(new Edge(RecordKind.DOCUMENT, document, RecordKind.DATASET, id, Taint.READ, ""));
            }
        }
        spec.failuresOf().ifPresent(evaluation ->
                changes.edge(new Edge(RecordKind.JOB, evaluation, RecordKind.DATASET, id, "failures", "")));
        spec.datasetId().ifPresent(source ->
                changes.edge(new Edge(RecordKind.DATASET, source, RecordKind.DATASET, id, "source", "")));
        return changes.edge(new Edge(RecordKind.JOB, job.id(), RecordKind.DATASET, id, "made-by", ""));
    }

    @Override
    public void close() {
        // Whoever waits for an answer stops waiting; then the stream can end.
        model.close();
        stream.close();
    }
}
