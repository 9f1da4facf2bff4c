package quern.actors.jobs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.kv.journal.Catalogue;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/**
 * Every job waits and runs here, one of each kind at a time, in the order of acceptance. A job is acknowledged after
 * its record is on disk; after a restart it waits again and goes on from what its last run left.
 */
public final class JobQueue extends AbstractMatchingBehavior<JobQueue.Command> {

    private static final Logger LOG = LoggerFactory.getLogger(JobQueue.class);

    /** Between two stored progresses of one job; notes are stored at once. */
    private static final long PROGRESS_INTERVAL_MS = 500;

    public sealed interface Command {}

    /** @param replyTo gets exactly one {@link SubmitReply} */
    public record Submit(JobKind kind, String specJson, Ownership ownership, ActorRef<SubmitReply> replyTo)
            implements Command {}

    /** @param replyTo gets the job as it is after the order; a job that has ended stays as it is */
    public record Cancel(String jobId, ActorRef<CancelReply> replyTo) implements Command {}

    /** From a run. */
    public record Progressed(String jobId, JobProgress progress, List<JobNote> notes) implements Command {}

    /** From a run, its last word. */
    public record Ended(String jobId, JobOutcome outcome) implements Command {}

    private record Vanished(String jobId) implements Command {}

    public sealed interface SubmitReply {}

    public record Accepted(JobRecord job) implements SubmitReply {}

    /** @param waiting jobs that wait, the limit */
    public record Overloaded(int waiting) implements SubmitReply {}

    public sealed interface CancelReply {}

    public record CancelTaken(JobRecord job) implements CancelReply {}

    public record UnknownJob(String jobId) implements CancelReply {}

    private record Run(ActorRef<JobStarter.Order> actor, JobKind kind) {}

    private final Catalogue catalogue;
    private final Map<JobKind, JobStarter> starters;
    private final int queueMax;
    private final LongSupplier clockMs;
    private final Deque<JobRecord> waiting = new ArrayDeque<>();
    private final Map<String, Run> runs = new HashMap<>();
    private final Map<JobKind, String> runningOfKind = new EnumMap<>(JobKind.class);
    private final Map<String, Long> progressStoredAtMs = new HashMap<>();

    /** @param clockMs epoch milliseconds */
    public static Behavior<Command> create(
            Catalogue catalogue, Map<JobKind, JobStarter> starters, int queueMax, LongSupplier clockMs) {
        return Behaviors.setup(context -> new JobQueue(context, catalogue, starters, queueMax, clockMs));
    }

