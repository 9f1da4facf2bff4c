package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.kv.BlockPool.Tier;

/** Blocks of the cold tier that are used again go back to the warm one. */
class PromotionTest {

    private static final int WARM_SLOTS = 4;
    private static final int COLD_BLOCKS = 60;
    private static final int KILLS = Boolean.getBoolean("quern.campaign") ? 30 : 3;

    @TempDir
    Path directory;

    private static TierStack open(Path directory, int warmSlots) {
        TierStack stack = TierStack.open(
                Blocks.config(3, Blocks.slotsBytes(warmSlots), Blocks.coldBytes(COLD_BLOCKS)), Blocks.BYTES,
                Blocks.LAYOUT, directory);
        stack.openLower();
        return stack;
    }

    private static void fill(TierStack stack, int to) {
        for (int i = 0; i < to; i++) {
            Blocks.store(stack, i);
            stack.writeBehind(1);
        }
    }

    private static void load(TierStack stack, int number) {
        assertArrayEquals(Blocks.bytes(number), Blocks.load(stack, number).orElseThrow(), "block " + number);
    }

    private static TierStats warm(TierStack stack) {
        return stack.stats().get(Tier.WARM);
    }

    @Test
    void shouldBringABlockBackWhenItIsReadFromTheColdTierASecondTime() {
        try (TierStack stack = open(directory, WARM_SLOTS)) {
            fill(stack, 10);
            assertEquals(Tier.COLD, stack.locate(Blocks.key(0)));
            load(stack, 0);
            assertEquals(0, stack.writeBehind(9), "read once");
            load(stack, 0);
            assertEquals(1, stack.writeBehind(9));
            assertEquals(Tier.WARM, stack.locate(Blocks.key(0)));
            assertEquals(1, warm(stack).promotions());
            assertEquals(WARM_SLOTS, warm(stack).entries());
            load(stack, 0);
            assertEquals(1, warm(stack).hits());
            for (int i = 0; i < 10; i++) {
                load(stack, i);
            }
            assertEquals(0, warm(stack).corruptions() + stack.stats().get(Tier.COLD).corruptions());
            assertEquals(0, warm(stack).skipped());
        }
    }

    @Test
    void shouldEvictNothingOfGreaterWorth() {
        try (TierStack stack = open(directory, WARM_SLOTS)) {
            stack.cost(1, 4);
            fill(stack, 1 + WARM_SLOTS);
            List<BlockKey> chain = new ArrayList<>();
            BlockKey key = Blocks.key(0);
            for (int i = 0; i < 20; i++) {
                key = key.child(Blocks.tokens(i), 0, Blocks.TOKENS);
                chain.add(key);
            }
            // Deep blocks cost many times what a first one does.
            for (int i = 20 - WARM_SLOTS; i < 20; i++) {
                HotBlock claimed = stack.claim().orElseThrow();
                stack.release(stack.seal(claimed, chain.get(i), Blocks.tokens(i)));
                assertEquals(1, stack.writeBehind(1));
            }
            assertEquals(Tier.COLD, stack.locate(Blocks.key(1)));
            for (int i = 0; i < 6; i++) {
                load(stack, 1);
                assertEquals(0, stack.writeBehind(9));
            }
            assertEquals(Tier.COLD, stack.locate(Blocks.key(1)));
            for (int i = 20 - WARM_SLOTS; i < 20; i++) {
                HotBlock target = stack.claim().orElseThrow();
                assertTrue(stack.load(chain.get(i), Blocks.tokens(i), target), "block " + i);
                stack.discard(target);
            }
            assertEquals(0, warm(stack).promotions());
            assertEquals(WARM_SLOTS, warm(stack).hits());
        }
    }

    @Test
    void shouldForgetWhatWaitsWhenItIsPurged() {
        try (TierStack stack = open(directory, WARM_SLOTS)) {
            fill(stack, 10);
            load(stack, 0);
            load(stack, 0);
            stack.purge(head -> head.key().equals(Blocks.key(0)), true);
            assertEquals(0, stack.writeBehind(9));
            assertEquals(Optional.empty(), Blocks.load(stack, 0));
        }
    }

    @Test
    void shouldKeepAPinnedBlockThatCameBack() {
        try (TierStack stack = open(directory, WARM_SLOTS)) {
            fill(stack, 10);
            stack.pin(List.of(Blocks.key(0)));
            load(stack, 0);
            load(stack, 0);
            assertEquals(1, stack.writeBehind(9));
            for (int i = 20; i < 30; i++) {
                Blocks.store(stack, i);
                stack.writeBehind(1);
            }
            assertEquals(Tier.WARM, stack.locate(Blocks.key(0)));
        }
    }

    /** Moves blocks up, again and again, and says so. */
    static final class Mover {
        private Mover() {}

        public static void main(String[] arguments) {
            TierStack stack = open(Path.of(arguments[0]), WARM_SLOTS);
            fill(stack, 30);
            Random random = new Random(Long.parseLong(arguments[1]));
            while (true) {
                int number = random.nextInt(30);
                Blocks.load(stack, number);
                Blocks.load(stack, number);
                System.out.println(stack.writeBehind(9) + ";");
            }
        }
    }

    @Test
    void shouldFindEveryBlockOrMissWhenKilledWhileBlocksComeBack() throws IOException, InterruptedException {
        for (int kill = 0; kill < KILLS; kill++) {
            List<String> moved = ChildProcess.killAfter(
                    5 + 20 * kill, Mover.class, directory.toString(), Integer.toString(kill));
            assertTrue(moved.contains("1"), "nothing came back, seed " + kill);
            try (TierStack stack = open(directory, WARM_SLOTS)) {
                assertEquals(List.of(), stack.reports());
                assertTrue(warm(stack).entries() >= WARM_SLOTS - 1, warm(stack).toString());
                for (int i = 0; i < 30; i++) {
                    int number = i;
                    Blocks.load(stack, i).ifPresent(
                            bytes -> assertArrayEquals(Blocks.bytes(number), bytes, "block " + number));
                }
                assertEquals(0, warm(stack).corruptions());
            }
        }
    }
}
