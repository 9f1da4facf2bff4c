package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A limit on the size of files, set for a child process, stands for a full disk: each write behind it fails. */
class FullDiskTest {

    private static final long FILE_BYTES_MAX = 3L << 20;

    @TempDir
    Path directory;

    /** Stores more than fits, reads all of it back, makes room, waits, stores again; prints what it saw. */
    static final class Writer {
        private static final AtomicLong NANOS = new AtomicLong();

        private Writer() {}

        public static void main(String[] arguments) throws Throwable {
            NativeRocks.load(Path.of(arguments[0]));
            FileLimit.set(FILE_BYTES_MAX);
            long warmBytes = Long.parseLong(arguments[1]);
            try (TierStack stack = BlockStore.in(
                    Path.of(arguments[0]), Blocks.config(3, warmBytes, Blocks.coldBytes(200)), BlockSeal.PLAIN,
                    NANOS::get).stack(Blocks.BYTES, Blocks.LAYOUT)) {
                store(stack, 0, 60);
                show("full", stack, 60);
                FileLimit.set(-1);
                store(stack, 60, 70);
                show("before the time", stack, 70);
                NANOS.addAndGet(TierDoor.PROBE_NANOS);
                store(stack, 70, 80);
                show("after it", stack, 80);
                int found = 0;
                for (int i = 70; i < 80; i++) {
                    found += Blocks.load(stack, i).isPresent() ? 1 : 0;
                }
                System.out.println("found " + found);
            }
        }

        private static void store(TierStack stack, int from, int to) {
            for (int i = from; i < to; i++) {
                Blocks.store(stack, i);
                stack.writeBehind(1);
            }
        }

        private static void show(String when, TierStack stack, int blocks) {
            int wrong = 0;
            for (int i = 0; i < blocks; i++) {
                byte[] expected = Blocks.bytes(i);
                wrong += Blocks.load(stack, i).map(found -> Arrays.equals(expected, found) ? 0 : 1).orElse(0);
            }
            System.out.println(when + ": tiers " + stack.stats().keySet() + " wrong " + wrong + " free "
                    + stack.availableBlocks());
            stack.stats().forEach((tier, stats) -> System.out.println(
                    when + ": " + tier + (stats.skipped() > 0 ? " skipped" : " took all")));
            stack.reports().forEach(report -> System.out.println(when + ": " + report.split(":")[0]));
        }
    }

    private List<String> run(long warmBytes) throws IOException, InterruptedException {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "file limits are set for Linux only");
        List<String> command = ChildProcess.command(
                ChildProcess.classPath(), Writer.class, directory.toString(), Long.toString(warmBytes));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text.lines().filter(line -> !line.startsWith("WARNING") && !line.startsWith("SLF4J")).toList();
    }

    @Test
    void shouldTakeBlocksAgainWhenTheDiskHasRoomAgain() throws IOException, InterruptedException {
        List<String> seen = run(Blocks.slotsBytes(20));
        assertEquals(List.of(
                "full: tiers [HOT, WARM, COLD] wrong 0 free 3",
                "full: HOT took all",
                "full: WARM skipped",
                "full: COLD skipped",
                "full: warm tier takes no blocks",
                "full: cold tier takes no blocks",
                "before the time: tiers [HOT, WARM, COLD] wrong 0 free 3",
                "before the time: HOT took all",
                "before the time: WARM skipped",
                "before the time: COLD skipped",
                "before the time: warm tier takes no blocks",
                "before the time: cold tier takes no blocks",
                "after it: tiers [HOT, WARM, COLD] wrong 0 free 3",
                "after it: HOT took all",
                "after it: WARM skipped",
                "after it: COLD skipped",
                "after it: cold tier takes no blocks",
                "found 10"), seen);
    }

    @Test
    void shouldTakeBlocksAgainWhenThereIsOnlyTheColdTier() throws IOException, InterruptedException {
        List<String> seen = run(0);
        assertTrue(seen.contains("full: tiers [HOT, COLD] wrong 0 free 3"), seen::toString);
        assertTrue(seen.contains("before the time: cold tier takes no blocks"), seen::toString);
        assertFalse(seen.contains("after it: cold tier takes no blocks"), seen::toString);
        assertEquals("found 10", seen.getLast(), seen::toString);
    }
}
