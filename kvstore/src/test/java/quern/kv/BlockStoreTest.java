package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.kv.BlockPool.Tier;

class BlockStoreTest {

    @TempDir
    Path directory;

    private BlockStore store(int warmSlots, int coldBlocks) {
        return BlockStore.in(
                directory, Blocks.config(3, Blocks.slotsBytes(warmSlots), Blocks.coldBytes(coldBlocks)),
                BlockSeal.PLAIN);
    }

    private static void fill(TierStack stack, int from, int to) {
        for (int i = from; i < to; i++) {
            Blocks.store(stack, i);
            stack.writeBehind(1);
        }
    }

    @Test
    void shouldServeSeveralStacksOfOneLayoutFromTheSameFiles() {
        BlockStore store = store(4, 40);
        try (TierStack one = store.stack(Blocks.BYTES, Blocks.LAYOUT)) {
            try (TierStack other = store.stack(Blocks.BYTES, Blocks.LAYOUT)) {
                fill(one, 0, 6);
                fill(other, 10, 16);
                for (int number : new int[] {0, 5, 10, 15}) {
                    assertArrayEquals(Blocks.bytes(number), Blocks.load(one, number).orElseThrow());
                    assertArrayEquals(Blocks.bytes(number), Blocks.load(other, number).orElseThrow());
                }
                assertEquals(List.of(), one.reports());
                assertEquals(List.of(), other.reports());
            }
            fill(one, 20, 22);
            assertArrayEquals(Blocks.bytes(15), Blocks.load(one, 15).orElseThrow());
        }
        try (TierStack again = store.stack(Blocks.BYTES, Blocks.LAYOUT)) {
            assertArrayEquals(Blocks.bytes(20), Blocks.load(again, 20).orElseThrow());
        }
    }

    @Test
    void shouldShareTheWarmRoomAndTheColdTierWhenLayoutsDiffer() {
        BlockStore store = store(4, 40);
        int small = 200_000;
        try (TierStack one = store.stack(Blocks.BYTES, Blocks.LAYOUT);
                TierStack other = store.stack(small, "small")) {
            fill(one, 0, 4);
            for (int i = 0; i < 12; i++) {
                HotBlock claimed = other.claim().orElseThrow();
                claimed.memory().fill((byte) i);
                other.release(other.seal(claimed, Blocks.key(100 + i), Blocks.tokens(100 + i)));
                assertEquals(1, other.writeBehind(1), "block " + i);
            }
            long held = one.stats().get(Tier.WARM).bytes() + other.stats().get(Tier.WARM).bytes();
            assertTrue(held <= Blocks.slotsBytes(4), held + " bytes of " + Blocks.slotsBytes(4));
            for (int i = 0; i < 4; i++) {
                assertArrayEquals(Blocks.bytes(i), Blocks.load(one, i).orElseThrow(), "block " + i);
            }
            HotBlock target = other.claim().orElseThrow();
            for (int i = 0; i < 12; i++) {
                assertTrue(other.load(Blocks.key(100 + i), Blocks.tokens(100 + i), target), "block " + i);
                assertEquals((byte) i, target.memory().get(java.lang.foreign.ValueLayout.JAVA_BYTE, small - 1));
            }
            other.discard(target);
            assertEquals(0, one.stats().get(Tier.COLD).corruptions());
        }
    }
}
