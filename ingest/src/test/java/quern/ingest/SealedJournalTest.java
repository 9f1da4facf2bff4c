package quern.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EncryptionConfig;
import quern.ingest.DocumentJournal.Append;
import quern.ingest.DocumentJournal.Appended;
import quern.kv.journal.Ownership;
import quern.kv.vault.Vault;

/** Everything a plain journal does, sealed; and what only a sealed one does. */
class SealedJournalTest extends DocumentJournalTest {

    private static final Ownership ANN = Ownership.of("ann", Set.of("canary-label"));

    @TempDir
    private Path keys;

    @TempDir
    private Path segments;

    private final List<Vault> opened = new ArrayList<>();

    @Override
    Vault vault() {
        opened.add(Vault.open(keys, new EncryptionConfig(true, Optional.empty()), Map.of()));
        return opened.getLast();
    }

    @AfterEach
    void close() {
        opened.forEach(Vault::close);
    }

    private DocumentJournal open(Vault vault) {
        return DocumentJournal.open(segments, config(), vault);
    }

    private static Append canary(int number) {
        byte[] text = ("canary-text-" + number).getBytes(StandardCharsets.UTF_8);
        return new Append(SpooledBody.of(text), "text/plain", "canary-name.txt", ANN);
    }

    private boolean onDisk(String text) throws IOException {
        try (Stream<Path> files = Stream.concat(Files.walk(segments), Files.walk(keys))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void shouldReadOldPlainRecordsAndSealNewOnesWhenEncryptionIsTurnedOn() throws IOException {
        DocumentId old;
        try (var journal = open(Vault.none())) {
            old = assertInstanceOf(Appended.class, journal.append(canary(1))).id();
        }
        assertTrue(onDisk("canary-text-1") && onDisk("canary-name") && onDisk("canary-label"));
        try (var journal = open(vault())) {
            journal.append(canary(2));
            assertEquals("canary-text-1", new String(content(journal, old), StandardCharsets.UTF_8));
            assertFalse(onDisk("canary-text-2"));
            journal.removeAll(List.of(old));
            assertFalse(onDisk("canary"));
        }
        try (var journal = open(vault())) {
            assertEquals(1, journal.documents());
            Document document = journal.cursor(0).next();
            assertEquals("canary-name.txt", document.name());
            assertEquals(List.of(ANN), document.owners());
            assertEquals(13, document.bytes());
            assertEquals("canary-text-2", new String(content(journal, document.id()), StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldGiveBackBodiesOfEveryLengthAroundAFrame() throws IOException {
        Random random = new Random(3);
        try (var journal = open(vault())) {
            for (int length : new int[] {0, 1, 65535, 65536, 65537, 131072, 200_000}) {
                byte[] body = new byte[length];
                random.nextBytes(body);
                try (var spooled = SpooledBody.of(new ByteArrayInputStream(body), keys.resolve("tmp"), 1 << 20)) {
                    var reply = assertInstanceOf(Appended.class, journal.append(new Append(spooled, "", "", ANN)));
                    assertArrayEquals(body, content(journal, reply.id()), "length " + length);
                    assertEquals(length, journal.find(reply.id()).orElseThrow().bytes());
                }
            }
        }
    }

    @Test
    void shouldLeaveNoPlainSpoolFile() throws IOException {
        byte[] body = "canary-spool ".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        try (var spooled = SpooledBody.of(new ByteArrayInputStream(body), segments, 1 << 20);
                InputStream again = spooled.open()) {
            assertFalse(onDisk("canary-spool"));
            assertArrayEquals(body, again.readAllBytes());
        }
    }

    @Test
    void shouldCallADocumentDamagedAndNeverGiveItWhenItsKeyIsLost() throws IOException {
        try (var journal = open(vault())) {
            journal.append(canary(1));
            journal.append(canary(2));
        }
        Path log = keys.resolve("keys/items.log");
        byte[] whole = Files.readAllBytes(log);
        byte[] changed = whole.clone();
        changed[40] ^= 1;
        Files.write(log, changed);
        try (var journal = open(vault())) {
            assertEquals(1, journal.documents());
            assertEquals(1, journal.damaged());
            assertEquals("canary-text-2",
                    new String(content(journal, journal.cursor(0).next().id()), StandardCharsets.UTF_8));
            assertInstanceOf(Appended.class, journal.append(canary(3)));
        }
        Files.write(log, whole);
        try (var journal = open(vault())) {
            assertEquals("canary-text-1",
                    new String(content(journal, journal.cursor(0).next().id()), StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldForgetTheKeyOfARemovedDocumentAndCountNoDamage() throws IOException {
        try (var journal = open(vault())) {
            DocumentId id = assertInstanceOf(Appended.class, journal.append(canary(1))).id();
            journal.append(new Append(SpooledBody.of("canary-text-1".getBytes(StandardCharsets.UTF_8)), "", "again",
                    Ownership.of("ben", Set.of())));
            assertEquals(1, opened.getLast().status().items());
            journal.removeAll(List.of(id));
            assertEquals(0, opened.getLast().status().items());
            assertTrue(journal.content(id).isEmpty());
        }
        try (var journal = open(vault())) {
            assertEquals(0, journal.damaged());
            assertEquals(0, journal.documents());
        }
    }

    /** What a process leaves that is killed between two records of a batch: copied while the second is stamped. */
    @Test
    void shouldCountNoDamageWhenABatchIsKilledBetweenItsRecords(@TempDir Path left) throws IOException {
        AtomicInteger stamps = new AtomicInteger();
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                if (stamps.incrementAndGet() == 2) {
                    copyTree(keys, left.resolve("data"));
                    copyTree(segments, left.resolve("segments"));
                }
                return Instant.EPOCH;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        try (var journal = DocumentJournal.open(segments, config(), clock, vault())) {
            assertEquals(2, journal.appendAll(List.of(canary(1), canary(2))).size());
        }
        try (Vault vault = Vault.open(left.resolve("data"), new EncryptionConfig(true, Optional.empty()), Map.of());
                var journal = DocumentJournal.open(left.resolve("segments"), config(), vault)) {
            assertEquals(0, journal.damaged());
            assertEquals(1, journal.documents());
            assertEquals("canary-text-1",
                    new String(content(journal, journal.cursor(0).next().id()), StandardCharsets.UTF_8));
        }
    }

    private static void copyTree(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotServeASwappedBodyWhenItsChecksumIsMadeToFit() throws IOException {
        DocumentId id;
        try (var journal = open(vault())) {
            id = assertInstanceOf(Appended.class, journal.append(canary(1))).id();
            journal.append(canary(2));
        }
        Path segment;
        try (Stream<Path> files = Files.list(segments)) {
            segment = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        String file = new String(bytes, StandardCharsets.ISO_8859_1);
        int second = file.indexOf(file.substring(8, 16), 17);
        int stored = 13 + 32;
        System.arraycopy(bytes, bytes.length - stored - 4, bytes, second - stored - 4, stored + 4);
        Files.write(segment, bytes);
        try (var journal = open(vault()); InputStream content = journal.content(id).orElseThrow()) {
            assertThrows(DocumentDamaged.class, content::readAllBytes);
        }
    }
}
