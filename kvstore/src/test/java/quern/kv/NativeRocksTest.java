package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kept copy of a native library: what is loaded is what the archive holds. */
class NativeRocksTest {

    private static final byte[] CONTENT = "a library's bytes".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;
    private Path copy;

    @BeforeEach
    void pack() throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(directory.resolve("a.jar")))) {
            out.putNextEntry(new ZipEntry("lib.so"));
            out.write(CONTENT);
            out.closeEntry();
        }
        copy = directory.resolve("kept").resolve("lib.so");
    }

    private URLConnection library() throws IOException {
        URLConnection connection = URI.create("jar:" + directory.resolve("a.jar").toUri() + "!/lib.so").toURL()
                .openConnection();
        connection.setUseCaches(false);
        return connection;
    }

    @Test
    void shouldUnpackOnceAndLeaveAWholeCopyAlone() throws IOException {
        NativeRocks.keep(library(), copy);
        var made = Files.getLastModifiedTime(copy);
        Object file = Files.readAttributes(copy, BasicFileAttributes.class).fileKey();
        NativeRocks.keep(library(), copy);
        assertEquals(List.of(made, file), List.of(Files.getLastModifiedTime(copy),
                Files.readAttributes(copy, BasicFileAttributes.class).fileKey()));
        try (var kept = Files.list(copy.getParent())) {
            assertEquals(1, kept.count());
        }
    }

    @Test
    void shouldUnpackAgainWhenTheCopyIsCutOffOrChanged() throws IOException {
        byte[] changed = CONTENT.clone();
        changed[3] ^= 1;
        for (byte[] damaged : List.of(changed, new byte[0], Arrays.copyOf(CONTENT, CONTENT.length - 1))) {
            Files.createDirectories(copy.getParent());
            Files.write(copy, damaged);
            assertFalse(NativeRocks.isCopy(copy, library()));
            NativeRocks.keep(library(), copy);
            assertTrue(NativeRocks.isCopy(copy, library()));
            assertArrayEquals(CONTENT, Files.readAllBytes(copy));
        }
    }

    @Test
    void shouldUnpackOverWhatAKilledProcessLeft() throws IOException {
        Files.createDirectories(copy.getParent());
        Files.writeString(AtomicFile.temporary(copy), "half");
        NativeRocks.keep(library(), copy);
        assertTrue(NativeRocks.isCopy(copy, library()));
    }
}
