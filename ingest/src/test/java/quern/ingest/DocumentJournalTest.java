package quern.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.IngestConfig;
import quern.ingest.DocumentJournal.AlreadyKnown;
import quern.ingest.DocumentJournal.Append;
import quern.ingest.DocumentJournal.AppendReply;
import quern.ingest.DocumentJournal.Appended;
import quern.ingest.DocumentJournal.Refused;
import quern.kv.journal.Ownership;
import quern.kv.vault.Vault;

class DocumentJournalTest {

    private static final Ownership ANN = Ownership.of("ann", Set.of("private"));
    private static final Ownership BEN = Ownership.of("ben", Set.of("team"));

    @TempDir
    private Path folder;

    static IngestConfig config() {
        return ConfigLoader.load(ConfigSources.none().with("ingest.segment", "4KiB")
                .with("ingest.document-max", "256KiB").with("ingest.archive-max", "512KiB")
                .with("ingest.documents-max", "1000")).config().ingest();
    }

    /** The keys of this test's journals. */
    Vault vault() {
        return Vault.none();
    }

    private DocumentJournal open() {
        return open(folder, config());
    }

    private DocumentJournal open(Path directory, IngestConfig config) {
        return DocumentJournal.open(directory, config, vault());
    }

    static Append append(String text, Ownership owner) {
        return new Append(SpooledBody.of(text.getBytes(StandardCharsets.UTF_8)), "text/plain", "a.txt", owner);
    }

    static byte[] content(DocumentJournal journal, DocumentId id) {
        try (InputStream stream = journal.content(id).orElseThrow()) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldGiveBackWhatWasAppendedAlsoAfterReopening() {
        List<DocumentId> ids = new ArrayList<>();
        try (var journal = open()) {
            for (AppendReply reply : journal.appendAll(List.of(append("one", ANN), append("two\n", ANN)))) {
                ids.add(assertInstanceOf(Appended.class, reply).id());
            }
            assertEquals("one", new String(content(journal, ids.getFirst()), StandardCharsets.UTF_8));
        }
        try (var journal = open()) {
            assertEquals(2, journal.documents());
            Document second = journal.find(ids.get(1)).orElseThrow();
            assertEquals(4, second.bytes());
            assertEquals(MediaType.TEXT, second.mediaType());
            assertEquals(List.of(ANN), second.owners());
            assertEquals("two\n", new String(content(journal, ids.get(1)), StandardCharsets.UTF_8));
            assertEquals(0, journal.damaged());
        }
    }

    @Test
    void shouldNameDocumentsBySha256() {
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                SpooledBody.of("abc".getBytes(StandardCharsets.US_ASCII)).id().hex());
    }

    @Test
    void shouldKnowARepeatWhenTheSameOwnerSendsItAgainAlsoInOneBatch() {
        try (var journal = open()) {
            List<AppendReply> replies = journal.appendAll(List.of(append("x", ANN), append("x", ANN)));
            long position = assertInstanceOf(Appended.class, replies.getFirst()).position();
            assertEquals(position, assertInstanceOf(AlreadyKnown.class, replies.get(1)).position());
            long bytes = journal.bytes();
            assertInstanceOf(AlreadyKnown.class, journal.append(append("x", ANN)));
            assertEquals(bytes, journal.bytes());
            assertEquals(1, journal.documents());
        }
    }

    @Test
    void shouldHideThatADocumentIsKnownWhenSomebodyElseSendsIt() {
        try (var journal = open()) {
            DocumentId id = assertInstanceOf(Appended.class, journal.append(append("x", ANN))).id();
            assertFalse(journal.find(id).orElseThrow().visibleTo("ben", false));
            assertInstanceOf(Appended.class, journal.append(append("x", BEN)));
            Document shared = journal.find(id).orElseThrow();
            assertTrue(shared.visibleTo("ben", false));
            assertEquals(Set.of("private", "team"), shared.labels());
            assertTrue(journal.remove(id, "ann"));
            assertFalse(journal.find(id).orElseThrow().visibleTo("ann", false));
            assertFalse(journal.remove(id, "ann"));
        }
        try (var journal = open()) {
            assertEquals(1, journal.documents());
            assertEquals(List.of(BEN), journal.find(journal.cursor(0).next().id()).orElseThrow().owners());
        }
    }

