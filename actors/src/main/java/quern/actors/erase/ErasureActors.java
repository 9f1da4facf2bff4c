package quern.actors.erase;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.curation.DatasetOrigins;
import quern.actors.ingest.Ingestor;
import quern.actors.jobs.JobQueue;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.ingest.DocumentId;
import quern.ingest.reader.DocumentReader;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;

/**
 * Whom an erasure asks.
 *
 * @param ingestor the one writer of the journal
 * @param queue told what is to be cancelled and what is to run anew
 * @param origins how datasets were made
 */
record ErasureActors(
        ActorRef<Ingestor.Command> ingestor, ActorRef<JobQueue.Command> queue, ActorSystem<?> system,
        DocumentReader reader, DatasetOrigins origins) {

    private static final Duration REMOVE_TIMEOUT = Duration.ofMinutes(10);

    /** Runs what blocks on disks. */
    Executor disks() {
        return system.dispatchers().lookup(DispatcherSelector.fromConfig("quern-io"));
    }

    /** Blocks until the document is out of the journal's files. */
    void remove(DocumentId id) {
        CompletionStage<Ingestor.Reply> asked = AskPattern.ask(ingestor,
                replyTo -> new Ingestor.Remove(id, Optional.empty(), replyTo), REMOVE_TIMEOUT, system.scheduler());
        try {
            if (asked.toCompletableFuture().join() instanceof Ingestor.Failed failed) {
                throw new QuernException(Category.RETRYABLE, "the document is still in the journal: "
                        + failed.reason());
            }
        } catch (CompletionException e) {
            throw new QuernException(Category.RETRYABLE, "the document is still in the journal: " + e.getCause(), e);
        }
    }

    void cancel(String jobId) {
        queue.tell(new JobQueue.Cancel(jobId, system.ignoreRef()));
    }

    void submit(JobRecord like, String specJson) {
        queue.tell(new JobQueue.Submit(JobKind.TUNE, specJson, like.ownership(), system.ignoreRef()));
    }
}
