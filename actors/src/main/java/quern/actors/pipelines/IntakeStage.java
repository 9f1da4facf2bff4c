package quern.actors.pipelines;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.ingest.Ingestor;
import quern.config.DataSize;
import quern.ingest.BodyTooLarge;
import quern.ingest.Document;
import quern.ingest.JournalCursor;
import quern.ingest.SpooledBody;
import quern.kv.journal.Ownership;
import quern.kv.journal.PipelineFileRecord;
import quern.kv.journal.PipelineRecord;

/**
 * The first stage: finds documents that the pipeline has not had yet, and makes documents of a folder's files. Takes in
 * no more than one curation's worth; tells the next stage that documents wait when it has asked.
 */
final class IntakeStage extends AbstractMatchingBehavior<IntakeStage.Command> {

    private static final Duration ASK_TIMEOUT = Duration.ofMinutes(2);

    sealed interface Command {}

    /** The next stage has room. Asking again while one waits changes nothing. */
    record Demand(ActorRef<CurateStage.Command> replyTo) implements Command {}

    private enum Look implements Command { NOW }

    private record Taken(FolderLook.Found file, Ingestor.Reply reply) implements Command {}

    static Behavior<Command> create(
            PipelineLedger ledger, ActorRef<Ingestor.Command> ingestor, DataSize documentMax) {
        return Behaviors.setup(context -> new IntakeStage(context, ledger, ingestor, documentMax));
    }

    private final PipelineLedger ledger;
    private final ActorRef<Ingestor.Command> ingestor;
    private final DataSize documentMax;
    private final Optional<FolderLook> folder;
    private final Deque<FolderLook.Found> found = new ArrayDeque<>();
    private Optional<ActorRef<CurateStage.Command>> waiting = Optional.empty();
    private boolean unreadable;

    private IntakeStage(
            ActorContext<Command> context, PipelineLedger ledger, ActorRef<Ingestor.Command> ingestor,
            DataSize documentMax) {
        super(context);
        this.ledger = ledger;
        this.ingestor = ingestor;
        this.documentMax = documentMax;
        this.folder = ledger.config().folder().map(FolderLook::new);
        context.getSelf().tell(Look.NOW);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Demand demand -> {
                waiting = Optional.of(demand.replyTo());
                if (found.isEmpty()) {
                    offer();
                }
            }
            case Look now -> look();
            case Taken taken -> onTaken(taken);
        }
        return this;
    }

    private void look() {
        if (folder.isPresent()) {
            lookInFolder(folder.get());
            next();
        } else {
            lookInJournal();
            rest();
        }
    }

    private void lookInFolder(FolderLook look) {
        try {
            int room = ledger.config().documentsMax() - ledger.now().arrived().size();
            for (FolderLook.Found file : look.look()) {
                boolean known = ledger.file(file.path())
                        .filter(seen -> seen.isSame(file.bytes(), file.modifiedAtMs())).isPresent();
                if (!known && found.size() < room) {
                    found.add(file);
                }
            }
            if (unreadable) {
                unreadable = false;
                ledger.update(record -> record.problem(Optional.empty(), ledger.nowMs()));
            }
        } catch (IOException e) {
            if (!unreadable) {
                unreadable = true;
                String why = "folder " + ledger.config().folder().orElseThrow() + " cannot be read: " + e;
                getContext().getLog().warn("pipeline {}: {}", ledger.name(), why);
                ledger.update(record -> record.problem(Optional.of(why), ledger.nowMs()));
            }
        }
    }

    /** Takes in the next file, or rests until the next look. */
    private void next() {
        FolderLook.Found file = found.peek();
        if (file == null) {
            rest();
            return;
        }
        try {
            SpooledBody body = spool(file.file());
            Ownership owner = ledger.now().ownership();
            getContext().ask(Ingestor.Reply.class, ingestor, ASK_TIMEOUT,
                    (ActorRef<Ingestor.Reply> reply) ->
                            new Ingestor.Append(body, "application/octet-stream", file.path(), owner, reply),
                    (reply, failure) -> new Taken(file, reply == null
                            ? new Ingestor.Failed(String.valueOf(failure)) : reply));
        } catch (BodyTooLarge e) {
            saw(file, "", "larger than ingest.document-max, " + documentMax);
        } catch (IOException e) {
            getContext().getLog().warn("pipeline {}: {} cannot be read: {}", ledger.name(), file.file(), e.toString());
            found.remove();
            next();
        }
    }

    private SpooledBody spool(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return SpooledBody.of(in, ledger.stores().directory().temporary(), documentMax.bytes());
        }
    }

    private void onTaken(Taken taken) {
        switch (taken.reply()) {
            case Ingestor.Stored stored -> saw(taken.file(), stored.id().hex(), "");
            case Ingestor.Refused refused -> saw(taken.file(), "", refused.reason());
            case Ingestor.Overloaded _, Ingestor.Failed _, Ingestor.Removed _ -> {
                found.clear();
                rest();
            }
        }
    }

    private void saw(FolderLook.Found file, String documentId, String refusal) {
        if (!refusal.isEmpty()) {
            getContext().getLog().warn("pipeline {}: {} was not taken: {}", ledger.name(), file.path(), refusal);
        }
        ledger.saw(new PipelineFileRecord(
                ledger.name(), file.path(), file.bytes(), file.modifiedAtMs(), documentId, refusal));
        found.remove();
        next();
    }

    private void lookInJournal() {
        PipelineRecord record = ledger.now();
        int room = ledger.config().documentsMax() - record.arrived().size();
        List<String> arrived = new ArrayList<>();
        JournalCursor cursor = ledger.stores().documents().cursor(record.position());
        while (arrived.size() < room) {
            Document document = cursor.next();
            if (document == null) {
                break;
            }
            if (document.visibleTo(record.ownership().ownerKeyId(), false)
                    && document.labels().containsAll(Set.copyOf(ledger.config().labels()))) {
                arrived.add(document.id().hex());
            }
        }
        if (cursor.position() != record.position()) {
            ledger.update(before -> before.arrived(arrived, cursor.position(), ledger.nowMs()));
        }
    }

    private void rest() {
        offer();
        getContext().scheduleOnce(ledger.config().look(), getContext().getSelf(), Look.NOW);
    }

    private void offer() {
        if (waiting.isPresent() && !ledger.now().arrived().isEmpty()) {
            waiting.get().tell(CurateStage.Arrived.NOW);
            waiting = Optional.empty();
        }
    }
}
