package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintFileTest {

    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);

    @TempDir
    private Path directory;

    private List<FileStamp> stamps(String name, String content) throws IOException {
        return FileStamp.ofAll(Files.writeString(directory.resolve(name), content));
    }

    @Test
    void shouldRecallWhenNothingChanged() throws IOException {
        var stamps = stamps("m.gguf", "weights");
        FingerprintFile memory = FingerprintFile.in(directory);
        assertEquals(Optional.empty(), memory.recall(stamps));
        memory.remember(stamps, A);
        assertEquals(Optional.of(A), FingerprintFile.in(directory).recall(FileStamp.ofAll(
                directory.resolve("m.gguf"))));
    }

    @Test
    void shouldForgetWhenContentChangesUnderTheSameSizeAndTime() throws IOException {
        var before = stamps("m.gguf", "weights");
        FingerprintFile memory = FingerprintFile.in(directory);
        memory.remember(before, A);
        Path file = directory.resolve("m.gguf");
        FileTime modified = Files.getLastModifiedTime(file);
        while (System.currentTimeMillis() * 1_000_000 < before.getFirst().settledAtNs()) {
            Thread.onSpinWait();
        }
        Files.writeString(file, "Weights");
        Files.setLastModifiedTime(file, modified);
        assertEquals(before.getFirst().modifiedNs(), FileStamp.of(file).modifiedNs());
        assertEquals(Optional.empty(), memory.recall(FileStamp.ofAll(file)));
    }

    @Test
    void shouldTellFilesApartWhenOneOfADirectoryIsReplacedOrAdded() throws IOException {
        Path model = Files.createDirectory(directory.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve("model.safetensors"), "x");
        var before = FileStamp.ofAll(model);
        Files.writeString(directory.resolve("other"), "y");
        Files.move(directory.resolve("other"), model.resolve("model.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertNotEquals(before, FileStamp.ofAll(model));
        var replaced = FileStamp.ofAll(model);
        Files.writeString(model.resolve("tokenizer.json"), "{}");
        assertNotEquals(replaced, FileStamp.ofAll(model));
    }

    @Test
    void shouldKeepOneEntryForAModelAndNoMoreThanItsLimit() throws IOException {
        FingerprintFile memory = FingerprintFile.in(directory);
        var first = stamps("m.gguf", "weights");
        memory.remember(first, A);
        var second = stamps("m.gguf", "longer weights");
        memory.remember(second, B);
        assertEquals(Optional.empty(), memory.recall(first));
        assertEquals(Optional.of(B), memory.recall(second));
        for (int i = 0; i < 70; i++) {
            memory.remember(List.of(new FileStamp("/m" + i, 1, 2, 3, 4)), A);
        }
        assertEquals(Optional.empty(), memory.recall(second));
        assertEquals(Optional.of(A), memory.recall(List.of(new FileStamp("/m69", 1, 2, 3, 4))));
        assertTrue(Files.size(directory.resolve(FingerprintFile.NAME)) < 64 * 300);
    }

    @Test
    void shouldStartAnewWhenItsFileIsDamaged() throws IOException {
        var stamps = stamps("m.gguf", "weights");
        Path file = directory.resolve(FingerprintFile.NAME);
        for (String damage : List.of("", "[", "{}", "[null]", "[{\"fingerprint\":\"x\",\"files\":[]}]", "[[[")) {
            Files.writeString(file, damage);
            FingerprintFile memory = FingerprintFile.in(directory);
            assertEquals(Optional.empty(), memory.recall(stamps), damage);
            memory.remember(stamps, A);
            assertEquals(Optional.of(A), memory.recall(stamps), damage);
        }
    }
}
