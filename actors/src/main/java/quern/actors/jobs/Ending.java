package quern.actors.jobs;

import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.WriteSet;

/**
 * How a run ended, as it is to be written.
 *
 * @param beside written together with the job
 */
record Ending(String jobId, UnaryOperator<JobRecord> change, WriteSet beside) {

    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

    static Ending of(String jobId, JobOutcome outcome, long nowMs) {
        return switch (outcome) {
            case JobOutcome.Succeeded done -> new Ending(jobId, record -> record.succeeded(done.resultJson(), nowMs),
                    done.changes().event(jobId, nowMs, "info", "job succeeded", ""));
            case JobOutcome.Failed failed -> {
                LOG.warn("job {} failed: {}", jobId, failed.message());
                yield new Ending(jobId, record -> record.failed(failed.message(), nowMs),
                        new WriteSet().event(jobId, nowMs, "error", failed.message(), ""));
            }
            case JobOutcome.Refused refused -> new Ending(jobId,
                    record -> record.succeeded(refused.resultJson(), nowMs).failed(refused.message(), nowMs),
                    refused.changes().event(jobId, nowMs, "error", refused.message(), ""));
            case JobOutcome.Cancelled cancelled -> new Ending(jobId, record -> record.cancelled(nowMs),
                    new WriteSet().event(jobId, nowMs, "info", "job cancelled", ""));
            // A cancel may have come between.
            case JobOutcome.Paused paused -> new Ending(jobId, record -> record.state() == JobState.CANCELLING
                    ? record.cancelled(nowMs) : record.paused(nowMs),
                    new WriteSet().event(jobId, nowMs, "info", "the run has let go", ""));
        };
    }
}
