package quern.kv.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {

    private static final Ownership OWNER = Ownership.of("key1", Set.of("b", "a"));

    @TempDir
    Path directory;

    private Catalogue catalogue;

    @BeforeEach
    void open() {
        catalogue = Catalogue.open(directory.resolve("catalogue"), 3);
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    private static FileRecord file(String id) {
        return new FileRecord(id, "träin.jsonl", "fine-tune", 12, "00", OWNER, 1);
    }

    @Test
    void shouldReturnEqualRecordsWhenReopened() {
        JobRecord job = JobRecord.queued("job1", JobKind.TUNE, OWNER, "{\"a\":1}", 5).started(6).failed("no", 7);
        AdapterRecord adapter = new AdapterRecord(
                "ad1", "n", "f", "b", "ds", "job1", "p", AdapterState.CANDIDATE, Optional.empty(), OWNER, 1);
        catalogue.commit(new WriteSet()
                .put(RecordKind.JOB, "job1", job)
                .put(RecordKind.FILE, "file1", file("file1"))
                .put(RecordKind.ADAPTER, "ad1", adapter.withGate("{}", AdapterState.LIVE)));
        catalogue.close();
        open();
        assertEquals(Optional.of(job), catalogue.get(RecordKind.JOB, "job1", JobRecord.class));
        assertEquals(Optional.of(file("file1")), catalogue.get(RecordKind.FILE, "file1", FileRecord.class));
        assertEquals(
                AdapterState.LIVE,
                catalogue.get(RecordKind.ADAPTER, "ad1", AdapterRecord.class).orElseThrow().state());
        assertEquals(Optional.empty(), catalogue.get(RecordKind.FILE, "job1", FileRecord.class));
        catalogue.verify();
    }

    @Test
    void shouldListInIdOrderInBothDirectionsWhenPaged() {
        WriteSet set = new WriteSet();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            String id = String.format("f%04d", i);
            ids.add(id);
            set.put(RecordKind.FILE, id, file(id));
        }
        set.put(RecordKind.FILE, "f0001-longer", file("f0001-longer")).put(RecordKind.ALIAS, "f0002", file("x"));
        catalogue.commit(set);
        ids.add(2, "f0001-longer");
        List<String> all = new ArrayList<>();
        catalogue.all(RecordKind.FILE, FileRecord.class).forEach(file -> all.add(file.id()));
        assertEquals(ids, all);
        assertEquals(
                ids.subList(2, 5),
                catalogue.list(RecordKind.FILE, "f0001", 3, FileRecord.class).stream().map(FileRecord::id).toList());
        assertEquals(
                ids.subList(0, 3).reversed(),
                catalogue.listDescending(RecordKind.FILE, "f0002", 9, FileRecord.class).stream()
                        .map(FileRecord::id)
                        .toList());
        assertEquals(
                "f0599", catalogue.listDescending(RecordKind.FILE, "", 1, FileRecord.class).getFirst().id());
    }

    @Test
    void shouldStoreNothingWhenOneVersionConflicts() {
        catalogue.commit(new WriteSet().create(RecordKind.FILE, "a", file("a")));
        assertThrows(VersionConflict.class, () -> catalogue.commit(
                new WriteSet().put(RecordKind.FILE, "b", file("b")).create(RecordKind.FILE, "a", file("a"))));
        assertFalse(catalogue.contains(RecordKind.FILE, "b"));
        catalogue.commit(new WriteSet().replace(RecordKind.FILE, "a", 1, file("a2")));
        assertThrows(VersionConflict.class, () -> catalogue.commit(
                new WriteSet().replace(RecordKind.FILE, "a", 1, file("a3"))));
        Versioned<FileRecord> found =
                catalogue.getVersioned(RecordKind.FILE, "a", FileRecord.class).orElseThrow();
        assertEquals(new Versioned<>(file("a2"), 2), found);
    }

    @Test
    void shouldCountEveryUpdateWhenThreadsRace() throws InterruptedException {
        catalogue.commit(new WriteSet().put(RecordKind.JOB, "j",
                JobRecord.queued("j", JobKind.INGEST, OWNER, "", 0)));
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10; i++) {
                    catalogue.update(RecordKind.JOB, "j", JobRecord.class, job -> job.progressed(
                            new JobProgress("s", job.progress().done() + 1, 40), 1));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(40, catalogue.get(RecordKind.JOB, "j", JobRecord.class).orElseThrow().progress().done());
        assertEquals(Optional.empty(), catalogue.update(RecordKind.JOB, "none", JobRecord.class, job -> job));
    }

    @Test
    void shouldWalkBothDirectionsWhenEdgesFormADiamondWithACycle() {
        Edge ab = new Edge(RecordKind.DOCUMENT, "a", RecordKind.DATASET, "b", "source", "{\"from\":3}");
        Edge ac = new Edge(RecordKind.DOCUMENT, "a", RecordKind.DATASET, "c", "source", "");
        Edge bd = new Edge(RecordKind.DATASET, "b", RecordKind.ADAPTER, "d", "training-set", "");
        Edge cd = new Edge(RecordKind.DATASET, "c", RecordKind.ADAPTER, "d", "training-set", "");
        Edge da = new Edge(RecordKind.ADAPTER, "d", RecordKind.DOCUMENT, "a", "wrote", "");
        catalogue.commit(new WriteSet().edge(ab).edge(ac).edge(bd).edge(cd).edge(da));
        List<Edge> from = new ArrayList<>();
        catalogue.edgesFrom(RecordKind.DOCUMENT, "a").forEach(from::add);
        assertEquals(List.of(ab, ac), from);
        Lineage down = catalogue.descendants(RecordKind.DOCUMENT, "a", 100);
        assertEquals(List.of(ab.to(), ac.to(), bd.to()), List.copyOf(down.records()));
        assertEquals(List.of(ab, ac, bd, cd, da), down.edges());
        assertTrue(catalogue.ancestors(RecordKind.ADAPTER, "d", 100).records().contains(ab.from()));
        assertTrue(catalogue.ancestors(RecordKind.ADAPTER, "d", 2).truncated());
        catalogue.commit(new WriteSet().deleteEdge(ab));
        assertFalse(catalogue.edgesTo(RecordKind.DATASET, "b").iterator().hasNext());
    }

    @Test
    void shouldKeepOnlyTheLastEventsWhenThereAreMoreThanTheLimit() {
        WriteSet set = new WriteSet();
        for (int i = 1; i <= 5; i++) {
            set.event("job", i, "info", "m" + i, "");
        }
        catalogue.commit(set.event("job2", 1, "warn", "other", ""));
        catalogue.commit(new WriteSet().event("job", 6, "info", "m6", "{}"));
        assertEquals(
                List.of(4L, 5L, 6L),
                catalogue.events("job", 0, 100).stream().map(JobEvent::sequence).toList());
        assertEquals(List.of("m6"), catalogue.events("job", 5, 9).stream().map(JobEvent::message).toList());
        catalogue.commit(new WriteSet().deleteEvents("job"));
        assertEquals(List.of(), catalogue.events("job", 0, 9));
        assertEquals(1, catalogue.events("job2", 0, 9).size());
    }

    @Test
    void shouldRefuseIdsThatCouldMeanSomethingElseWhenNamed() {
        for (String id : List.of("", "a\0b", "x".repeat(600), "\n")) {
            assertThrows(IllegalArgumentException.class, () -> catalogue.get(RecordKind.JOB, id, JobRecord.class));
        }
    }

    @Test
    void shouldCarryTheUnionOfLabelsWhenDerived() {
        Ownership derived = Ownership.union("me", List.of(OWNER, Ownership.of("other", Set.of("c"))));
        assertEquals(Set.of("a", "b", "c"), derived.labels());
        assertTrue(derived.visibleTo("me", false));
        assertFalse(derived.visibleTo("other", false));
        assertTrue(derived.visibleTo("other", true));
    }

    @Test
    void shouldRollBackToThePreviousAdapterWhenAliasMoves() {
        AliasRecord alias = AliasRecord.of("m", "one", OWNER, 1).published("two", 2).published("two", 3);
        assertEquals(Optional.of("two"), alias.current());
        assertEquals(Optional.of("one"), alias.rolledBack(4).current());
        assertEquals(Optional.empty(), alias.rolledBack(4).rolledBack(5).current());
    }

    @Test
    void shouldAcceptOnlyItsOwnTokenWhenNotRevoked() {
        KeyRecord.Issued issued = KeyRecord.issue("n", List.of("chat"), Optional.empty(), Set.of(), 1);
        assertEquals(Optional.of(issued.key().id()), KeyRecord.idIn(issued.token()));
        assertTrue(issued.key().accepts(issued.token()));
        assertFalse(issued.key().accepts(issued.token() + "x"));
        assertFalse(issued.key().revokedNow().accepts(issued.token()));
        assertFalse(issued.key().toString().contains(issued.token()));
        assertEquals(Optional.empty(), KeyRecord.idIn("sk-abc"));
    }
}
