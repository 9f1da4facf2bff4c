package quern.kv.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.kv.ChildProcess;
import quern.kv.FileLimit;

class FullCatalogueTest {

    private static final long LOG_BYTES_MAX = 1L << 20;

    @TempDir
    Path directory;

    /** Commits until the disk is full, then makes room, and goes on. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Throwable {
            try (Catalogue catalogue = Catalogue.open(Path.of(arguments[0], "catalogue"), 10)) {
                FileLimit.set(LOG_BYTES_MAX);
                int acknowledged = 0;
                QuernException full = null;
                while (full == null && acknowledged < 1000) {
                    full = commit(catalogue, acknowledged);
                    acknowledged += full == null ? 1 : 0;
                }
                System.out.println("full " + (full == null ? "never" : full.category()));
                System.out.println("again " + commit(catalogue, acknowledged).category());
                System.out.println("readable " + catalogue.contains(RecordKind.FILE, id(acknowledged - 1)));
                FileLimit.set(-1);
                for (int i = 0; i < 20; i++) {
                    QuernException failure = commit(catalogue, acknowledged++);
                    if (failure != null) {
                        System.out.println("failed " + failure.getMessage());
                    }
                }
                System.out.println(acknowledged + ";");
            }
        }
    }

    private static String id(int number) {
        return String.format("f%06d", number);
    }

    private static QuernException commit(Catalogue catalogue, int number) {
        try {
            catalogue.commit(new WriteSet().put(RecordKind.FILE, id(number), new FileRecord(
                    id(number), "n".repeat(10_000), "p", number, "", Ownership.of("k", Set.of()), 1)));
            return null;
        } catch (QuernException e) {
            return e;
        }
    }

    @Test
    void shouldRefuseWhileTheDiskIsFullAndGoOnAfterwards() throws IOException, InterruptedException {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "file limits are set for Linux only");
        Process process = new ProcessBuilder(ChildProcess.command(
                ChildProcess.classPath(), Writer.class, directory.toString())).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        String[] lines = text.split("\\R");
        assertEquals("full RETRYABLE", lines[0], text);
        assertEquals("again RETRYABLE", lines[1], text);
        assertEquals("readable true", lines[2], text);
        int acknowledged = Integer.parseInt(lines[3].replace(";", ""));
        try (Catalogue catalogue = Catalogue.open(directory.resolve("catalogue"), 10)) {
            int stored = 0;
            for (FileRecord file : catalogue.all(RecordKind.FILE, FileRecord.class)) {
                assertEquals(id(stored++), file.id());
            }
            assertEquals(acknowledged, stored);
        }
    }
}
