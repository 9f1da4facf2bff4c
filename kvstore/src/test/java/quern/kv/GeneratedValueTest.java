package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class that Chronicle Map would generate at each start is shipped; this says when a new version needs another. */
class GeneratedValueTest {

    private static final String NAME = "net/openhft/chronicle/hash/VanillaGlobalMutableState$$Native";

    @TempDir
    Path directory;

    /** Opens an index and closes it. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) throws IOException {
            SlotIndex.open(Path.of(arguments[0]), 100, false).close();
        }
    }

    @Test
    void shouldEqualTheShippedSourceWhenRegenerated() throws IOException, InterruptedException {
        Path without = directory.resolve("classes");
        Path classes = Path.of(ChildProcess.classPath().split(File.pathSeparator)[1]);
        assertTrue(Files.exists(classes.resolve(NAME + ".class")), classes + " is not the module's classes");
        copyWithout(classes, without);
        String classPath = Arrays.stream(ChildProcess.classPath().split(File.pathSeparator))
                .map(entry -> entry.equals(classes.toString()) ? without.toString() : entry)
                .collect(Collectors.joining(File.pathSeparator));
        String generated = output(classPath);
        String source = Files.readString(
                Path.of("src/main/java", NAME + ".java")).replace("@SuppressWarnings(\"rawtypes\")", "");
        assertTrue(generated.contains(code(source)), "generated:\n" + generated);
    }

    @Test
    void shouldGenerateNothingWhenTheShippedClassIsThere() throws IOException, InterruptedException {
        assertFalse(output(ChildProcess.classPath()).contains("publicclass"));
    }

    private String output(String classPath) throws IOException, InterruptedException {
        List<String> command = ChildProcess.command(classPath, Opener.class, directory.resolve("index").toString());
        command.add(1, "-Dchronicle.values.dumpCode=true");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return code(text);
    }

    /** Without white space and without string seams, which wrapping long lines changes. */
    private static String code(String source) {
        return source.replaceAll("\\s+", "");
    }

    private static void copyWithout(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.endsWith(Path.of(NAME + ".class"))) {
                    Files.copy(file, target);
                }
            }
        }
    }
}
