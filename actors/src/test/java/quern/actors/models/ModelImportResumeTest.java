package quern.actors.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.inference.EmbeddedModel;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ModelRecord;

/** An import that was broken off goes on where it was, with the same bytes and the same fingerprint at the end. */
class ModelImportResumeTest {

    private static final long STEP_BYTES = 64 << 10;
    private static final int KILLED = 137;

    @TempDir
    private Path scratch;
    private Path data;
    private Path source;
    private long size;
    private Catalogue catalogue;
    private ModelStore store;

    @BeforeEach
    void open() throws IOException {
        data = Files.createDirectory(scratch.resolve("data"));
        source = EmbeddedModel.unpack(scratch.resolve("from"));
        size = Files.size(source);
        catalogue = Catalogue.open(data.resolve("catalogue"), 10);
        store = new ModelStore(data, catalogue, ModelStoreTest.START);
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    /** The child: copies until so many bytes of a stage are done, says so and waits for its end. */
    public static final class Importer {

        private Importer() {}

        public static void main(String[] arguments) throws Exception {
            try (ModelImport running = ModelImport.into(Path.of(arguments[0]), (stage, done, total) -> {
                if (stage.equals(arguments[2]) && done >= Long.parseLong(arguments[3])) {
                    System.out.println("READY");
                    while (true) {
                        LockSupport.park();
                    }
                }
            }, STEP_BYTES)) {
                running.stage(order(Path.of(arguments[1]), "tiny"));
            }
        }
    }

    private static ModelImport.Order order(Path source, String name) {
        return new ModelImport.Order(source, Optional.of(name), false, Optional.empty());
    }

    private void killAt(String stage, long bytes) throws Exception {
        Process child = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Importer.class.getName(), data.toString(), source.toString(), stage, Long.toString(bytes))
                .redirectError(scratch.resolve("child.log").toFile()).start();
        try (BufferedReader output = child.inputReader()) {
            String line = output.readLine();
            while (line != null && !line.equals("READY")) {
                line = output.readLine();
            }
            assertEquals("READY", line, Files.readString(scratch.resolve("child.log")));
            child.destroyForcibly();
            assertEquals(KILLED, child.waitFor());
        }
    }

    /** Imports to the end; what each stage began at and how far it came. */
    private Map<String, long[]> finish() throws IOException {
        Map<String, long[]> stages = new TreeMap<>();
        try (ModelImport running = ModelImport.into(data, (stage, done, total) -> stages
                .computeIfAbsent(stage, first -> new long[] {done, done})[1] = done, STEP_BYTES)) {
            store.add(running.stage(order(source, "tiny")));
            running.complete();
        }
        ModelRecord record = store.find("tiny").orElseThrow();
        assertEquals(-1, Files.mismatch(source, Path.of(record.path())));
        assertEquals(fingerprint(), record.fingerprint());
        assertEquals(List.of("tiny.gguf", record.kept().orElseThrow()), names());
        return stages;
    }

    private String fingerprint() throws IOException {
        try (ModelImport linked = ModelImport.into(data, (stage, done, total) -> { })) {
            return linked.stage(new ModelImport.Order(source, Optional.of("linked"), true, Optional.empty()))
                    .fingerprint();
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> paths = Files.walk(data.resolve("models"))) {
            return paths.skip(1).map(path -> path.getFileName().toString()).sorted((a, b) -> b.compareTo(a)).toList();
        }
    }

    /** Breaks off as a disk does that is full. */
    private void breakOffAt(long bytes) {
        assertThrows(UncheckedIOException.class, () -> {
            try (ModelImport running = ModelImport.into(data, (stage, done, total) -> {
                if (stage.equals("copy") && done > bytes) {
                    throw new UncheckedIOException(new IOException("No space left on device"));
                }
            }, STEP_BYTES)) {
                running.stage(order(source, "tiny"));
            }
        });
    }