    @Test
    void shouldRefuseWithBothNumbersWhenALimitIsPassed() throws IOException {
        try (var journal = open()) {
            byte[] large = "a".repeat(256 * 1024 + 1).getBytes(StandardCharsets.UTF_8);
            try (var body = SpooledBody.of(new java.io.ByteArrayInputStream(large), folder.resolve("tmp"), 1 << 20)) {
                var refused = assertInstanceOf(Refused.class, journal.append(new Append(body, "", "a.txt", ANN)));
                assertEquals("document of 262145 bytes, at most 262144", refused.reason());
                assertInstanceOf(Appended.class, journal.append(new Append(body, "text/csv", "a.csv", ANN)));
            }
            assertEquals(0, children(folder.resolve("tmp")));
            assertInstanceOf(Refused.class,
                    journal.append(new Append(SpooledBody.of(new byte[1]), "", "n".repeat(2000), ANN)));
        }
        var tight = config();
        var one = new IngestConfig(tight.documentMax(), tight.archiveMax(), 10, tight.segment(), 1, 1, 1,
                tight.quarantine(), tight.ocr());
        try (var journal = open(folder.resolve("one"), one)) {
            assertInstanceOf(Appended.class, journal.append(append("1", ANN)));
            assertInstanceOf(Refused.class, journal.append(append("2", ANN)));
            assertInstanceOf(AlreadyKnown.class, journal.append(append("1", ANN)));
        }
    }

    @Test
    void shouldStopASpoolAtItsLimitAndLeaveNoFile() throws IOException {
        Path spool = folder.resolve("spool");
        byte[] body = new byte[200_000];
        assertThrows(BodyTooLarge.class,
                () -> SpooledBody.of(new java.io.ByteArrayInputStream(body), spool, 199_999));
        assertEquals(0, children(spool));
        try (var whole = SpooledBody.of(new java.io.ByteArrayInputStream(body), spool, 200_000);
                InputStream again = whole.open()) {
            assertArrayEquals(body, again.readAllBytes());
        }
        assertEquals(0, children(spool));
    }

    @Test
    void shouldWalkInOrderAndGoOnWhereAnEarlierProcessStopped() {
        long position;
        try (var journal = open()) {
            for (int i = 0; i < 50; i++) {
                journal.append(append("document " + i + " " + "x".repeat(500), ANN));
            }
            JournalCursor cursor = journal.cursor(0);
            for (int i = 0; i < 20; i++) {
                assertTrue(text(journal, cursor.next()).startsWith("document " + i + " "));
            }
            position = cursor.position();
        }
        try (var journal = open()) {
            journal.append(append("last", ANN));
            JournalCursor cursor = journal.cursor(position);
            for (int i = 20; i < 50; i++) {
                assertTrue(text(journal, cursor.next()).startsWith("document " + i + " "));
            }
            assertEquals("last", text(journal, cursor.next()));
            assertNull(cursor.next());
        }
    }

