package quern.kv.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EncryptionConfig;
import quern.config.QuernException;
import quern.kv.DataDirectory;

class VaultTest {

    private static final byte[] TEXT = "rye and barley".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CONTEXT = "test".getBytes(StandardCharsets.UTF_8);
    private static final ItemRef ONE = ItemRef.of(KeyCollection.DOCUMENTS, "one");
    private static final ItemRef TWO = ItemRef.of(KeyCollection.DOCUMENTS, "two");

    @TempDir
    private Path folder;

    private Vault open() {
        return open(Map.of());
    }

    private Vault open(Map<String, String> environment) {
        return Vault.open(folder, new EncryptionConfig(true, Optional.empty()), environment);
    }

    private byte[] sealOne() throws IOException {
        try (Vault vault = open()) {
            return vault.obtain(ONE).seal(TEXT, CONTEXT);
        }
    }

    @Test
    void shouldOpenWhatItSealedWhenOpenedAgain() throws IOException {
        byte[] sealed = sealOne();
        assertFalse(new String(sealed, StandardCharsets.ISO_8859_1).contains("barley"));
        try (Vault vault = open()) {
            assertArrayEquals(TEXT, vault.seal(ONE).open(sealed, CONTEXT));
            assertEquals(Optional.empty(), vault.find(TWO));
            assertEquals(1, vault.status().items());
            assertTrue(vault.status().ownKey());
        }
    }

    @Test
    void shouldRefuseEveryChangedByteAndAnotherContextWhenAPieceIsOpened() throws IOException {
        byte[] sealed = sealOne();
        try (Vault vault = open()) {
            Seal seal = vault.seal(ONE);
            for (int i = 0; i < sealed.length; i++) {
                byte[] changed = sealed.clone();
                changed[i] ^= 1;
                var broken = assertThrows(SealBroken.class, () -> seal.open(changed, CONTEXT), "byte " + i);
                assertTrue(broken.getMessage().contains("documents/"), broken::getMessage);
            }
            assertThrows(SealBroken.class, () -> seal.open(sealed, TEXT));
            assertThrows(SealBroken.class, () -> seal.open(new byte[5], CONTEXT));
        }
    }

    @Test
    void shouldNameTheExpectedKeyAndTouchNothingWhenTheMasterKeyIsAnotherOrMissing() throws IOException {
        sealOne();
        Path master = folder.resolve("master.key");
        String right = Files.readString(master);
        Map<Path, String> before = contents();
        String expected;
        try (Vault vault = open()) {
            expected = vault.status().keyId();
        }
        var other = assertThrows(QuernException.class, () -> open(Map.of("QUERN_MASTER_KEY", "ab".repeat(32))));
        assertEquals(QuernException.Category.FATAL, other.category());
        assertTrue(other.getMessage().contains(expected), other::getMessage);
        assertTrue(other.getMessage().contains("QUERN_MASTER_KEY"), other::getMessage);
        Files.delete(master);
        var missing = assertThrows(QuernException.class, this::open);
        assertTrue(missing.getMessage().contains("found none"), missing::getMessage);
        assertFalse(Files.exists(master), "a new key was made for sealed data");
        Files.writeString(master, right.replaceFirst("[0-9a-f]", "x"));
        var malformed = assertThrows(QuernException.class, this::open);
        assertTrue(malformed.getMessage().contains("64 hexadecimal digits"), malformed::getMessage);
        Files.writeString(master, right);
        assertEquals(before, contents());
        open().close();
    }

