package quern.actors.pipelines;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.jobs.JobQueue;
import quern.actors.tuning.TuningSpec;
import quern.config.PipelineConfig;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.PipelineRecord;

/**
 * The third stage: tunes on all datasets of the pipeline when enough of them is new, or when the new ones have waited
 * long enough, or when somebody asked for it; and only when the last stage has room. The gate decides in the tuning job
 * itself, and what it lets pass goes live with the job's last write.
 */
final class TuneStage extends AbstractMatchingBehavior<TuneStage.Command> {

    /** Datasets that may wait. */
    private static final int FRESH_MAX = 64;

    sealed interface Command {}

    /** The next stage has room. Asking again while one waits changes nothing. */
    record Demand(ActorRef<ReleaseStage.Command> replyTo) implements Command {}

    enum Curated implements Command { NOW }

    private enum Look implements Command { NOW }

    private record Ran(StageRun.Ended ended) implements Command {}

    static Behavior<Command> create(
            PipelineLedger ledger, House house, ActorRef<CurateStage.Command> curate,
            ActorRef<JobQueue.Command> jobs) {
        return Behaviors.setup(context -> new TuneStage(context, ledger, house, curate, jobs));
    }

    private final PipelineLedger ledger;
    private final House house;
    private final ActorRef<CurateStage.Command> curate;
    private final ActorRef<JobQueue.Command> jobs;
    private Optional<ActorRef<ReleaseStage.Command>> waiting = Optional.empty();
    private boolean running;

    private TuneStage(
            ActorContext<Command> context, PipelineLedger ledger, House house, ActorRef<CurateStage.Command> curate,
            ActorRef<JobQueue.Command> jobs) {
        super(context);
        this.ledger = ledger;
        this.house = house;
        this.curate = curate;
        this.jobs = jobs;
        context.getSelf().tell(Look.NOW);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Demand demand -> {
                waiting = Optional.of(demand.replyTo());
                begin();
            }
            case Curated now -> begin();
            case Look now -> {
                begin();
                getContext().scheduleOnce(ledger.config().look(), getContext().getSelf(), Look.NOW);
            }
            case Ran ran -> onRan(ran.ended().job());
        }
        return this;
    }

    private void begin() {
        PipelineRecord record = ledger.now();
        if (record.fresh().size() < FRESH_MAX) {
            curate.tell(new CurateStage.Demand(getContext().getSelf()));
        }
        Optional<String> model = house.running().map(House.Running::name);
        if (running || model.isEmpty()) {
            return;
        }
        if (record.tuning().isPresent()) {
            run(record, record.tuning().get(), model.get());
        } else if (waiting.isPresent() && isDue(record)) {
            PipelineRecord begun = ledger.update(before -> before.tuning(ledger.nowMs()));
            run(begun, begun.tuning().orElseThrow(), model.get());
        }
    }

    private boolean isDue(PipelineRecord record) {
        if (record.candidate().isPresent() || record.datasets().isEmpty()) {
            return false;
        }
        if (record.asked()) {
            return record.curating().isEmpty() && record.arrived().isEmpty();
        }
        PipelineConfig config = ledger.config();
        long samples = record.freshSamples();
        boolean waitedLong = !config.tuneAfter().isZero()
                && ledger.nowMs() - record.freshSinceMs() >= config.tuneAfter().toMillis();
        return !record.held() && samples > 0 && (samples >= config.tuneSamples() || waitedLong);
    }

    private void run(PipelineRecord record, PipelineRecord.Run run, String model) {
        List<String> datasets = ledger.present(run.inputs());
        if (datasets.isEmpty() && run.jobId().isEmpty()) {
            ledger.update(before -> before.notTuned("all its datasets are gone", ledger.nowMs()));
            return;
        }
        running = true;
        String spec = run.jobId().isPresent() ? "" : RecordText.write(spec(run, model, datasets));
        getContext().spawnAnonymous(StageRun.create(ledger, jobs,
                new StageRun.Order(JobKind.TUNE, run.number(), spec, record.ownership(), run.jobId()),
                id -> ledger.update(before -> before.tuningAs(id, ledger.nowMs())),
                getContext().messageAdapter(StageRun.Ended.class, Ran::new)));
    }

    private TuningSpec spec(PipelineRecord.Run run, String model, List<String> datasets) {
        PipelineConfig config = ledger.config();
        var standing = new TuningSpec.Standing(datasets.subList(0, datasets.size() - 1),
                config.publish() == PipelineConfig.Publish.APPROVAL);
        return TuningSpec.of(model, datasets.getLast(), config.alias().orElse(ledger.name()), 0,
                TuningSpec.Wishes.NONE, house.config().tuning(),
                Map.of("pipeline", ledger.mark(run.number())), false, standing);
    }

    private void onRan(Optional<JobRecord> job) {
        running = false;
        Optional<ObjectNode> result = job.flatMap(JobRecord::resultJson)
                .map(text -> RecordText.read(text, ObjectNode.class));
        boolean succeeded = job.filter(ended -> ended.state() == JobState.SUCCEEDED).isPresent();
        if (succeeded && result.isPresent()) {
            Optional<String> adapter = Optional.of(result.get().path("adapter").asText());
            boolean live = result.get().path("published").asBoolean();
            getContext().getLog().info("pipeline {}: {} {}", ledger.name(), adapter.get(),
                    live ? "is live" : "passed its gate and waits for approval");
            ledger.update(record -> record.tuned(live ? adapter : Optional.empty(),
                    live ? Optional.empty() : adapter, Optional.empty(), ledger.nowMs()));
        } else {
            String why = job.map(ended -> "tuning " + ended.id() + ": "
                            + ended.error().orElse(ended.state() == JobState.CANCELLED ? "cancelled" : "failed"))
                    .orElse("a tuning's record is gone");
            getContext().getLog().warn("pipeline {}: {}", ledger.name(), why);
            ledger.update(record -> result.isPresent()
                    ? record.tuned(Optional.empty(), Optional.empty(), Optional.of(why), ledger.nowMs())
                    : record.notTuned(why, ledger.nowMs()));
        }
        waiting.ifPresent(next -> next.tell(ReleaseStage.Decided.NOW));
        waiting = Optional.empty();
    }
}
