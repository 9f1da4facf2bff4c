package quern.curation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import quern.config.CurationConfig;

/**
 * One run of a pipeline over a source, in a directory of its own. A step function: its owner calls {@link #step}
 * until it returns false. It may be killed at any point and opened again; the dataset then has the same bytes as
 * without the kill.
 *
 * <p>Samples stream through the operators one by one; where an operator must see all of them, those that got so far
 * wait on disk, and only fixed-size signatures are held.
 *
 * <p>Not safe for several threads but for {@link #work}. An owner with several threads takes a stage apart: it calls
 * {@link #read} until null, for each batch and each of {@link #segments} {@link #work} on any thread, between two
 * segments {@link #decide} and behind the last {@link #commit} in the order of reading, and then {@link #step}.
 */
public final class PipelineRun implements AutoCloseable {

    /** Between two checkpoints where operators wait for answers: those are costly to get again. */
    private static final long WAITING_CHECKPOINT_NANOS = 1_000_000_000L;

    private final Pipeline pipeline;
    private final SampleSource source;
    /** Where the source begins. */
    private final String start;
    private final Path directory;
    private final CurationConfig config;
    private final List<String> labels;
    private final RunManner manner;
    private final List<Stage> stages;
    private final RunCounts counts;

    private final long openedAt = System.nanoTime();
    private final long elapsedBefore;

    private int stage;
    private boolean finished;
    private final boolean waits;
    /** Where the last batch ended that was written. */
    private String committed = "";
    private long sinceCheckpoint;
    private long checkpointNanos = System.nanoTime();
    private StageInput input;
    private StageOutput output;
    private Passage passage;
    private volatile RunProgress progress;
    private Sealing sealing;
    /** Where the current stage goes on; null once it is open, which may take a decision over all samples. */
    private Checkpoint toOpen;

    private PipelineRun(Pipeline pipeline, SampleSource source, Path directory, CurationConfig config,
            List<String> labels, RunManner manner, Checkpoint from) {
        this.manner = manner;
        this.pipeline = pipeline;
        this.waits = pipeline.operators().stream().anyMatch(Operator::waits);
        this.source = source;
        this.start = source.position();
        this.directory = directory;
        this.config = config;
        this.labels = labels;
        this.stages = Stage.of(pipeline);
        this.counts = from.counts();
        this.elapsedBefore = counts.elapsed;
        this.stage = from.stage();
        counts.of(SourceInput.LABEL);
        Stage.labelled(pipeline).forEach(step -> counts.of(step.label()));
        if (stage == 0) {
            openStage(from.position(), from.lengths(), from.lastDocument());
        } else {
            toOpen = from;
        }
        publish();
    }

    private PipelineRun(Pipeline pipeline, SampleSource source, Path directory, CurationConfig config,
            RunCounts counts) {
        this.manner = RunManner.DATASET;
        this.pipeline = pipeline;
        this.waits = pipeline.operators().stream().anyMatch(Operator::waits);
        this.source = source;
        this.start = source.position();
        this.directory = directory;
        this.config = config;
        this.labels = List.of();
        this.stages = Stage.of(pipeline);
        this.counts = counts;
        this.elapsedBefore = counts.elapsed;
        this.stage = stages.size();
        this.finished = true;
        publish();
    }

    /**
     * Begins a run, or goes on with the one whose checkpoint is in the directory.
     *
     * @param source yields the same samples each time; owned and closed by the run
     * @param directory of this run alone; made if absent
     * @param labels union of the labels of the source's documents
     * @throws RunException if the directory holds a run of another recipe or a file is shorter than its checkpoint says
     */
    public static PipelineRun open(Pipeline pipeline, SampleSource source, Path directory, CurationConfig config,
            Collection<String> labels) {
        return open(pipeline, source, directory, config, labels, RunManner.DATASET);
    }

