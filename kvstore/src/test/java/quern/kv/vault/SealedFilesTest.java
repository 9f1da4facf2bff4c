package quern.kv.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EncryptionConfig;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;

class SealedFilesTest {

    @TempDir
    private Path root;

    private DataDirectory data;

    @BeforeEach
    void open() {
        data = DataDirectory.open(root, new EncryptionConfig(true, Optional.empty()), Map.of());
    }

    @AfterEach
    void close() {
        data.close();
    }

    private void reopen() {
        data.close();
        open();
    }

    private Path real(Path sealed) {
        return Path.of(sealed.toString());
    }

    private Path file(String text) throws IOException {
        Path directory = Files.createDirectories(data.datasets().resolve("ds-1"));
        return Files.writeString(directory.resolve("shard"), text);
    }

    private boolean onDisk(String text) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(path, StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void shouldReadWhatItWroteThroughAllWaysAndLeaveNothingPlain() throws IOException {
        Path file = file("canary one\ncanary two\n");
        Files.writeString(file, "canary three\n", StandardOpenOption.APPEND);
        reopen();
        file = data.datasets().resolve("ds-1").resolve("shard");
        assertEquals(List.of("canary one", "canary two", "canary three"), Files.readAllLines(file));
        assertEquals(35, Files.size(file));
        assertTrue(Files.exists(file) && Files.isRegularFile(file));
        try (Stream<Path> children = Files.list(file.getParent())) {
            assertEquals(List.of(file), children.toList());
        }
        AtomicFile.write(file, "canary four");
        assertEquals("canary four", Files.readString(file));
        Path moved = data.adapters().resolve("a");
        Files.move(file.getParent(), moved, StandardCopyOption.ATOMIC_MOVE);
        assertEquals("canary four", Files.readString(moved.resolve("shard")));
        assertEquals(Optional.of(ItemRef.of(KeyCollection.DATASETS, "ds-1")),
                SealedFiles.itemOf(moved.resolve("shard")));
        assertEquals("datasets/ds-1", data.recorded(data.datasets().resolve("ds-1")));
        assertEquals("canary four", Files.readString(data.resolve("adapters/a/shard")));
        assertFalse(onDisk("canary"));
        assertThrows(UnsupportedOperationException.class, moved::toFile);
    }

    @Test
    void shouldBehaveAsAPlainFileUnderRandomWritesReadsAndCuts() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path sealed = Files.createDirectories(data.jobs().resolve("j")).resolve("f");
        Path plain = root.resolve("plain");
        for (int round = 0; round < 12; round++) {
            try (FileChannel one = FileChannel.open(sealed, StandardOpenOption.CREATE, StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
                    FileChannel other = FileChannel.open(plain, StandardOpenOption.CREATE, StandardOpenOption.READ,
                            StandardOpenOption.WRITE)) {
                for (int step = 0; step < 25; step++) {
                    long size = other.size();
                    assertEquals(size, one.size(), "seed " + seed);
                    if (random.nextInt(4) == 0) {
                        long cut = size == 0 ? 0 : random.nextLong(size + 1);
                        one.truncate(cut);
                        other.truncate(cut);
                        assertEquals(other.position(), one.position(), "seed " + seed);
                    } else {
                        byte[] bytes = new byte[random.nextInt(random.nextInt(5) == 0 ? 200_000 : 3_000)];
                        random.nextBytes(bytes);
                        one.position(size);
                        other.position(size);
                        assertEquals(bytes.length, one.write(ByteBuffer.wrap(bytes)));
                        other.write(ByteBuffer.wrap(bytes));
                    }
                    if (other.size() > 0) {
                        long at = random.nextLong(other.size());
                        ByteBuffer found = ByteBuffer.allocate(500);
                        ByteBuffer expected = ByteBuffer.allocate(500);
                        while (found.hasRemaining() && one.read(found, at + found.position()) >= 0) {
                            continue;
                        }
                        other.read(expected, at);
                        assertEquals(expected.flip(), found.flip(), "seed " + seed + " at " + at);
                    }
                }
            }
            assertArrayEquals(Files.readAllBytes(plain), Files.readAllBytes(sealed), "seed " + seed);
        }
        assertThrows(IOException.class, () -> {
            try (FileChannel one = FileChannel.open(sealed, StandardOpenOption.WRITE)) {
                one.write(ByteBuffer.allocate(1), 0);
            }
        });
    }

    @Test
    void shouldNeverGiveAnotherTextWhenAnyByteIsChangedOrTheFileCutWithinAFrame() throws IOException {
        String text = "a line of the shard\n".repeat(40);
        Path file = file(text);
        byte[] stored = Files.readAllBytes(real(file));
        for (int i = 0; i < stored.length; i++) {
            byte[] changed = stored.clone();
            changed[i] ^= (byte) (1 << i % 8);
            Files.write(real(file), changed);
            var broken = assertThrows(SealBroken.class, () -> Files.readString(file), "byte " + i);
            assertTrue(broken.getMessage().contains("shard"), broken::getMessage);
        }
        for (int length = SealedHeader.BYTES + 1; length < stored.length; length += 13) {
            Files.write(real(file), Arrays.copyOf(stored, length));
            assertThrows(SealBroken.class, () -> Files.readString(file), "cut to " + length);
        }
        Path other = Files.writeString(data.datasets().resolve("ds-1").resolve("other"), text);
        byte[] foreign = Files.readAllBytes(real(other));
        System.arraycopy(stored, 0, foreign, 0, SealedHeader.BYTES);
        Files.write(real(other), foreign);
        assertThrows(SealBroken.class, () -> Files.readString(other), "frames of another file of the item");
    }

    @Test
    void shouldGoOnBehindTheLastWholeFrameWhenAKillToreTheEnd() throws IOException {
        Path file = file("forced\n");
        long whole = Files.size(real(file));
        Files.writeString(file, "torn away\n", StandardOpenOption.APPEND);
        byte[] stored = Files.readAllBytes(real(file));
        for (int length = (int) whole; length < stored.length; length++) {
            Files.write(real(file), Arrays.copyOf(stored, length));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                assertEquals(7, channel.size());
                channel.position(7);
                channel.write(ByteBuffer.wrap("on\n".getBytes(StandardCharsets.US_ASCII)));
            }
            assertEquals("forced\non\n", Files.readString(file), "torn at " + length);
        }
        for (int length = 0; length < SealedHeader.BYTES; length++) {
            Files.write(real(file), Arrays.copyOf(stored, length));
            Files.writeString(file, "new", StandardOpenOption.APPEND);
            assertEquals("new", Files.readString(file), "header torn at " + length);
        }
    }

