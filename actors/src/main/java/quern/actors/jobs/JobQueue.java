package quern.actors.jobs;

import java.time.Duration;
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
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;
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
 * its record is on disk; after a restart it waits again and goes on from what its last run left. While nothing can be
 * written, as on a full disk, no order is taken, no run begins, and ends wait until they are written.
 */
public final class JobQueue extends AbstractMatchingBehavior<JobQueue.Command> {

    private static final Logger LOG = LoggerFactory.getLogger(JobQueue.class);

    /** Between two stored progresses of one job; notes are stored at once. */
    private static final long PROGRESS_INTERVAL_MS = 500;
    private static final Duration AGAIN = Duration.ofSeconds(1);

    public sealed interface Command {}

    /** @param replyTo gets exactly one {@link SubmitReply} */
    public record Submit(JobKind kind, String specJson, Ownership ownership, ActorRef<SubmitReply> replyTo)
            implements Command {}

    /** @param replyTo gets the job as it is after the order; a job that has ended stays as it is */
    public record Cancel(String jobId, ActorRef<CancelReply> replyTo) implements Command {}

    /** @param replyTo gets the job as it is after the order, or why it stays as it is */
    public record Pause(String jobId, ActorRef<PauseReply> replyTo) implements Command {}

    /** @param replyTo gets the job as it is after the order, or why it stays as it is */
    public record Resume(String jobId, ActorRef<PauseReply> replyTo) implements Command {}

    /** From a run. */
    public record Progressed(String jobId, JobProgress progress, List<JobNote> notes) implements Command {}

    /** From a run, its last word. */
    public record Ended(String jobId, JobOutcome outcome) implements Command {}

    private record Vanished(String jobId) implements Command {}

    private enum TryAgain implements Command { NOW }

    public sealed interface SubmitReply {}

    public record Accepted(JobRecord job) implements SubmitReply {}

    /** @param waiting jobs that wait, the limit */
    public record Overloaded(int waiting) implements SubmitReply, PauseReply {}

    public sealed interface CancelReply {}

    public record CancelTaken(JobRecord job) implements CancelReply {}

    public sealed interface PauseReply {}

    public record PauseTaken(JobRecord job) implements PauseReply {}

    /** @param job whose state allows no such order */
    public record NotNow(JobRecord job) implements PauseReply {}

    public record UnknownJob(String jobId) implements CancelReply, PauseReply {}

    /** Nothing was changed: it cannot be written now. */
    public record Unwritten(String reason) implements SubmitReply, CancelReply, PauseReply {}

    private record Run(ActorRef<JobStarter.Order> actor, JobKind kind) {}

    private final Catalogue catalogue;
    private final Map<JobKind, JobStarter> starters;
    private final int queueMax;
    private final int attemptsMax;
    private final LongSupplier clockMs;
    private final Deque<JobRecord> waiting = new ArrayDeque<>();
    private final Map<String, Run> runs = new HashMap<>();
    private final Map<JobKind, String> runningOfKind = new EnumMap<>(JobKind.class);
    private final Map<String, Long> progressStoredAtMs = new HashMap<>();
    /** Ends that could not be written yet. */
    private final Deque<Ending> unwritten = new ArrayDeque<>();
    private boolean triesAgain;
    private boolean full;

    /**
     * @param queueMax jobs that wait
     * @param attemptsMax starts of a job that the process may die in
     * @param clockMs epoch milliseconds
     */
    public static Behavior<Command> create(Catalogue catalogue, Map<JobKind, JobStarter> starters, int queueMax,
            int attemptsMax, LongSupplier clockMs) {
        return Behaviors.setup(context -> new JobQueue(context, catalogue, starters, queueMax, attemptsMax, clockMs));
    }

