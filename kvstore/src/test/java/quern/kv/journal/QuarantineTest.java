package quern.kv.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineTest {

    @TempDir
    Path directory;

    private Catalogue catalogue;
    private Quarantine quarantine;

    @BeforeEach
    void open() {
        catalogue = Catalogue.open(directory.resolve("catalogue"), 3);
        quarantine = Quarantine.open(catalogue);
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    private static QuarantineRecord record(String document, boolean held) {
        return new QuarantineRecord(document, "smells", held, "key1", 7);
    }

    private void edge(RecordKind from, String fromId, RecordKind to, String toId) {
        catalogue.commit(new WriteSet().edge(new Edge(from, fromId, to, toId, "source", "")));
    }

    @Test
    void shouldKnowItsDocumentsWhenReopened() {
        quarantine.add(List.of(record("d1", false), record("d2", true), record("d3", false)));
        assertEquals(1, quarantine.release(Set.of("d3", "d4")));
        assertEquals(3, quarantine.decisions());
        catalogue.close();
        open();
        assertEquals(Optional.of(record("d1", false)), quarantine.find("d1"));
        assertTrue(quarantine.contains("d2"));
        assertFalse(quarantine.contains("d3"));
        assertEquals(2, quarantine.all().size());
    }

    @Test
    void shouldTaintWhatHasSamplesOfADocumentInQuarantineAndNothingElse() {
        edge(RecordKind.DOCUMENT, "bad", RecordKind.DATASET, "ds1");
        edge(RecordKind.DOCUMENT, "good", RecordKind.DATASET, "ds1");
        edge(RecordKind.DATASET, "ds1", RecordKind.ADAPTER, "a1");
        // Made of ds1 without the samples of the bad document.
        edge(RecordKind.DATASET, "ds1", RecordKind.DATASET, "ds2");
        edge(RecordKind.DOCUMENT, "good", RecordKind.DATASET, "ds2");
        edge(RecordKind.DATASET, "ds2", RecordKind.ADAPTER, "a2");
        assertTrue(Taint.of(catalogue, quarantine).datasets().isEmpty());

        quarantine.add(List.of(record("bad", true)));
        assertTrue(Taint.of(catalogue, quarantine).datasets().isEmpty(), "a document that waits taints nothing");
        quarantine.add(List.of(record("bad", false)));
        Taint taint = Taint.of(catalogue, quarantine);
        assertEquals(Set.of("bad"), taint.ofDataset("ds1"));
        assertEquals(Set.of("bad"), taint.ofAdapter("a1"));
        assertEquals(Set.of("ds1"), taint.datasets().keySet());
        assertEquals(Set.of("a1"), taint.adapters().keySet());

        quarantine.release(Set.of("bad"));
        assertTrue(Taint.of(catalogue, quarantine).adapters().isEmpty());
    }
}