    /** @param manner the same each time the run is opened */
    public static PipelineRun open(Pipeline pipeline, SampleSource source, Path directory, CurationConfig config,
            Collection<String> labels, RunManner manner) {
        try {
            Files.createDirectories(directory);
            if (Files.exists(directory.resolve(DatasetManifest.FILE))) {
                return openFinished(pipeline, source, directory, config);
            }
            Checkpoint checkpoint = Checkpoint.read(directory);
            if (checkpoint == null) {
                Sealing.clean(directory);
                Files.deleteIfExists(directory.resolve(RejectLog.FILE));
                Files.deleteIfExists(directory.resolve(RunManner.LINEAGE));
                FirstSamples.check(pipeline.recipe().validators(), source, "the first samples");
                checkpoint = new Checkpoint(pipeline.recipe().hash(), order(pipeline, source, config), 0, "", "",
                        Map.of(), new RunCounts());
            } else if (!checkpoint.recipeHash().equals(pipeline.recipe().hash())) {
                throw new RunException(directory + " holds a run of recipe " + checkpoint.recipeHash() + ", not of "
                        + pipeline.recipe().hash());
            }
            boolean sealing = checkpoint.stage() == Stage.of(pipeline).size();
            checkpoint.lengths().forEach((file, length) -> {
                // Parts that have become shards are no longer there.
                if (!sealing || Files.exists(directory.resolve(file))) {
                    new AppendFile(directory.resolve(file), length).close();
                }
            });
            return new PipelineRun(pipeline.inOrder(checkpoint.order()), source, directory, config,
                    List.copyOf(new TreeSet<>(labels)), manner, checkpoint);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private static List<Integer> order(Pipeline pipeline, SampleSource source, CurationConfig config) {
        return Planner.isOpen(pipeline) ? plan(pipeline, source, config).order() : pipeline.order();
    }

    /** Tries the operators on the first samples and leaves the source where it was. */
    private static Planner plan(Pipeline pipeline, SampleSource source, CurationConfig config) {
        Planner planner = new Planner(pipeline);
        String start = source.position();
        SourceInput input = new SourceInput(source, pipeline.recipe(), config.sampleMax().bytes());
        for (int i = 0; i < Planner.SAMPLES; i++) {
            StageInput.Item item = input.next();
            if (item == null) {
                break;
            }
            if (item instanceof StageInput.Live live) {
                planner.look(live.draft());
            }
        }
        source.seek(start);
        return planner;
    }

    /** How a run over the source would go, in the order of its operators; the source is where it was afterwards. */
    public static List<PlannedStep> explain(Pipeline pipeline, SampleSource source, CurationConfig config) {
        return plan(pipeline, source, config).steps();
    }

    private static PipelineRun openFinished(Pipeline pipeline, SampleSource source, Path directory,
            CurationConfig config)
            throws IOException {
        DatasetManifest manifest = DatasetManifest.read(directory);
        if (!manifest.recipeHash().equals(pipeline.recipe().hash())) {
            throw new RunException(directory + " holds a dataset of recipe " + manifest.recipeHash() + ", not of "
                    + pipeline.recipe().hash());
        }
        Sealing.clean(directory);
        return new PipelineRun(pipeline, source, directory, config, RunCounts.of(RunReport.read(directory)));
    }

    /**
     * Takes up to {@code samplesMax} samples through the current stage, or does one piece of the work between stages.
     *
     * @return false when the dataset is complete
     * @throws RunException if a limit is reached, or an operator fails and the recipe says {@code skip_op_error: false}
     */
    public boolean step(int samplesMax) {
        if (finished) {
            return false;
        }
        if (sealing != null) {
            counts.elapsed = elapsed();
            finished = !sealing.step();
            publish();
            return !finished;
        }
        if (toOpen != null) {
            openStage(toOpen.position(), toOpen.lengths(), toOpen.lastDocument());
            toOpen = null;
            publish();
            return true;
        }
        Batch batch = read(samplesMax);
        if (batch == null) {
            endStage();
            return true;
        }
        for (int segment = 0; segment < segments(); segment++) {
            if (segment > 0) {
                decide(batch);
            }
            work(batch);
        }
        commit(batch);
        return true;
    }

    /** Whether samples are still streaming: otherwise only {@link #step} goes on. */
    public boolean isStreaming() {
        return !finished && sealing == null && toOpen == null;
    }

    /** Parts of the current stage that batches go through, at least 1. */
    public int segments() {
        return passage.segments();
    }

    /** The next samples of the current stage; null where there are no more. */
    public Batch read(int samplesMax) {
        List<Passed> items = new ArrayList<>(samplesMax);
        RunCounts read = new RunCounts();
        for (int i = 0; i < samplesMax; i++) {
            StageInput.Item item = input.next();
            if (item == null) {
                break;
            }
            if (stage == 0) {
                read.in++;
                read.of(SourceInput.LABEL).in++;
            }
            items.add(passed(item, read));
        }
        if (items.isEmpty()) {
            return null;
        }
        Batch batch = new Batch(items, input.position(), stage == 0);
        batch.counts.add(read);
        return batch;
    }

    private static Passed passed(StageInput.Item item, RunCounts read) {
        return switch (item) {
            case StageInput.Live live -> new Passed.Going(live.draft(), null);
            case StageInput.Gone gone -> {
                read.drop(gone.label(), gone.entry().reason());
                yield new Passed.Dropped(gone.entry());
            }
            case StageInput.Made made -> {
                read.of(made.label()).made += made.more();
                yield passed(made.item(), read);
            }
        };
    }

    /**
     * Takes a batch through its next segment; several threads may do so, each with a batch of its own.
     *
     * @throws RunException if an operator fails and the recipe says {@code skip_op_error: false}
     */
    public void work(Batch batch) {
        passage.work(batch);
    }

    /** Decides between two segments; in the order in which batches were read. */
    public void decide(Batch batch) {
        output.decide(batch, passage.end(batch.segment - 1));
    }

    /** Writes a batch that went through all segments; in the order in which batches were read. */
    public void commit(Batch batch) {
        output.write(batch);
        committed = batch.position;
        sinceCheckpoint += batch.samples();
        boolean late = waits && System.nanoTime() - checkpointNanos > WAITING_CHECKPOINT_NANOS;
        if (late || sinceCheckpoint >= config.checkpointSamples()) {
            checkpoint(stage, batch.position, batch.lengths);
        }
        publish();
    }

    /** How far it is; any thread may ask. */
    public RunProgress progress() {
        return progress;
    }

    private void publish() {
        progress = RunProgress.of(stage, stages.size(), input, committed, counts, deciding(), finished);
    }

    /** The operator that decides over all samples before the current stage begins; empty where none does now. */
    private String deciding() {
        return toOpen == null || stage == 0 || stage == stages.size() ? "" : stages.get(stage - 1).decider().label();
    }

    /** @throws IllegalStateException before {@link #step} has returned false */
    public DatasetManifest manifest() {
        requireFinished();
        return DatasetManifest.read(directory);
    }

    /** @throws IllegalStateException before {@link #step} has returned false */
    public RunReport report() {
        requireFinished();
        return RunReport.read(directory);
    }

    /** Gives up files; what was done since the last checkpoint is done again when the run is opened again. */
    @Override
    public void close() {
        if (input != null) {
            input.close();
        }
        source.close();
        if (output != null) {
            output.close();
        }
    }

    private void endStage() {
        checkpoint(stage + 1, "", Map.of());
        input.close();
        output.close();
        stage++;
        input = null;
        output = null;
        toOpen = Checkpoint.read(directory);
        publish();
    }

    private void openStage(String position, Map<String, Long> lengths, String lastDocument) {
        committed = position;
        if (stage == stages.size()) {
            DuplicateTraces.write(pipeline, manner.tracing(), source, start, directory, config);
            sealing = new Sealing(directory, pipeline, counts, labels);
            return;
        }
        if (stage == 0) {
            if (!position.isEmpty()) {
                source.seek(position);
            }
            input = new SourceInput(source, pipeline.recipe(), config.sampleMax().bytes());
        } else {
            input = StageInput.behind(stages.get(stage - 1).decider(), directory, stage - 1, pipeline.recipe(),
                    config.deduplicationMemory().bytes(), position, manner.earlier());
        }
        boolean hidesLater = Stage.hides(stages.subList(stage + 1, stages.size()));
        passage = new Passage(pipeline.recipe(), stages.get(stage), hidesLater, manner);
        output = new StageOutput(directory, pipeline.recipe(), manner, config, stages, stage, counts, lengths,
                lastDocument);
    }

    private void checkpoint(int atStage, String position, Map<String, Long> decided) {
        output.force();
        Map<String, Long> lengths = new TreeMap<>();
        output.lengths(lengths);
        // What deduplicators have taken since of batches behind this one does not count.
        lengths.putAll(decided);
        counts.elapsed = elapsed();
        new Checkpoint(pipeline.recipe().hash(), pipeline.order(), atStage, position, output.lastDocument(), lengths,
                counts)
                .write(directory);
        sinceCheckpoint = 0;
        checkpointNanos = System.nanoTime();
    }

    /** Time spent until now, in earlier attempts up to their last checkpoint too. */
    private long elapsed() {
        return elapsedBefore + System.nanoTime() - openedAt;
    }

    private void requireFinished() {
        if (!finished) {
            throw new IllegalStateException("the run in " + directory + " is not finished");
        }
    }

    /** Labels of the pipeline's operators in order, as they appear in reports. */
    public static List<String> operatorLabels(Pipeline pipeline) {
        return new ArrayList<>(Stage.labelled(pipeline).stream().map(Stage.Labelled::label).toList());
    }
}