    private JobQueue(
            ActorContext<Command> context, Catalogue catalogue, Map<JobKind, JobStarter> starters, int queueMax,
            int attemptsMax, LongSupplier clockMs) {
        super(context);
        this.catalogue = catalogue;
        this.starters = Map.copyOf(starters);
        this.queueMax = queueMax;
        this.attemptsMax = attemptsMax;
        this.clockMs = clockMs;
        recover();
        startWaiting();
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Submit submit -> submit.replyTo().tell(accept(submit));
            case Cancel cancel -> cancel.replyTo().tell(cancel(cancel.jobId()));
            case Pause pause -> pause.replyTo().tell(pauseOrResume(pause.jobId(), false));
            case Resume resume -> resume.replyTo().tell(pauseOrResume(resume.jobId(), true));
            case Progressed progressed -> onProgressed(progressed);
            case Ended ended -> onEnded(ended.jobId(), ended.outcome());
            case Vanished vanished -> onVanished(vanished.jobId());
            case TryAgain now -> {
                triesAgain = false;
                writeEnds();
                full &= triesAgain;
            }
        }
        return this;
    }

    /** @throws QuernException as it was, if trying again does not mend it */
    private String tryLater(QuernException cause) {
        if (cause.category() != QuernException.Category.RETRYABLE) {
            throw cause;
        }
        if (!full) {
            LOG.warn("jobs cannot be written, which is tried again each second: {}", cause.getMessage());
            full = true;
        }
        if (!triesAgain) {
            triesAgain = true;
            getContext().scheduleOnce(AGAIN, getContext().getSelf(), TryAgain.NOW);
        }
        return cause.getMessage();
    }

    /** The process is shut down in order: what runs has not failed by that, and no attempt is counted. */
    @Override
    public Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            runs.keySet().forEach(this::leave);
        }
        return this;
    }

    private void leave(String jobId) {
        long nowMs = clockMs.getAsLong();
        try {
            change(jobId, record -> switch (record.state()) {
                case RUNNING -> record.left(nowMs);
                case PAUSING -> record.paused(nowMs);
                default -> record;
            }, new WriteSet().event(jobId, nowMs, "info", "let go: the server is shut down", ""));
        } catch (QuernException full) {
            LOG.warn("job {} will count as killed: {}", jobId, full.getMessage());
        }
    }

    /** What an earlier process left: running jobs wait again, cancelled ones have ended. */
    private void recover() {
        long nowMs = clockMs.getAsLong();
        for (JobRecord job : catalogue.all(RecordKind.JOB, JobRecord.class)) {
            switch (job.state()) {
                case QUEUED -> waiting.add(job);
                case RUNNING -> again(job, nowMs);
                case CANCELLING -> store(job.cancelled(nowMs), new WriteSet());
                case PAUSING -> store(job.paused(nowMs), new WriteSet());
                case PAUSED, SUCCEEDED, FAILED, CANCELLED -> { }
            }
        }
    }

    /** The process died while it ran, and maybe of it. */
    private void again(JobRecord job, long nowMs) {
        if (job.attempts() < attemptsMax) {
            waiting.add(store(job.requeued(nowMs),
                    new WriteSet().event(job.id(), nowMs, "info", "waits again after a restart", "")));
            return;
        }
        String message = "the process ended " + job.attempts() + " times while this job ran, all that"
                + " jobs.attempts-max allows; often it is memory: smaller samples (tuning.sequence-max) take less";
        LOG.warn("job {} failed: {}", job.id(), message);
        store(job.failed(message, nowMs), new WriteSet().event(job.id(), nowMs, "error", message, ""));
    }

    private SubmitReply accept(Submit submit) {
        if (waiting.size() >= queueMax) {
            return new Overloaded(waiting.size());
        }
        long nowMs = clockMs.getAsLong();
        JobRecord job = JobRecord.queued(
                JobIds.next(submit.kind(), nowMs), submit.kind(), submit.ownership(), submit.specJson(), nowMs);
        try {
            store(job, new WriteSet().event(job.id(), nowMs, "info", "job created", ""));
        } catch (QuernException full) {
            return new Unwritten(tryLater(full));
        }
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
        long nowMs = clockMs.getAsLong();
        if (run == null && job.state().terminal()) {
            return new CancelTaken(job);
        }
        try {
            JobRecord changed = run == null
                    ? change(jobId, record -> record.cancelled(nowMs),
                            new WriteSet().event(jobId, nowMs, "info", "job cancelled", ""))
                    : change(jobId, record -> record.cancelling(nowMs), new WriteSet());
            if (run == null) {
                waiting.removeIf(record -> record.id().equals(jobId));
            } else {
                run.actor().tell(new JobStarter.Cancel());
            }
            return new CancelTaken(changed);
        } catch (QuernException full) {
            return new Unwritten(tryLater(full));
        }
    }

    private PauseReply pauseOrResume(String jobId, boolean resume) {
        try {
            return catalogue.get(RecordKind.JOB, jobId, JobRecord.class)
                    .map(job -> resume ? resume(job) : pause(job)).orElseGet(() -> new UnknownJob(jobId));
        } catch (QuernException full) {
            return new Unwritten(tryLater(full));
        }
    }

    private PauseReply pause(JobRecord job) {
        long nowMs = clockMs.getAsLong();
        WriteSet beside = new WriteSet().event(job.id(), nowMs, "info", "job paused", "");
        return switch (job.state()) {
            case PAUSING, PAUSED -> new PauseTaken(job);
            case QUEUED -> {
                JobRecord paused = store(job.paused(nowMs), beside);
                waiting.removeIf(record -> record.id().equals(job.id()));
                yield new PauseTaken(paused);
            }
            case RUNNING -> {
                JobRecord pausing = store(job.pausing(nowMs), beside);
                runs.get(job.id()).actor().tell(new JobStarter.Pause());
                yield new PauseTaken(pausing);
            }
            case CANCELLING, SUCCEEDED, FAILED, CANCELLED -> new NotNow(job);
        };
    }

    private PauseReply resume(JobRecord job) {
        return switch (job.state()) {
            case QUEUED, RUNNING -> new PauseTaken(job);
            case PAUSED -> {
                if (waiting.size() >= queueMax) {
                    yield new Overloaded(waiting.size());
                }
                long nowMs = clockMs.getAsLong();
                waiting.add(store(job.requeued(nowMs),
                        new WriteSet().event(job.id(), nowMs, "info", "job resumed", "")));
                startWaiting();
                yield new PauseTaken(catalogue.get(RecordKind.JOB, job.id(), JobRecord.class).orElse(job));
            }
            case PAUSING, CANCELLING, SUCCEEDED, FAILED, CANCELLED -> new NotNow(job);
        };
    }

    private void startWaiting() {
        for (JobRecord job : List.copyOf(waiting)) {
            if (!runningOfKind.containsKey(turn(job.kind())) && waiting.remove(job)) {
                try {
                    start(job);
                } catch (QuernException full) {
                    waiting.addFirst(job);
                    tryLater(full);
                    return;
                }
            }
        }
    }

    /** @throws QuernException if its start cannot be written; it has not begun then */
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
        return kind == JobKind.COMPRESS || kind == JobKind.MERGE ? JobKind.TUNE : kind;
    }

    private void onProgressed(Progressed progressed) {
        long nowMs = clockMs.getAsLong();
        long storedAtMs = progressStoredAtMs.getOrDefault(progressed.jobId(), 0L);
        if (!runs.containsKey(progressed.jobId())
                || progressed.notes().isEmpty() && nowMs - storedAtMs < PROGRESS_INTERVAL_MS) {
            return;
        }
        WriteSet changes = new WriteSet();
        progressed.notes().forEach(note ->
                changes.event(progressed.jobId(), nowMs, note.level(), note.message(), note.detailJson()));
        try {
            change(progressed.jobId(), record -> record.progressed(progressed.progress(), nowMs), changes);
            progressStoredAtMs.put(progressed.jobId(), nowMs);
        } catch (QuernException full) {
            tryLater(full);
        }
    }

    private void onEnded(String jobId, JobOutcome outcome) {
        unwritten.add(Ending.of(jobId, outcome, clockMs.getAsLong()));
        writeEnds();
    }

    private void writeEnds() {
        while (!unwritten.isEmpty()) {
            Ending ending = unwritten.peek();
            try {
                change(ending.jobId(), ending.change(), ending.beside());
            } catch (QuernException full) {
                tryLater(full);
                return;
            }
            unwritten.remove();
            forget(ending.jobId());
        }
        startWaiting();
    }

    /** A run that stopped without a last word has failed. */
    private void onVanished(String jobId) {
        if (runs.containsKey(jobId) && unwritten.stream().noneMatch(ending -> ending.jobId().equals(jobId))) {
            onEnded(jobId, new JobOutcome.Failed("the run stopped without a result"));
        }
    }

    private void forget(String jobId) {
        runs.remove(jobId);
        runningOfKind.values().remove(jobId);
        progressStoredAtMs.remove(jobId);
    }

    private JobRecord change(String jobId, UnaryOperator<JobRecord> change, WriteSet beside) {
        JobRecord job = catalogue.get(RecordKind.JOB, jobId, JobRecord.class)
                .orElseThrow(() -> new IllegalStateException("job " + jobId + " is gone from the catalogue"));
        return store(change.apply(job), beside);
    }

    private JobRecord store(JobRecord job, WriteSet beside) {
        catalogue.commit(new WriteSet().and(beside).put(RecordKind.JOB, job.id(), job));
        return job;
    }
}
