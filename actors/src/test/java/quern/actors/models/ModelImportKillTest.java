package quern.actors.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.EmbeddedModel;
import quern.kv.journal.Catalogue;

/** A process that dies in the middle of an import leaves nothing that is seen; what nobody can go on with goes. */
class ModelImportKillTest {

    private static final int KILLED = 137;

    @TempDir
    private Path scratch;

    /** The child: imports and dies without a word at the stage it is told. */
    public static final class Importer {

        private Importer() {}

        public static void main(String[] arguments) throws Exception {
            Path data = Path.of(arguments[0]);
            String dieAt = arguments[2];
            try (Catalogue catalogue = Catalogue.open(data.resolve("catalogue"), 10);
                    ModelImport running = ModelImport.into(data, (stage, done, total) -> die(stage, dieAt))) {
                StagedModel staged = running.stage(new ModelImport.Order(
                        Path.of(arguments[1]), Optional.of("tiny"), false, Optional.empty()));
                die("staged", dieAt);
                new ModelStore(data, catalogue, ModelStoreTest.START).add(staged);
                die("added", dieAt);
                running.complete();
            }
        }

        private static void die(String stage, String dieAt) {
            if (stage.equals(dieAt)) {
                Runtime.getRuntime().halt(KILLED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"copy", "hash", "staged", "added"})
    void shouldShowAllOrNothingWhenKilledAt(String stage) throws Exception {
        Path data = Files.createDirectory(scratch.resolve("data"));
        Path source = EmbeddedModel.unpack(scratch.resolve("from"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Importer.class.getName(), data.toString(), source.toString(), stage));
        Process child = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(scratch.resolve("child.log").toFile()).start();
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(KILLED, child.exitValue(), Files.readString(scratch.resolve("child.log")));

        try (Catalogue catalogue = Catalogue.open(data.resolve("catalogue"), 10);
                Stream<Path> left = Files.list(data.resolve("models"))) {
            assertTrue(left.findAny().isPresent(), "the child dies while its files lie there");
            ModelStore store = new ModelStore(data, catalogue, ModelStoreTest.START);
            store.sweep();
            boolean added = stage.equals("added");
            assertEquals(added ? 1 : 0, store.list().size());
            assertEquals(added, store.find("tiny").isPresent());
            try (Stream<Path> after = Files.walk(data.resolve("models"))) {
                // The directory itself; of a finished import its own with the copy; of a whole copy that was not hashed
                // its marker and its record too.
                assertEquals(Map.of("copy", 1L, "hash", 5L, "staged", 1L, "added", 3L).get(stage), after.count());
            }
            try (ModelImport again = ModelImport.into(data, (s, done, total) -> { })) {
                store.add(again.stage(new ModelImport.Order(
                        source, Optional.of("again"), false, Optional.empty())));
                again.complete();
            }
            assertEquals(added ? 2 : 1, store.list().size());
        }
    }
}
