package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TierKillTest {

    private static final int KILLS = Boolean.getBoolean("quern.campaign") ? 50 : 5;
    private static final int[] FIRST = {1, 13, 150};
    private static final long SEED = 6;
    private static final int WARM_SLOTS = 40;
    private static final int COLD_BLOCKS = 60;

    @TempDir
    Path directory;

    private static TierStack open(Path directory) {
        return TierStack.open(
                Blocks.config(3, Blocks.slotsBytes(WARM_SLOTS), Blocks.coldBytes(COLD_BLOCKS)), Blocks.BYTES,
                Blocks.LAYOUT, directory);
    }

    /** Stores blocks from a number on and says which are written. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            TierStack stack = open(Path.of(arguments[0]));
            for (int i = Integer.parseInt(arguments[1]);; i++) {
                Blocks.store(stack, i);
                if (stack.writeBehind(1) == 1) {
                    System.out.println(i + ";");
                }
            }
        }
    }

    @Test
    void shouldLoadEveryWrittenBlockOrMissWhenKilledMidWrite() throws IOException, InterruptedException {
        int from = 0;
        Random random = new Random(SEED);
        for (int round = 0; round < KILLS; round++) {
            int lines = round < FIRST.length ? FIRST[round] : 1 + random.nextInt(120);
            List<String> written =
                    ChildProcess.killAfter(lines, Writer.class, directory.toString(), Integer.toString(from));
            assertTrue(written.size() >= lines, written.size() + " lines");
            int last = Integer.parseInt(written.getLast());
            try (TierStack stack = open(directory)) {
                stack.openLower();
                assertEquals(List.of(), stack.reports());
                int found = 0;
                for (int i = 0; i <= last + 2; i++) {
                    Optional<byte[]> bytes = Blocks.load(stack, i);
                    if (bytes.isPresent()) {
                        assertArrayEquals(Blocks.bytes(i), bytes.get(), "block " + i);
                        found++;
                    }
                }
                assertTrue(found >= Math.min(last + 1, WARM_SLOTS - 1), found + " of " + (last + 1) + " found");
                assertEquals(0, stack.stats().get(BlockPool.Tier.WARM).corruptions());
            }
            from = last + 1;
        }
    }
}