    private Map<Path, String> contents() throws IOException {
        Map<Path, String> contents = new java.util.TreeMap<>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file, HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    @Test
    void shouldTakeTheKeyFromEnvironmentOrFileWithoutStoringItWhenGiven() throws IOException {
        String given = "0123456789abcdef".repeat(4);
        byte[] sealed;
        try (Vault vault = open(Map.of("QUERN_MASTER_KEY", given))) {
            sealed = vault.obtain(ONE).seal(TEXT, CONTEXT);
            assertEquals("QUERN_MASTER_KEY", vault.status().keySource());
            assertFalse(vault.status().ownKey());
        }
        for (String content : contents().values()) {
            assertFalse(content.contains(given));
            assertFalse(content.contains(HexFormat.of().formatHex(given.getBytes(StandardCharsets.US_ASCII))));
        }
        Path file = Files.writeString(folder.resolveSibling(folder.getFileName() + ".key"), given + "\n");
        try (Vault vault = Vault.open(folder, new EncryptionConfig(true, Optional.of(file)), Map.of())) {
            assertArrayEquals(TEXT, vault.seal(ONE).open(sealed, CONTEXT));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void shouldOpenOnlyWhatIsLeftWhenAKeyIsDestroyedEvenWithAnOlderItemLog() throws IOException {
        byte[] sealedOne;
        byte[] sealedTwo;
        Path log = folder.resolve("keys/items.log");
        try (Vault vault = open()) {
            sealedOne = vault.obtain(ONE).seal(TEXT, CONTEXT);
            sealedTwo = vault.obtain(TWO).seal(TEXT, CONTEXT);
        }
        byte[] older = Files.readAllBytes(log);
        byte[] olderCollections = Files.readAllBytes(folder.resolve("keys/collections.keys"));
        String masterBefore = Files.readString(folder.resolve("master.key"));
        try (Vault vault = open()) {
            assertEquals(1, vault.destroy(List.of(ONE)));
            var gone = assertThrows(SealBroken.class, () -> vault.seal(ONE));
            assertTrue(gone.getMessage().contains("found none"), gone::getMessage);
            assertArrayEquals(TEXT, vault.seal(TWO).open(sealedTwo, CONTEXT));
        }
        assertNotEquals(masterBefore, Files.readString(folder.resolve("master.key")));
        byte[] newer = Files.readAllBytes(log);
        try (Vault vault = open()) {
            assertArrayEquals(TEXT, vault.seal(TWO).open(sealedTwo, CONTEXT));
            assertEquals(0, vault.destroy(List.of(ONE)));
        }
        Files.write(log, older);
        try (Vault vault = open()) {
            assertThrows(SealBroken.class, () -> vault.seal(ONE), "opened by an old copy of the item log");
        }
        Files.write(log, newer);
        Files.write(folder.resolve("keys/collections.keys"), olderCollections);
        assertThrows(QuernException.class, this::open, "the old collection keys open with the new master key");
        assertEquals(TEXT.length + Seal.OVERHEAD_BYTES, sealedOne.length);
    }

    @Test
    void shouldForgetAKeyWhenItsItemIsGoneAndKeepItForgotten() throws IOException {
        sealOne();
        try (Vault vault = open()) {
            vault.forget(List.of(ONE, TWO));
            vault.force();
        }
        try (Vault vault = open()) {
            assertEquals(Optional.empty(), vault.find(ONE));
        }
    }

    @Test
    void shouldLoseOnlyTheItemOfADamagedEntryAndCutATornEnd() throws IOException {
        try (Vault vault = open()) {
            vault.obtain(ONE);
            vault.obtain(TWO);
        }
        Path log = folder.resolve("keys/items.log");
        byte[] whole = Files.readAllBytes(log);
        byte[] changed = whole.clone();
        changed[40] ^= 4;
        Files.write(log, changed);
        try (Vault vault = open()) {
            assertThrows(SealBroken.class, () -> vault.seal(ONE));
            vault.seal(TWO);
            assertEquals(1, vault.status().damagedKeys());
        }
        for (int cut = 1; cut < 88; cut += 29) {
            Files.write(log, java.util.Arrays.copyOf(whole, whole.length - cut));
            try (Vault vault = open()) {
                vault.seal(ONE);
                assertEquals(Optional.empty(), vault.find(TWO));
                vault.obtain(TWO);
            }
            try (Vault vault = open()) {
                vault.seal(TWO);
            }
        }
    }

    @Test
    void shouldRefuseToStartOrOpenTheRightKeysWhenAnyByteOfTheCollectionKeysIsChanged() throws IOException {
        byte[] sealed = sealOne();
        Path file = folder.resolve("keys/collections.keys");
        byte[] whole = Files.readAllBytes(file);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] changed = whole.clone();
            int at = random.nextInt(changed.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            try (Vault vault = open()) {
                assertArrayEquals(TEXT, vault.seal(ONE).open(sealed, CONTEXT));
            } catch (QuernException e) {
                assertTrue(e.getMessage().contains("collections.keys"), "seed " + seed + ": " + e.getMessage());
            }
            assertArrayEquals(changed, Files.readAllBytes(file), "seed " + seed + ": byte " + at + " was repaired");
        }
    }

    @Test
    void shouldFinishAnInterruptedRotationWhenOpenedAgain() throws IOException {
        byte[] sealed = sealOne();
        Path keys = folder.resolve("keys");
        byte[] oldLog = Files.readAllBytes(keys.resolve("items.log"));
        try (Vault vault = open()) {
            vault.rotate();
        }
        try (Vault vault = open()) {
            assertArrayEquals(TEXT, vault.seal(ONE).open(sealed, CONTEXT));
        }
        // As a kill leaves it after the new version was stored and before the item keys were moved to it.
        MasterKey master = MasterKey.offered(folder, new EncryptionConfig(true, Optional.empty()), Map.of()).getFirst();
        CollectionKeys collections = CollectionKeys.open(keys, List.of(master));
        collections.addVersion(KeyCollection.DOCUMENTS);
        collections.store();
        try (Vault vault = open()) {
            assertArrayEquals(TEXT, vault.seal(ONE).open(sealed, CONTEXT));
        }
        assertNotEquals(HexFormat.of().formatHex(oldLog),
                HexFormat.of().formatHex(Files.readAllBytes(keys.resolve("items.log"))));
    }

    @Test
    void shouldSealNothingAndMakeNothingWhenOff() throws IOException {
        var off = new EncryptionConfig(false, Optional.empty());
        try (Vault vault = Vault.open(folder, off, Map.of())) {
            assertFalse(vault.sealing());
            assertThrows(SealBroken.class, () -> vault.seal(ONE));
            assertEquals(Map.of(), contents());
        }
        byte[] sealed = sealOne();
        try (Vault vault = Vault.open(folder, off, Map.of())) {
            assertFalse(vault.sealing());
            assertArrayEquals(TEXT, vault.seal(ONE).open(sealed, CONTEXT));
        }
    }

    @Test
    void shouldNotRepeatANonceAndKeepItsFilesToTheOwner() throws IOException {
        Set<String> nonces = new HashSet<>();
        try (Vault vault = open()) {
            Seal seal = vault.obtain(ONE);
            for (int i = 0; i < 20_000; i++) {
                byte[] sealed = seal.seal(TEXT, CONTEXT);
                assertTrue(nonces.add(HexFormat.of().formatHex(sealed, 0, 12)));
            }
        }
        try (var files = Files.walk(folder.resolve("keys"))) {
            for (Path file : files.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                assertEquals(Files.isDirectory(file) ? "rwx------" : "rw-------", mode, file::toString);
            }
        }
        assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("master.key"))));
        DataDirectory.removeTree(folder.resolve("keys"));
    }
}
