package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.KvConfig;
import quern.kv.BlockPool.Tier;

/** With its prompt found in any tier, after a clean stop or {@code kill -9}, an answer has the bits of one without. */
class ColdEqualsWarmTest {

    private static final int FOUND = 93;

    @TempDir
    static Path killed;

    @BeforeAll
    static void kill() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-") && !argument.startsWith("-javaagent"))
                .forEach(command::add);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath.replace(',', File.pathSeparatorChar), TierLife.class.getName(),
                killed.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(killed.resolve("err").toFile()).start();
        try (BufferedReader out = process.inputReader()) {
            String line = "";
            while (line != null && !line.equals("written")) {
                line = out.readLine();
            }
            assertEquals("written", line, "the process ended; see " + killed.resolve("err"));
        } finally {
            new ProcessBuilder("kill", "-9", Long.toString(process.pid())).start().waitFor();
            process.waitFor();
        }
    }

    static Stream<Arguments> tiers() {
        return Stream.of(KvConfig.ElementType.values()).flatMap(
                type -> Stream.of(Tier.WARM, Tier.COLD).map(disk -> Arguments.of(type, disk)));
    }

    @ParameterizedTest
    @MethodSource("tiers")
    void shouldAnswerTheSameBitsWhereverThePromptIsFound(
            KvConfig.ElementType type, Tier disk, @TempDir Path directory) {
        TierLife.Answer cold;
        try (TierLife life = new TierLife(type, disk, directory)) {
            cold = life.ask();
            assertEquals(0, cold.cachedTokens());
            assertTrue(cold.logprobs().size() > 0);
            check(cold, life.ask(), FOUND, "in the arena");
            life.writeBehind();
        }
        try (TierLife life = new TierLife(type, disk, directory)) {
            check(cold, life.ask(), FOUND, "after a clean stop");
        }
        try (TierLife life = new TierLife(type, disk, killed)) {
            TierLife.Answer after = life.ask();
            // What RocksDB had not flushed is gone: it has no log here. What it finds, it finds whole.
            check(cold, after, disk == Tier.WARM ? FOUND : after.cachedTokens(), "after kill -9");
            life.writeBehind();
        }
        try (TierLife life = new TierLife(type, disk, killed)) {
            check(cold, life.ask(), FOUND, "after kill -9, mended");
        }
    }

    private static void check(TierLife.Answer cold, TierLife.Answer warm, int found, String when) {
        assertEquals(found, warm.cachedTokens(), when);
        assertEquals(cold.logprobs(), warm.logprobs(), when);
    }
}
