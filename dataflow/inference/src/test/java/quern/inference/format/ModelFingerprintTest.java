package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.inference.EmbeddedModel;
import quern.kv.FingerprintFile;

class ModelFingerprintTest {

    @TempDir
    private Path directory;

    /** Fingerprint of the model at a path, and how many bytes had to be hashed for it. */
    private record Taken(String fingerprint, long hashedBytes) {}

    private Taken take(Path path) {
        var hashed = new AtomicLong();
        ModelFingerprint before = ModelFingerprint.before(path);
        try (ModelFile model = ModelFiles.open(path)) {
            return new Taken(before.of(model, FingerprintFile.in(directory), (done, total) -> hashed.set(done)),
                    hashed.get());
        }
    }

    private static void flip(Path file, long at) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 1;
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    }

    @Test
    void shouldHashOnceWhenFileStaysAsItIs() {
        Path file = EmbeddedModel.unpack(directory.resolve("models"));
        Taken first = take(file);
        Taken again = take(file);
        assertEquals(file.toFile().length(), first.hashedBytes());
        assertEquals(new Taken(first.fingerprint(), 0), again);
        try (ModelFile model = ModelFiles.open(file)) {
            assertEquals(model.fingerprint(), again.fingerprint());
        }
    }

    @Test
    void shouldHashAgainWhenOneByteChangesAndTheTimeIsSetBack() throws Exception {
        Path file = EmbeddedModel.unpack(directory.resolve("models"));
        Taken first = take(file);
        FileTime modified = Files.getLastModifiedTime(file);
        flip(file, Files.size(file) - 1);
        Files.setLastModifiedTime(file, modified);
        Taken changed = take(file);
        assertNotEquals(first.fingerprint(), changed.fingerprint());
        assertEquals(Files.size(file), changed.hashedBytes());
    }

    @Test
    void shouldNotRememberWhenFileIsReplacedWhileItIsOpen() throws Exception {
        Path file = EmbeddedModel.unpack(directory.resolve("models"));
        Path other = Files.copy(file, directory.resolve("other.gguf"));
        flip(other, Files.size(other) - 1);
        String old;
        ModelFingerprint before = ModelFingerprint.before(file);
        try (ModelFile model = ModelFiles.open(file)) {
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            old = before.of(model, FingerprintFile.in(directory), (done, total) -> { });
        }
        Taken now = take(file);
        assertNotEquals(old, now.fingerprint());
        assertTrue(now.hashedBytes() > 0);
    }

    @Test
    void shouldNotRecallWhenFileIsReplacedBetweenLookingAndOpening() throws Exception {
        Path file = EmbeddedModel.unpack(directory.resolve("models"));
        Taken first = take(file);
        Path other = Files.copy(file, directory.resolve("other.gguf"));
        flip(other, Files.size(other) - 1);
        ModelFingerprint before = ModelFingerprint.before(file);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        try (ModelFile model = ModelFiles.open(file)) {
            assertNotEquals(first.fingerprint(),
                    before.of(model, FingerprintFile.in(directory), (done, total) -> { }));
        }
    }
}
