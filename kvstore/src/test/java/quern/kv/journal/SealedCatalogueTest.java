package quern.kv.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EncryptionConfig;
import quern.config.QuernException;
import quern.kv.DataDirectory;
import quern.kv.vault.Vault;

class SealedCatalogueTest {

    private static final Ownership OWNER = Ownership.of("key1", Set.of("canary-label"));

    @TempDir
    private Path data;

    private Vault vault(boolean atRest) {
        return Vault.open(data, new EncryptionConfig(atRest, Optional.empty()), Map.of());
    }

    private Path directory() {
        return data.resolve("catalogue");
    }

    private static FileRecord file(String id) {
        return new FileRecord(id, "canary-name-" + id, "fine-tune", 12, "00", OWNER, 1);
    }

    private void write(Vault vault, String id) {
        try (vault; Catalogue catalogue = Catalogue.open(directory(), 10, vault)) {
            catalogue.commit(new WriteSet().put(RecordKind.FILE, id, file(id))
                    .event("job", 1, "info", "canary-event-" + id, "{}")
                    .edge(new Edge(RecordKind.FILE, id, RecordKind.ADAPTER, "a", "role",
                            "\"canary-edge-" + id + "\"")));
        }
    }

    private void assertReads(Catalogue catalogue, String... ids) {
        List<String> details = new ArrayList<>();
        catalogue.edgesTo(RecordKind.ADAPTER, "a").forEach(edge -> details.add(edge.detailJson()));
        List<FileRecord> listed = new ArrayList<>();
        catalogue.all(RecordKind.FILE, FileRecord.class).forEach(listed::add);
        assertEquals(Stream.of(ids).map(SealedCatalogueTest::file).toList(), listed);
        assertEquals(Stream.of(ids).map(id -> "\"canary-edge-" + id + "\"").toList(), details);
        assertEquals(Stream.of(ids).map(id -> "canary-event-" + id).toList(),
                catalogue.events("job", 0, 10).stream().map(JobEvent::message).toList());
        for (String id : ids) {
            assertEquals(Optional.of(file(id)), catalogue.get(RecordKind.FILE, id, FileRecord.class));
        }
    }

    private boolean onDisk(String text) throws IOException {
        try (Stream<Path> files = Files.walk(directory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void shouldSealEveryValueAndReadOldPlainOnesWhenEncryptionIsTurnedOn() throws IOException {
        write(Vault.none(), "1");
        assertTrue(onDisk("canary-name-1") && onDisk("canary-event-1") && onDisk("canary-edge-1"));
        write(vault(true), "2");
        assertFalse(onDisk("canary-name-2") || onDisk("canary-event-2") || onDisk("canary-edge-2"));
        try (Vault vault = vault(true); Catalogue catalogue = Catalogue.open(directory(), 10, vault)) {
            assertReads(catalogue, "1", "2");
            catalogue.update(RecordKind.FILE, "1", FileRecord.class, record -> file("1"));
            assertEquals(2, catalogue.getVersioned(RecordKind.FILE, "1", FileRecord.class).orElseThrow().version());
        }
        write(vault(false), "3");
        assertTrue(onDisk("canary-name-3"));
        try (Vault vault = vault(false); Catalogue catalogue = Catalogue.open(directory(), 10, vault)) {
            assertReads(catalogue, "1", "2", "3");
        }
    }

    @Test
    void shouldRefuseToStartWhenTheKeysAreLostOrOfAnotherDirectory() throws IOException {
        write(vault(true), "1");
        DataDirectory.removeTree(data.resolve(Vault.DIRECTORY));
        for (Vault other : List.of(vault(true), Vault.none())) {
            var refused = assertThrows(QuernException.class, () -> Catalogue.open(directory(), 10, other));
            assertEquals(QuernException.Category.FATAL, refused.category());
            assertTrue(refused.getMessage().contains("is sealed by the keys"), refused::getMessage);
            other.close();
        }
    }

    @Test
    void shouldSayWhichValueIsDamagedWhenItStandsUnderAnotherKey() {
        try (Vault vault = vault(true)) {
            var json = new RecordJson(vault);
            byte[] key = RecordKeys.record(RecordKind.FILE, "one");
            byte[] stored = json.write(key, 4, file("one"));
            assertEquals(file("one"), json.read(key, stored, "FILE one", FileRecord.class));
            byte[] other = RecordKeys.record(RecordKind.FILE, "two");
            var moved = assertThrows(CatalogueDamaged.class,
                    () -> json.read(other, stored, "FILE two", FileRecord.class));
            assertTrue(moved.getMessage().contains("FILE two"), moved::getMessage);
            for (int i = 0; i < stored.length; i++) {
                byte[] changed = stored.clone();
                changed[i] ^= 2;
                assertThrows(CatalogueDamaged.class, () -> json.read(key, changed, "FILE one", FileRecord.class),
                        "byte " + i);
            }
        }
    }
}