    @Test
    void shouldEraseTheBytesOfRemovedDocumentsAndKeepPositions() throws IOException {
        try (var journal = open()) {
            List<DocumentId> ids = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                ids.add(assertInstanceOf(Appended.class, journal.append(
                        append("secret-" + i + "-" + "y".repeat(700), ANN))).id());
            }
            JournalCursor cursor = journal.cursor(0);
            cursor.next();
            long position = cursor.position();
            assertEquals(2, journal.removeAll(List.of(ids.get(1), ids.get(29), new DocumentId("0".repeat(64)))));
            assertTrue(text(journal, journal.cursor(position).next()).startsWith("secret-2-"));
            assertFalse(onDisk("secret-1-") || onDisk("secret-29-"));
            assertEquals(!vault().sealing(), onDisk("secret-2-"));
            assertTrue(journal.content(ids.get(1)).isEmpty());
            assertInstanceOf(Appended.class, journal.append(append("secret-1-" + "y".repeat(700), ANN)));
        }
        try (var journal = open()) {
            assertEquals(29, journal.documents());
            JournalCursor cursor = journal.cursor(0);
            Document last = null;
            for (Document next = cursor.next(); next != null; next = cursor.next()) {
                last = next;
                assertEquals(next.id(), SpooledBody.of(content(journal, next.id())).id());
            }
            assertTrue(text(journal, last).startsWith("secret-1-"));
        }
    }

    @Test
    void shouldCutOffATornTailOfAnyLengthAndLoseNothingElse() throws IOException {
        Path segment;
        long whole;
        try (var journal = open()) {
            journal.append(append("kept", ANN));
            segment = onlySegment();
            whole = Files.size(segment);
            journal.append(append("torn " + "z".repeat(300), ANN));
        }
        byte[] bytes = Files.readAllBytes(segment);
        Random random = new Random(7);
        for (int i = 0; i < 25; i++) {
            int length = (int) whole + random.nextInt(bytes.length - (int) whole);
            Files.write(segment, java.util.Arrays.copyOf(bytes, length));
            try (var journal = open()) {
                assertEquals(1, journal.documents(), "cut at " + length);
                assertEquals("kept", text(journal, journal.cursor(0).next()));
                assertInstanceOf(Appended.class, journal.append(append("after", ANN)));
            }
            try (var journal = open()) {
                assertEquals(2, journal.documents());
            }
        }
    }

    @Test
    void shouldReportDamageAndTakeTheDocumentAgainWhenBytesInTheMiddleRot() throws IOException {
        DocumentId id;
        try (var journal = open()) {
            id = assertInstanceOf(Appended.class, journal.append(append("rotten " + "q".repeat(200), ANN))).id();
            journal.append(append("sound", ANN));
        }
        Path segment = onlySegment();
        String file = Files.readString(segment, StandardCharsets.ISO_8859_1);
        String marker = file.substring(8, 16);
        int inBody = file.lastIndexOf(marker) - 50;
        try (var access = new RandomAccessFile(segment.toFile(), "rw")) {
            access.seek(inBody);
            access.write(file.charAt(inBody) ^ 1);
        }
        try (var journal = open()) {
            assertEquals(1, journal.damaged());
            try (InputStream stream = journal.content(id).orElseThrow()) {
                assertThrows(DocumentDamaged.class, stream::readAllBytes);
            }
            assertInstanceOf(Appended.class, journal.append(append("rotten " + "q".repeat(200), ANN)));
            assertEquals(207, content(journal, id).length);
            assertEquals(2, journal.documents());
        }
    }

    @Test
    void shouldNotTakeARecordInADocumentForOneOfItsOwn() throws IOException {
        byte[] segment;
        try (var journal = open()) {
            journal.append(append("evidence", ANN));
            segment = Files.readAllBytes(onlySegment());
        }
        Path other = folder.resolve("other");
        try (var journal = open(other, config())) {
            journal.append(append("first", ANN));
            journal.append(new Append(SpooledBody.of(segment), "", "evil", BEN));
        }
        try (Stream<Path> files = Files.list(other)) {
            Path path = files.findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(path);
            Files.write(path, java.util.Arrays.copyOf(bytes, bytes.length - 2));
        }
        try (var journal = open(other, config())) {
            assertEquals(1, journal.documents());
            assertEquals("first", text(journal, journal.cursor(0).next()));
        }
    }

    @Test
    void shouldRefuseIdsThatAreNoHash() {
        for (String bad : List.of("", "../x", "A".repeat(64), "0".repeat(63), "0".repeat(65), "/" + "0".repeat(63))) {
            assertThrows(IllegalArgumentException.class, () -> new DocumentId(bad), bad);
        }
    }

    private static String text(DocumentJournal journal, Document document) {
        return new String(content(journal, document.id()), StandardCharsets.UTF_8);
    }

    private Path onlySegment() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> segments = files.filter(path -> path.toString().endsWith(Segment.ENDING)).toList();
            assertEquals(1, segments.size());
            return segments.getFirst();
        }
    }

    private boolean onDisk(String text) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path : files.toList()) {
                if (Files.readString(path, StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int children(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return (int) files.count();
        }
    }
}
