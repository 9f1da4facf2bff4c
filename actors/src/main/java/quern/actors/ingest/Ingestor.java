package quern.actors.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.config.IngestConfig;
import quern.config.QuernException;
import quern.ingest.DocumentId;
import quern.ingest.DocumentJournal;
import quern.ingest.SpooledBody;
import quern.kv.journal.Ownership;
import quern.kv.journal.Quarantine;

/**
 * The one writer of the document journal. Appends that arrive while one batch is being forced to disk share the next
 * force; a document is acknowledged after it is on disk, never before.
 */
public final class Ingestor extends AbstractMatchingBehavior<Ingestor.Command> {

    public sealed interface Command {}

    /**
     * @param body closed here
     * @param replyTo gets exactly one {@link Reply}
     */
    public record Append(
            SpooledBody body, String declaredType, String name, Ownership owner, ActorRef<Reply> replyTo)
            implements Command {}

    /**
     * @param ownerKeyId whose claim goes; empty: everybody's, and with them the bytes
     * @param replyTo gets exactly one {@link Reply}: {@link Removed} or {@link Failed}
     */
    public record Remove(DocumentId id, Optional<String> ownerKeyId, ActorRef<Reply> replyTo) implements Command {}

    private enum Flush implements Command { NOW }

    public sealed interface Reply {}

    /** @param known whether the same owner had sent the same bytes before */
    public record Stored(DocumentId id, boolean known) implements Reply {}

    public record Refused(String reason) implements Reply {}

    /** Too many appends wait. */
    public record Overloaded(int waiting) implements Reply {}

    /** @param existed whether there was such a document of the owner */
    public record Removed(boolean existed) implements Reply {}

    /** The disk refused; nothing was stored. */
    public record Failed(String reason) implements Reply {}

    /** @param quarantine where arriving documents go that have to wait */
    public static Behavior<Command> create(DocumentJournal journal, Quarantine quarantine, IngestConfig config) {
        return Behaviors.setup(context -> new Ingestor(context, journal, quarantine, config));
    }

    private final DocumentJournal journal;
    private final IngestConfig config;
    private final Holding holding;
    private final List<Append> waiting = new ArrayList<>();

    private Ingestor(
            ActorContext<Command> context, DocumentJournal journal, Quarantine quarantine, IngestConfig config) {
        super(context);
        this.journal = journal;
        this.config = config;
        this.holding = new Holding(journal, quarantine, config.quarantine(), System::currentTimeMillis);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Append append -> onAppend(append);
            case Remove remove -> remove.replyTo().tell(removed(remove));
            case Flush flush -> onFlush();
        }
        return this;
    }

    private void onAppend(Append append) {
        if (waiting.size() >= config.appendQueueMax()) {
            append.body().close();
            append.replyTo().tell(new Overloaded(waiting.size()));
            return;
        }
        waiting.add(append);
        if (waiting.size() == 1) {
            getContext().getSelf().tell(Flush.NOW);
        }
    }

    private void onFlush() {
        int count = Math.min(waiting.size(), config.appendBatchMax());
        List<Append> batch = new ArrayList<>(waiting.subList(0, count));
        waiting.subList(0, count).clear();
        if (!waiting.isEmpty()) {
            getContext().getSelf().tell(Flush.NOW);
        }
        try {
            List<DocumentJournal.Append> appends = batch.stream()
                    .map(append -> new DocumentJournal.Append(
                            append.body(), append.declaredType(), append.name(), append.owner()))
                    .toList();
            List<String> held = holding.hold(appends);
            var replies = journal.appendAll(appends);
            holding.settle(held);
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).replyTo().tell(reply(replies.get(i)));
            }
        } catch (QuernException e) {
            getContext().getLog().error("{} documents could not be stored", batch.size(), e);
            batch.forEach(append -> append.replyTo().tell(new Failed(e.getMessage())));
        } finally {
            batch.forEach(append -> append.body().close());
        }
    }

    private static Reply reply(DocumentJournal.AppendReply reply) {
        return switch (reply) {
            case DocumentJournal.Appended appended -> new Stored(appended.id(), false);
            case DocumentJournal.AlreadyKnown known -> new Stored(known.id(), true);
            case DocumentJournal.Refused refused -> new Refused(refused.reason());
        };
    }

    private Reply removed(Remove remove) {
        try {
            boolean existed = remove.ownerKeyId()
                    .map(owner -> journal.remove(remove.id(), owner))
                    .orElseGet(() -> journal.removeAll(List.of(remove.id())) > 0);
            holding.removed(remove.id());
            return new Removed(existed);
        } catch (QuernException e) {
            return new Failed(e.getMessage());
        }
    }
}
