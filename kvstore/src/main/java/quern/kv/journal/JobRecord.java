package quern.kv.journal;

import java.util.Optional;

/**
 * A job of any kind. Immutable; {@link Catalogue#update} stores a successor.
 *
 * @param specJson what was asked for, with effective parameters; only its kind's code reads it
 * @param resultJson present once it succeeded, and when a failed job has something to show
 * @param error present once it failed; says what, where, expected, found
 * @param createdAtMs epoch milliseconds, as all times here
 * @param attempts how often it was started, without starts that ended because the process was shut down in order;
 *     more than 1 after a crash
 */
public record JobRecord(
        String id,
        JobKind kind,
        JobState state,
        Ownership ownership,
        String specJson,
        JobProgress progress,
        Optional<String> resultJson,
        Optional<String> error,
        long createdAtMs,
        long updatedAtMs,
        Optional<Long> startedAtMs,
        Optional<Long> finishedAtMs,
        int attempts) {

    /** A new job that waits. */
    public static JobRecord queued(String id, JobKind kind, Ownership ownership, String specJson, long nowMs) {
        return new JobRecord(
                id, kind, JobState.QUEUED, ownership, specJson, JobProgress.NONE, Optional.empty(), Optional.empty(),
                nowMs, nowMs, Optional.empty(), Optional.empty(), 0);
    }

    /** Running, one attempt more. */
    public JobRecord started(long nowMs) {
        return new JobRecord(
                id, kind, JobState.RUNNING, ownership, specJson, progress, resultJson, Optional.empty(),
                createdAtMs, nowMs, startedAtMs.or(() -> Optional.of(nowMs)), Optional.empty(), attempts + 1);
    }

    public JobRecord progressed(JobProgress next, long nowMs) {
        return new JobRecord(
                id, kind, state, ownership, specJson, next, resultJson, error,
                createdAtMs, nowMs, startedAtMs, finishedAtMs, attempts);
    }

    /** Waiting again, as the process that runs it is shut down; the attempt does not count. */
    public JobRecord left(long nowMs) {
        return let(JobState.QUEUED, nowMs);
    }

    /** It runs, and is to let go. */
    public JobRecord pausing(long nowMs) {
        return with(JobState.PAUSING, resultJson, error, nowMs);
    }

    /** Waiting to be resumed; an attempt that ended by it does not count. */
    public JobRecord paused(long nowMs) {
        return state == JobState.QUEUED ? with(JobState.PAUSED, resultJson, error, nowMs)
                : let(JobState.PAUSED, nowMs);
    }

    private JobRecord let(JobState next, long nowMs) {
        return new JobRecord(
                id, kind, next, ownership, specJson, progress, resultJson, error,
                createdAtMs, nowMs, startedAtMs, Optional.empty(), Math.max(0, attempts - 1));
    }

    /** Waiting again, after the process that ran it died, or when it is resumed. */
    public JobRecord requeued(long nowMs) {
        return with(JobState.QUEUED, resultJson, Optional.empty(), nowMs);
    }

    public JobRecord cancelling(long nowMs) {
        return with(JobState.CANCELLING, resultJson, error, nowMs);
    }

    public JobRecord succeeded(String result, long nowMs) {
        return with(JobState.SUCCEEDED, Optional.of(result), Optional.empty(), nowMs);
    }

    public JobRecord failed(String message, long nowMs) {
        return with(JobState.FAILED, resultJson, Optional.of(message), nowMs);
    }

    public JobRecord cancelled(long nowMs) {
        return with(JobState.CANCELLED, resultJson, error, nowMs);
    }

    private JobRecord with(JobState next, Optional<String> result, Optional<String> problem, long nowMs) {
        return new JobRecord(
                id, kind, next, ownership, specJson, progress, result, problem,
                createdAtMs, nowMs, startedAtMs, next.terminal() ? Optional.of(nowMs) : Optional.empty(), attempts);
    }
}
