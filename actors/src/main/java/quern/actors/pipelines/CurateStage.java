package quern.actors.pipelines;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.RecordText;
import quern.actors.curation.CurationSpec;
import quern.actors.jobs.JobQueue;
import quern.ingest.DocumentId;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.PipelineRecord;
import quern.kv.journal.TombstoneRecord;

/**
 * The second stage: runs the recipe over documents that no run of the pipeline has had, comparing them with all its
 * datasets so far. Asks for documents when the next stage has asked for a dataset. What could not be curated is tried
 * again after a pause that grows.
 */
final class CurateStage extends AbstractMatchingBehavior<CurateStage.Command> {

    private static final Duration PAUSE_MIN = Duration.ofSeconds(15);
    private static final Duration PAUSE_MAX = Duration.ofHours(1);

    sealed interface Command {}

    /** The next stage has room. Asking again while one waits changes nothing. */
    record Demand(ActorRef<TuneStage.Command> replyTo) implements Command {}

    enum Arrived implements Command { NOW }

    private record Ran(StageRun.Ended ended) implements Command {}

    private enum PauseOver implements Command { NOW }

    static Behavior<Command> create(
            PipelineLedger ledger, ActorRef<IntakeStage.Command> intake, ActorRef<JobQueue.Command> jobs) {
        return Behaviors.setup(context -> new CurateStage(context, ledger, intake, jobs));
    }

    private final PipelineLedger ledger;
    private final ActorRef<IntakeStage.Command> intake;
    private final ActorRef<JobQueue.Command> jobs;
    private Optional<ActorRef<TuneStage.Command>> waiting = Optional.empty();
    private boolean running;
    private boolean pausing;
    private Duration pause = PAUSE_MIN;

    private CurateStage(
            ActorContext<Command> context, PipelineLedger ledger, ActorRef<IntakeStage.Command> intake,
            ActorRef<JobQueue.Command> jobs) {
        super(context);
        this.ledger = ledger;
        this.intake = intake;
        this.jobs = jobs;
        ledger.now().curating().ifPresent(this::run);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Demand demand -> {
                waiting = Optional.of(demand.replyTo());
                ask();
            }
            case Arrived now -> {
                if (!running) {
                    run(ledger.update(record -> record.curating(ledger.nowMs())).curating().orElseThrow());
                }
            }
            case Ran ran -> onRan(ran.ended().job());
            case PauseOver now -> {
                pausing = false;
                ask();
            }
        }
        return this;
    }

    private void ask() {
        if (waiting.isPresent() && !running && (!pausing || ledger.now().asked())) {
            intake.tell(new IntakeStage.Demand(getContext().getSelf()));
        }
    }

    private void run(PipelineRecord.Run run) {
        Path recipe = ledger.config().recipe().orElseThrow();
        String text = "";
        try {
            text = run.jobId().isPresent() ? "" : Files.readString(recipe);
        } catch (IOException e) {
            failed("the recipe " + recipe + " cannot be read: " + e);
            return;
        }
        PipelineRecord record = ledger.now();
        List<String> there = run.inputs().stream()
                .filter(id -> ledger.stores().documents().find(new DocumentId(id)).isPresent()).toList();
        if (there.isEmpty() && run.jobId().isEmpty()) {
            made(Optional.empty());
            return;
        }
        CurationSpec spec = new CurationSpec(text, Optional.of(ledger.name()), Optional.empty(), there, 0, false,
                Optional.of(ledger.mark(run.number())), ledger.present(record.datasets()),
                Optional.empty());
        running = true;
        getContext().spawnAnonymous(StageRun.create(ledger, jobs,
                new StageRun.Order(JobKind.CURATE, run.number(), RecordText.write(spec), record.ownership(),
                        run.jobId()),
                id -> ledger.update(before -> before.curatingAs(id, ledger.nowMs())),
                getContext().messageAdapter(StageRun.Ended.class, Ran::new)));
    }

    private void onRan(Optional<JobRecord> job) {
        running = false;
        if (job.filter(ended -> ended.state() == JobState.SUCCEEDED).isEmpty()) {
            failed(job.map(ended -> "curation " + ended.id() + " "
                            + ended.error().orElse(ended.state() == JobState.CANCELLED ? "was cancelled" : "failed"))
                    .orElse("a curation's record is gone"));
            return;
        }
        String made = RecordText.read(job.get().resultJson().orElseThrow(), ObjectNode.class)
                .path("dataset_id").asText();
        long samples = TombstoneRecord.dataset(ledger.stores().catalogue(), made)
                .map(DatasetRecord::samples).orElse(0L);
        getContext().getLog().info("pipeline {}: {} new samples in {}", ledger.name(), samples, made);
        pause = PAUSE_MIN;
        made(Optional.of(new PipelineRecord.Fresh(made, samples)).filter(fresh -> fresh.samples() > 0));
    }

    private void made(Optional<PipelineRecord.Fresh> dataset) {
        ledger.update(record -> record.curated(dataset, ledger.nowMs()));
        waiting.ifPresent(next -> next.tell(TuneStage.Curated.NOW));
        waiting = Optional.empty();
    }

    private void failed(String why) {
        getContext().getLog().warn("pipeline {}: {}; tried again in {} s", ledger.name(), why, pause.toSeconds());
        ledger.update(record -> record.notCurated(why, ledger.nowMs()));
        pausing = true;
        getContext().scheduleOnce(pause, getContext().getSelf(), PauseOver.NOW);
        pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
    }
}
