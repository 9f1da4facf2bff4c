package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.inference.TinyModel;

/** A process that only interprets gives the same bits as one that has compiled everything. */
class FreshProcessTest {

    private static final int ROUNDS = Boolean.getBoolean("quern.campaign") ? 300 : 6;

    @Test
    void shouldAnswerTheSameBitsWhenNothingIsCompiled(@TempDir Path directory) throws Exception {
        Process interpreted = start("-Xint", directory.resolve("interpreted"));
        Process quick = start("-XX:TieredStopAtLevel=1", directory.resolve("quick"));
        try {
            List<TinyModel> models = InvarianceDigest.models();
            Map<String, String> first = InvarianceDigest.all(models);
            for (int round = 0; round < ROUNDS; round++) {
                assertEquals(first, InvarianceDigest.all(models), "round " + round);
            }
            List<String> expected =
                    first.entrySet().stream().map(entry -> entry.getKey() + " = " + entry.getValue()).toList();
            assertEquals(expected, lines(quick, directory.resolve("quick")));
            assertEquals(expected, lines(interpreted, directory.resolve("interpreted")));
        } finally {
            interpreted.destroyForcibly();
            quick.destroyForcibly();
        }
    }

    private static Process start(String mode, Path out) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), mode, "-Xshare:auto"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--")).forEach(command::add);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath.replace(',', File.pathSeparatorChar),
                InvarianceDigest.class.getName()));
        return new ProcessBuilder(command).redirectOutput(out.toFile())
                .redirectError(out.resolveSibling(out.getFileName() + ".err").toFile()).start();
    }

    private static List<String> lines(Process process, Path out) throws Exception {
        assertTrue(process.waitFor(5, TimeUnit.MINUTES), "the process does not end");
        assertEquals(0, process.exitValue(), () -> {
            try {
                return Files.readString(out.resolveSibling(out.getFileName() + ".err"));
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }
}
