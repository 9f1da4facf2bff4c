package quern.actors.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ConfigLoader;
import quern.ingest.DocumentId;
import quern.ingest.DocumentJournal;
import quern.ingest.SpooledBody;
import quern.kv.journal.Ownership;

class IngestorTest {

    @TempDir
    private Path directory;

    private final TestInbox<Ingestor.Reply> replies = TestInbox.create();
    private DocumentJournal journal;
    private BehaviorTestKit<Ingestor.Command> ingestor;

    @BeforeEach
    void open() {
        var config = ConfigLoader.defaults(directory).ingest();
        journal = DocumentJournal.open(directory.resolve("documents"), config);
        ingestor = BehaviorTestKit.create(Ingestor.create(journal, config));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private DocumentId append(String text, String owner) {
        ingestor.run(new Ingestor.Append(SpooledBody.of(text.getBytes(StandardCharsets.UTF_8)), "text/plain", "n.txt",
                Ownership.of(owner, Set.of()), replies.getRef()));
        ingestor.runOne();
        return assertInstanceOf(Ingestor.Stored.class, replies.receiveMessage()).id();
    }

    @Test
    void shouldRecogniseARepeatOfTheSameOwner() {
        DocumentId id = append("the same words", "a");
        ingestor.run(new Ingestor.Append(SpooledBody.of("the same words".getBytes(StandardCharsets.UTF_8)),
                "text/plain", "other.txt", Ownership.of("a", Set.of()), replies.getRef()));
        ingestor.runOne();
        assertEquals(new Ingestor.Stored(id, true), replies.receiveMessage());
    }

    @Test
    void shouldRemoveOneClaimOrEverybodys() {
        DocumentId id = append("words of two", "a");
        append("words of two", "b");
        ingestor.run(new Ingestor.Remove(id, Optional.of("a"), replies.getRef()));
        assertEquals(new Ingestor.Removed(true), replies.receiveMessage());
        assertTrue(journal.content(id).isPresent());
        append("words of two", "a");
        ingestor.run(new Ingestor.Remove(id, Optional.empty(), replies.getRef()));
        assertEquals(new Ingestor.Removed(true), replies.receiveMessage());
        assertTrue(journal.content(id).isEmpty());
        ingestor.run(new Ingestor.Remove(id, Optional.empty(), replies.getRef()));
        assertEquals(new Ingestor.Removed(false), replies.receiveMessage());
    }
}
