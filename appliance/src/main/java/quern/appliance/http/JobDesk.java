package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.Caller;
import quern.actors.jobs.JobQueue;
import quern.kv.journal.Catalogue;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.Quarantine;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

/**
 * What routes about jobs and their products share: the catalogue read on an I/O thread, and the queue.
 *
 * @param io blocking calls run here
 */
public record JobDesk(
        Catalogue catalogue, Quarantine quarantine, ActorRef<JobQueue.Command> queue, Executor io,
        Scheduler scheduler) {

    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(30);
    private static final int PAGE = 256;
    private static final int UNWRITTEN_SECONDS = 5;

    /** A blocking read on the I/O threads. */
    public <T> CompletionStage<T> read(Supplier<T> read) {
        return CompletableFuture.supplyAsync(read, io);
    }

    /** What was made of documents in quarantine, as of now. Blocks. */
    public Taint taint() {
        return Taint.of(catalogue, quarantine);
    }

    /** Queues a job for the caller; 429 when too many wait. */
    public CompletionStage<JobRecord> submit(JobKind kind, String specJson, Ownership ownership) {
        return AskPattern.<JobQueue.Command, JobQueue.SubmitReply>ask(
                        queue, replyTo -> new JobQueue.Submit(kind, specJson, ownership, replyTo),
                        ASK_TIMEOUT, scheduler)
                .thenApply(reply -> switch (reply) {
                    case JobQueue.Accepted accepted -> accepted.job();
                    case JobQueue.Overloaded full -> throw ApiError.overloaded(
                            full.waiting() + " jobs wait already, no more are taken", 10);
                    case JobQueue.Unwritten(String reason) -> throw ApiError.unavailable(reason, UNWRITTEN_SECONDS);
                });
    }

    /** Cancels a job that the caller sees. */
    public CompletionStage<JobRecord> cancel(Caller caller, String jobId, Predicate<JobRecord> shown) {
        return read(() -> job(caller, jobId, shown)).thenCompose(job -> AskPattern
                .<JobQueue.Command, JobQueue.CancelReply>ask(
                        queue, replyTo -> new JobQueue.Cancel(job.id(), replyTo), ASK_TIMEOUT, scheduler)
                .thenApply(reply -> switch (reply) {
                    case JobQueue.CancelTaken taken -> taken.job();
                    case JobQueue.UnknownJob unknown -> throw unknownJob(unknown.jobId());
                    case JobQueue.Unwritten(String reason) -> throw ApiError.unavailable(reason, UNWRITTEN_SECONDS);
                }));
    }

    /** Pauses a job that the caller sees, or resumes it; 409 where its state does not allow that. */
    public CompletionStage<JobRecord> pause(
            Caller caller, String jobId, Predicate<JobRecord> shown, boolean resume) {
        return read(() -> job(caller, jobId, shown)).thenCompose(job -> AskPattern
                .<JobQueue.Command, JobQueue.PauseReply>ask(queue, replyTo -> resume
                        ? new JobQueue.Resume(job.id(), replyTo) : new JobQueue.Pause(job.id(), replyTo),
                        ASK_TIMEOUT, scheduler)
                .thenApply(reply -> switch (reply) {
                    case JobQueue.PauseTaken taken -> taken.job();
                    case JobQueue.NotNow(JobRecord found) -> throw ApiError.conflict("job '" + jobId + "' is "
                            + found.state().name().toLowerCase(Locale.ROOT) + " and cannot be "
                            + (resume ? "resumed" : "paused"));
                    case JobQueue.UnknownJob unknown -> throw unknownJob(unknown.jobId());
                    case JobQueue.Overloaded full -> throw ApiError.overloaded(
                            full.waiting() + " jobs wait already, no more are taken", 10);
                    case JobQueue.Unwritten(String reason) -> throw ApiError.unavailable(reason, UNWRITTEN_SECONDS);
                }));
    }

    /** The job, or 404 when there is none that the caller may see. Blocks. */
    public JobRecord job(Caller caller, String jobId, Predicate<JobRecord> shown) {
        return catalogue.get(RecordKind.JOB, jobId, JobRecord.class)
                .filter(job -> caller.sees(job.ownership().ownerKeyId()) && shown.test(job))
                .orElseThrow(() -> unknownJob(jobId));
    }

    private static ApiError unknownJob(String jobId) {
        return ApiError.notFound("job_not_found", "no job '" + jobId + "'");
    }

    /**
     * Newest first, records that pass {@code shown}. Blocks.
     *
     * @param afterId continue behind this id; empty: from the newest
     * @return up to {@code limit + 1} records, so that the caller knows whether there are more
     */
    public <T> List<T> newest(RecordKind kind, Class<T> type, String afterId, int limit, Predicate<T> shown,
            Function<T, String> id) {
        List<T> found = new ArrayList<>();
        String before = afterId;
        while (found.size() <= limit) {
            List<T> page = catalogue.listDescending(kind, before, PAGE, type);
            page.stream().filter(shown).limit(limit + 1L - found.size()).forEach(found::add);
            if (page.size() < PAGE) {
                break;
            }
            before = id.apply(page.getLast());
        }
        return found;
    }

    /** OpenAI's list form. */
    public static ObjectNode list(List<ObjectNode> items, int limit) {
        ObjectNode list = Json.object().put("object", "list");
        var data = list.putArray("data");
        items.stream().limit(limit).forEach(data::add);
        list.put("has_more", items.size() > limit);
        if (!items.isEmpty()) {
            list.set("first_id", data.get(0).get("id"));
            list.set("last_id", data.get(data.size() - 1).get("id"));
        }
        return list;
    }
}
