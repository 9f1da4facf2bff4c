package quern.actors.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.ingest.DocumentId;
import quern.ingest.DocumentJournal;
import quern.ingest.SpooledBody;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Ownership;
import quern.kv.journal.Quarantine;
import quern.kv.journal.QuarantineRecord;

class IngestorTest {

    @TempDir
    private Path directory;

    private final TestInbox<Ingestor.Reply> replies = TestInbox.create();
    private DocumentJournal journal;
    private Catalogue catalogue;
    private Quarantine quarantine;
    private BehaviorTestKit<Ingestor.Command> ingestor;

    @BeforeEach
    void open() {
        catalogue = Catalogue.open(directory.resolve("catalogue"), 3);
        quarantine = Quarantine.open(catalogue);
        journal = DocumentJournal.open(directory.resolve("documents"), ConfigLoader.defaults(directory).ingest());
        hold("none");
    }

    private void hold(String policy) {
        var config = ConfigLoader.load(ConfigSources.none().with("data", directory.toString())
                .with("ingest.quarantine", policy)).config().ingest();
        ingestor = BehaviorTestKit.create(Ingestor.create(journal, quarantine, config));
    }

    @AfterEach
    void close() {
        journal.close();
        catalogue.close();
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

    private boolean isHeld(DocumentId id) {
        return quarantine.find(id.hex()).filter(QuarantineRecord::held).isPresent();
    }

    @Test
    void shouldHoldEveryNewDocumentWhenAllAreHeld() {
        DocumentId before = append("there before", "a");
        hold("all");
        DocumentId held = append("new", "a");
        assertTrue(isHeld(held));
        append("there before", "b");
        assertFalse(isHeld(before), "a document that the journal had is not held for being sent again");
        quarantine.release(Set.of(held.hex()));
        append("new", "a");
        append("new", "b");
        assertFalse(isHeld(held), "what was released stays so");
    }

    @Test
    void shouldHoldDocumentsOfASourceUntilOneOfItIsLetIn() {
        append("of a key that is known", "a");
        hold("new-sources");
        assertFalse(isHeld(append("more of it", "a")));
        DocumentId first = append("of a stranger", "b");
        assertTrue(isHeld(first));
        assertTrue(isHeld(append("of the same stranger", "b")));
        quarantine.release(Set.of(first.hex()));
        assertFalse(isHeld(append("of a stranger no more", "b")));
        quarantine.add(List.of(new QuarantineRecord(first.hex(), "", false, "k", 1), new QuarantineRecord(
                append("of b", "b").hex(), "", false, "k", 1)));
        assertFalse(isHeld(append("b has one document left that was let in", "b")));
    }

    @Test
    void shouldKeepNoRecordOfAHeldDocumentThatIsRemovedUnlessSomebodyJudgedIt() {
        hold("all");
        DocumentId held = append("waits", "a");
        DocumentId judged = append("waits too", "a");
        quarantine.add(List.of(new QuarantineRecord(judged.hex(), "bad", false, "k", 1)));
        for (DocumentId id : List.of(held, judged)) {
            ingestor.run(new Ingestor.Remove(id, Optional.empty(), replies.getRef()));
            assertEquals(new Ingestor.Removed(true), replies.receiveMessage());
        }
        assertFalse(quarantine.contains(held.hex()));
        assertTrue(quarantine.contains(judged.hex()));
    }

    @Test
    void shouldForgetADocumentThatTheJournalRefused() {
        hold("all");
        ingestor.run(new Ingestor.Append(SpooledBody.of("x".getBytes(StandardCharsets.UTF_8)), "text/plain",
                "n".repeat(2000), Ownership.of("a", Set.of()), replies.getRef()));
        ingestor.runOne();
        assertInstanceOf(Ingestor.Refused.class, replies.receiveMessage());
        assertTrue(quarantine.all().isEmpty());
    }
}