    @Test
    void shouldGoOnWhereItWasWhenKilledAgainAndAgain() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        long at = 0;
        for (int kill = 1; kill <= 3; kill++) {
            at = size * kill / 4 + random.nextLong(size / 8);
            killAt("copy", at);
            store.sweep();
        }
        killAt("hash", 0);
        store.sweep();
        Map<String, long[]> stages = finish();
        assertEquals(size, stages.get("resume")[0], "all of it was copied when it was hashed");
        assertFalse(stages.containsKey("copy"));
    }

    @Test
    void shouldCopyAtMostAStepAgainWhenKilledWhileItCopied() throws Exception {
        long at = size / 2;
        killAt("copy", at);
        Map<String, long[]> stages = finish();
        long kept = stages.get("resume")[0];
        assertTrue(kept > at - 2 * STEP_BYTES && kept <= at, kept + " of " + at);
        assertTrue(stages.get("copy")[0] > kept && stages.get("copy")[1] == size);
    }

    @Test
    void shouldBeginAnewWhenTheSourceChanged() throws IOException {
        breakOffAt(size / 2);
        byte[] bytes = Files.readAllBytes(source);
        bytes[bytes.length - 9] ^= 1;
        Files.write(source, bytes);
        assertFalse(finish().containsKey("resume"));
    }

    @Test
    void shouldCopyAgainWhatIsNotWhatWasReadWhenTheCopyIsDamaged() throws IOException {
        breakOffAt(size / 2);
        Path copy;
        try (Stream<Path> paths = Files.walk(data.resolve("models"))) {
            copy = paths.filter(path -> path.endsWith("tiny.gguf")).findFirst().orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
            file.seek(2 * STEP_BYTES + 5);
            int old = file.read();
            file.seek(2 * STEP_BYTES + 5);
            file.write(old ^ 1);
        }
        assertEquals(2 * STEP_BYTES, finish().get("resume")[0]);
    }

    @Test
    void shouldGoOnInTheMiddleOfADirectory() throws IOException {
        List<CopyPart> parts = new ArrayList<>();
        Random random = new Random(7);
        Path from = Files.createDirectories(scratch.resolve("parts"));
        for (long bytes : new long[] {10, 3 * STEP_BYTES + 1, 0, STEP_BYTES, 70_000}) {
            byte[] content = new byte[(int) bytes];
            random.nextBytes(content);
            Path file = Files.write(from.resolve("p" + parts.size()), content);
            parts.add(new CopyPart(file, 0, bytes, Path.of("m").resolve(file.getFileName())));
        }
        var stamps = quern.kv.FileStamp.ofAll(from);
        long total = parts.stream().mapToLong(CopyPart::bytes).sum();
        Path models = Files.createDirectory(data.resolve("models"));
        for (long stop = 1; stop < total; stop += STEP_BYTES / 2) {
            long at = stop;
            try (ImportPlace place = ImportPlace.begin(models)) {
                PartCopy broken = new PartCopy(place, "m", stamps, parts, STEP_BYTES, (stage, done, all) -> {
                    if (done >= at) {
                        throw new UncheckedIOException(new IOException("No space left on device"));
                    }
                });
                assertThrows(UncheckedIOException.class, broken::run);
            }
            try (ImportPlace place = ImportPlace.resume(models, "m", stamps).orElseThrow()) {
                PartCopy copy = new PartCopy(place, "m", stamps, parts, STEP_BYTES, (stage, done, all) -> { });
                long kept = copy.resume();
                assertTrue(kept <= at && kept > at - 3 * STEP_BYTES, kept + " of " + at);
                copy.run();
                for (CopyPart part : parts) {
                    assertEquals(-1, Files.mismatch(part.source(), place.directory().resolve(part.target())));
                }
                place.remove();
            }
        }
    }

    @Test
    void shouldLeaveItToNobodyElseWhileItRuns() throws IOException {
        breakOffAt(size / 2);
        try (ModelImport first = ModelImport.into(data, (stage, done, total) -> { }, STEP_BYTES);
                ModelImport second = ModelImport.into(data, (stage, done, total) ->
                        assertFalse(stage.equals("resume")), STEP_BYTES)) {
            StagedModel staged = first.stage(order(source, "tiny"));
            assertFalse(ModelImport.abandon(data, "tiny"));
            second.stage(order(source, "tiny"));
            store.add(staged);
            first.complete();
        }
        assertEquals(2, names().size());
    }

    @Test
    void shouldRemoveItWhenToldToOrAfterDays() throws IOException {
        breakOffAt(size / 2);
        store.sweep();
        assertFalse(ModelImport.abandon(data, "other"));
        assertTrue(ModelImport.abandon(data, "tiny"));
        assertFalse(ModelImport.abandon(data, "tiny"));
        assertEquals(List.of(), names());
        breakOffAt(size / 2);
        Path record;
        try (Stream<Path> files = Files.list(data.resolve("models"))) {
            record = files.filter(file -> file.toString().endsWith(PartialRecord.ENDING)).findFirst().orElseThrow();
        }
        Files.writeString(record.resolveSibling(record.getFileName() + ".1-x.writing"), "{");
        FileTime almost = FileTime.fromMillis(System.currentTimeMillis() - ModelStore.PARTIAL_KEPT.toMillis() + 60_000);
        Files.setLastModifiedTime(record, almost);
        store.sweep();
        assertTrue(Files.exists(record));
        Files.setLastModifiedTime(record, FileTime.fromMillis(almost.toMillis() - 120_000));
        store.sweep();
        assertEquals(List.of(), names().stream().filter(name -> !name.endsWith(".writing")).toList());
    }
}