    private JobQueue(
            ActorContext<Command> context, Catalogue catalogue, Map<JobKind, JobStarter> starters, int queueMax,
            LongSupplier clockMs) {
        super(context);
        this.catalogue = catalogue;
        this.starters = Map.copyOf(starters);
        this.queueMax = queueMax;
        this.clockMs = clockMs;
        recover();
        startWaiting();
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Submit submit -> submit.replyTo().tell(accept(submit));
            case Cancel cancel -> cancel.replyTo().tell(cancel(cancel.jobId()));
            case Progressed progressed -> onProgressed(progressed);
            case Ended ended -> onEnded(ended.jobId(), ended.outcome());
            case Vanished vanished -> onVanished(vanished.jobId());
        }
        return this;
    }

    /** What an earlier process left: running jobs wait again, cancelled ones have ended. */
    private void recover() {
        long nowMs = clockMs.getAsLong();
        for (JobRecord job : catalogue.all(RecordKind.JOB, JobRecord.class)) {
            switch (job.state()) {
                case QUEUED -> waiting.add(job);
                case RUNNING -> waiting.add(store(job.requeued(nowMs),
                        new WriteSet().event(job.id(), nowMs, "info", "waits again after a restart", "")));
                case CANCELLING -> store(job.cancelled(nowMs), new WriteSet());
                case SUCCEEDED, FAILED, CANCELLED -> { }
            }
        }
    }

    private SubmitReply accept(Submit submit) {
        if (waiting.size() >= queueMax) {
            return new Overloaded(waiting.size());
        }
        long nowMs = clockMs.getAsLong();
        JobRecord job = JobRecord.queued(
                JobIds.next(submit.kind(), nowMs), submit.kind(), submit.ownership(), submit.specJson(), nowMs);
        store(job, new WriteSet().event(job.id(), nowMs, "info", "job created", ""));
        waiting.add(job);
        startWaiting();
        return new Accepted(catalogue.get(RecordKind.JOB, job.id(), JobRecord.class).orElse(job));
    }

    private CancelReply cancel(String jobId) {
        var found = catalogue.get(RecordKind.JOB, jobId, JobRecord.class);
        if (found.isEmpty()) {
            return new UnknownJob(jobId);
        }
        JobRecord job = found.get();
        Run run = runs.get(jobId);
        if (run != null) {
            run.actor().tell(new JobStarter.Cancel());
            return new CancelTaken(change(jobId, record -> record.cancelling(clockMs.getAsLong()), new WriteSet()));
        }
        if (job.state().terminal()) {
            return new CancelTaken(job);
        }
        waiting.removeIf(record -> record.id().equals(jobId));
        return new CancelTaken(change(jobId, record -> record.cancelled(clockMs.getAsLong()),
                new WriteSet().event(jobId, clockMs.getAsLong(), "info", "job cancelled", "")));
    }

    private void startWaiting() {
        var jobs = waiting.iterator();
        while (jobs.hasNext()) {
            JobRecord job = jobs.next();
            if (!runningOfKind.containsKey(turn(job.kind()))) {
                jobs.remove();
                start(job);
            }
        }
    }

    private void start(JobRecord job) {
        JobStarter starter = starters.get(job.kind());
        if (starter == null) {
            onEnded(job.id(), new JobOutcome.Failed("this process runs no jobs of kind " + job.kind()));
            return;
        }
        JobRecord started = change(job.id(), record -> record.started(clockMs.getAsLong()),
                new WriteSet().event(job.id(), clockMs.getAsLong(), "info", "job started", ""));
        ActorRef<JobStarter.Order> actor =
                getContext().spawnAnonymous(starter.start(started, getContext().getSelf()), JobDispatchers.io());
        getContext().watchWith(actor, new Vanished(job.id()));
        runs.put(job.id(), new Run(actor, job.kind()));
        runningOfKind.put(turn(job.kind()), job.id());
    }

    /** Kinds that wait for each other: whatever is attached to the engine's steps. */
    private static JobKind turn(JobKind kind) {
        return kind == JobKind.COMPRESS ? JobKind.TUNE : kind;
    }

    private void onProgressed(Progressed progressed) {
        long nowMs = clockMs.getAsLong();
        long storedAtMs = progressStoredAtMs.getOrDefault(progressed.jobId(), 0L);
        if (!runs.containsKey(progressed.jobId())
                || progressed.notes().isEmpty() && nowMs - storedAtMs < PROGRESS_INTERVAL_MS) {
            return;
        }
        WriteSet changes = new WriteSet();
        for (JobNote note : progressed.notes()) {
            changes.event(progressed.jobId(), nowMs, note.level(), note.message(), note.detailJson());
        }
        change(progressed.jobId(), record -> record.progressed(progressed.progress(), nowMs), changes);
        progressStoredAtMs.put(progressed.jobId(), nowMs);
    }

    private void onEnded(String jobId, JobOutcome outcome) {
        long nowMs = clockMs.getAsLong();
        switch (outcome) {
            case JobOutcome.Succeeded done -> change(jobId, record -> record.succeeded(done.resultJson(), nowMs),
                    done.changes().event(jobId, nowMs, "info", "job succeeded", ""));
            case JobOutcome.Failed failed -> {
                LOG.warn("job {} failed: {}", jobId, failed.message());
                change(jobId, record -> record.failed(failed.message(), nowMs),
                        new WriteSet().event(jobId, nowMs, "error", failed.message(), ""));
            }
            case JobOutcome.Refused refused -> change(jobId,
                    record -> record.succeeded(refused.resultJson(), nowMs).failed(refused.message(), nowMs),
                    refused.changes().event(jobId, nowMs, "error", refused.message(), ""));
            case JobOutcome.Cancelled cancelled -> change(jobId, record -> record.cancelled(nowMs),
                    new WriteSet().event(jobId, nowMs, "info", "job cancelled", ""));
        }
        forget(jobId);
        startWaiting();
    }

    /** A run that stopped without a last word has failed. */
    private void onVanished(String jobId) {
        if (runs.containsKey(jobId)) {
            onEnded(jobId, new JobOutcome.Failed("the run stopped without a result"));
        }
    }

    private void forget(String jobId) {
        Run run = runs.remove(jobId);
        if (run != null) {
            runningOfKind.remove(turn(run.kind()));
        }
        progressStoredAtMs.remove(jobId);
    }

    private JobRecord change(String jobId, UnaryOperator<JobRecord> change, WriteSet beside) {
        JobRecord job = catalogue.get(RecordKind.JOB, jobId, JobRecord.class)
                .orElseThrow(() -> new IllegalStateException("job " + jobId + " is gone from the catalogue"));
        return store(change.apply(job), beside);
    }

    private JobRecord store(JobRecord job, WriteSet beside) {
        catalogue.commit(beside.put(RecordKind.JOB, job.id(), job));
        return job;
    }
}
