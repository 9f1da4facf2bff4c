package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A limit on the size of files, set for a child process, stands for a full disk: each write behind it fails. */
class FullDiskTest {

    private static final long FILE_BYTES_MAX = 3L << 20;

    @TempDir
    Path directory;

    /** Stores more than fits, reads all of it back, and prints what it saw. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Throwable {
            NativeRocks.load(Path.of(arguments[0]));
            FileLimit.set(FILE_BYTES_MAX);
            long warmBytes = Long.parseLong(arguments[1]);
            int wrong = 0;
            try (TierStack stack = TierStack.open(
                    Blocks.config(3, warmBytes, Blocks.coldBytes(100)), Blocks.BYTES, Blocks.LAYOUT,
                    Path.of(arguments[0]))) {
                for (int i = 0; i < 60; i++) {
                    Blocks.store(stack, i);
                    stack.writeBehind(1);
                }
                for (int i = 0; i < 60; i++) {
                    byte[] expected = Blocks.bytes(i);
                    wrong += Blocks.load(stack, i).map(found -> Arrays.equals(expected, found) ? 0 : 1)
                            .orElse(0);
                }
                System.out.println("tiers " + stack.stats().keySet());
                System.out.println("reports " + stack.reports().size());
                System.out.println("skipped " + stack.stats().values().stream().mapToLong(TierStats::skipped).sum());
                System.out.println("free " + stack.availableBlocks());
            }
            System.out.println("wrong " + wrong);
        }
    }

    private List<String> run(long warmBytes) throws IOException, InterruptedException {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "file limits are set for Linux only");
        List<String> command = ChildProcess.command(
                ChildProcess.classPath(), Writer.class, directory.toString(), Long.toString(warmBytes));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text.lines().toList();
    }

    @Test
    void shouldGoOnWithoutTheWarmTierWhenItsFileDoesNotFit() throws IOException, InterruptedException {
        List<String> seen = run(Blocks.slotsBytes(20));
        assertTrue(seen.contains("tiers [HOT, COLD]"), seen::toString);
        assertTrue(seen.contains("reports 2"), seen::toString);
        assertTrue(seen.contains("wrong 0"), seen::toString);
    }

    @Test
    void shouldSkipAndCountBlocksWhenTheColdTierCannotWrite() throws IOException, InterruptedException {
        List<String> seen = run(0);
        assertTrue(seen.contains("wrong 0"), seen::toString);
        assertTrue(seen.contains("free 3"), seen::toString);
        assertTrue(
                seen.stream().anyMatch(line -> line.startsWith("skipped ") && !line.equals("skipped 0")),
                seen::toString);
    }
}
