package quern.kv.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.kv.ChildProcess;

class CatalogueKillTest {

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("catalogue");
    }

    private static FileRecord file(int number) {
        return new FileRecord(
                id(number), "x".repeat(number % 5000), "p", number, "", Ownership.of("k", Set.of("l")), number);
    }

    private static String id(int number) {
        return String.format("f%06d", number);
    }

    private static void commit(Catalogue catalogue, int number) {
        catalogue.commit(new WriteSet()
                .create(RecordKind.FILE, id(number), file(number))
                .edge(new Edge(RecordKind.FILE, id(number), RecordKind.DATASET, "d", "source", ""))
                .event("job", number, "info", "m", ""));
    }

    /** Commits files from a number on and says which are acknowledged. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            Catalogue catalogue = Catalogue.open(Path.of(arguments[0]), 1_000_000);
            for (int i = Integer.parseInt(arguments[1]);; i++) {
                commit(catalogue, i);
                System.out.println(i + ";");
            }
        }
    }

    @Test
    void shouldHaveEveryAcknowledgedCommitWhenKilled() throws IOException, InterruptedException {
        int from = 0;
        for (int lines : new int[] {1, 60, 700}) {
            List<String> acknowledged = ChildProcess.killAfter(
                    lines, Writer.class, directory().toString(), Integer.toString(from));
            assertTrue(acknowledged.size() >= lines, acknowledged.size() + " lines");
            int last = Integer.parseInt(acknowledged.getLast());
            try (Catalogue catalogue = Catalogue.open(directory(), 1_000_000)) {
                int stored = 0;
                for (FileRecord file : catalogue.all(RecordKind.FILE, FileRecord.class)) {
                    assertEquals(file(stored), file);
                    stored++;
                }
                assertTrue(stored > last, stored + " stored, " + last + " was acknowledged");
                int edges = 0;
                for (Edge edge : catalogue.edgesTo(RecordKind.DATASET, "d")) {
                    assertEquals(id(edges++), edge.fromId());
                }
                assertEquals(stored, edges);
                assertEquals(stored, catalogue.events("job", 0, Integer.MAX_VALUE).size());
                from = stored;
            }
        }
    }

    @Test
    void shouldRefuseToOpenWhenTheLogIsDamagedInTheMiddle() throws IOException, InterruptedException {
        ChildProcess.killAfter(100, Writer.class, directory().toString(), "1000");
        flip(only("*.log"), Files.size(only("*.log")) / 2);
        assertDamaged();
    }

    @Test
    void shouldRefuseToOpenWhenFilesAreDamagedOrGone() throws IOException {
        try (Catalogue catalogue = Catalogue.open(directory(), 10)) {
            commit(catalogue, 1);
        }
        Catalogue.open(directory(), 10).close();
        byte[] current = Files.readAllBytes(directory().resolve("CURRENT"));
        Files.delete(directory().resolve("CURRENT"));
        assertDamaged();
        Files.write(directory().resolve("CURRENT"), current);
        Path table = only("*.sst");
        byte[] bytes = Files.readAllBytes(table);
        flip(table, bytes.length / 8);
        assertDamaged();
        Files.write(table, bytes);
        try (Catalogue catalogue = Catalogue.open(directory(), 10)) {
            assertTrue(catalogue.contains(RecordKind.FILE, id(1)));
        }
        Files.delete(table);
        assertDamaged();
    }

    private void assertDamaged() {
        CatalogueDamaged damaged = assertThrows(CatalogueDamaged.class, () -> {
            try (Catalogue catalogue = Catalogue.open(directory(), 10)) {
                catalogue.verify();
            }
        });
        assertEquals(QuernException.Category.FATAL, damaged.category());
        assertTrue(damaged.getMessage().contains(directory().toString()), damaged.getMessage());
    }

    private Path only(String glob) throws IOException {
        try (var found = Files.newDirectoryStream(directory(), glob)) {
            return found.iterator().next();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 0x10)}), at);
        }
    }
}