    @Test
    void shouldReadAndGoOnWithPlainFilesOfAnEarlierVersion() throws IOException {
        Files.createDirectories(root.resolve("jobs/old"));
        Path old = Files.writeString(root.resolve("jobs/old/part"), "plain one\n");
        Path file = data.jobs().resolve("old").resolve("part");
        Files.writeString(file, "plain two\n", StandardOpenOption.APPEND);
        assertEquals("plain one\nplain two\n", Files.readString(file));
        assertEquals("plain one\nplain two\n", Files.readString(old));
        assertEquals(Optional.empty(), SealedFiles.itemOf(file));
        Files.writeString(data.jobs().resolve("old").resolve("next"), "canary");
        assertFalse(onDisk("canary"));
    }

    @Test
    void shouldGiveNothingWhenTheItemsKeyIsDestroyed() throws IOException {
        Path file = file("to be erased");
        Path kept = Files.writeString(Files.createDirectories(data.datasets().resolve("ds-2")).resolve("s"), "kept");
        assertEquals(1, data.vault().destroy(List.of(SealedFiles.itemOf(file).orElseThrow())));
        assertThrows(SealBroken.class, () -> Files.readString(file));
        assertEquals("kept", Files.readString(kept));
        reopen();
        assertEquals("kept", Files.readString(data.resolve("datasets/ds-2/s")));
        assertThrows(SealBroken.class, () -> Files.readString(data.resolve("datasets/ds-1/shard")));
    }

    @Test
    void shouldLetAFilesKeyGoWithItAndNotWithItsCopy() throws IOException {
        Path upload = Files.writeString(data.uploads().resolve("upload-1"), "text");
        Path one = data.files().resolve("file-1");
        Files.move(upload, one, StandardCopyOption.ATOMIC_MOVE);
        Path copy = data.files().resolve("file-2");
        Files.copy(one, copy);
        assertEquals(2, data.vault().status().items());
        Files.delete(one);
        assertEquals(1, data.vault().status().items());
        assertEquals("text", Files.readString(copy));
    }

    @Test
    void shouldBeReadableByItsOwnerOnly() throws IOException {
        file("x");
        Files.createDirectories(data.jobs().resolve("a").resolve("b"));
        AtomicFile.write(data.jobs().resolve("a").resolve("c"), "c");
        Files.writeString(root.resolve("loose"), "made by an earlier version",
                StandardOpenOption.CREATE_NEW);
        Files.setPosixFilePermissions(root.resolve("loose"), PosixFilePermissions.fromString("rw-r--r--"));
        reopen();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                assertTrue(mode.endsWith("------"), path + " " + mode);
            }
        }
    }
}
