package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    @Test
    void shouldCountTheFilesOnceForAllStacksAndForgetNothingWhenOneCloses() {
        BlockStore store = store(4, 40);
        assertEquals(Map.of(), store.stats());
        try (TierStack one = store.stack(Blocks.BYTES, Blocks.LAYOUT);
                TierStack same = store.stack(Blocks.BYTES, Blocks.LAYOUT)) {
            try (TierStack other = store.stack(Blocks.BYTES, "other")) {
                fill(one, 0, 2);
                fill(other, 10, 11);
                assertTrue(Blocks.load(same, 0).isPresent());
                assertTrue(Blocks.load(other, 10).isPresent());
                TierStats warm = store.stats().get(Tier.WARM);
                assertEquals(3, warm.entries());
                assertEquals(2, warm.hits());
                assertEquals(Blocks.config(3, Blocks.slotsBytes(4), Blocks.coldBytes(40)).warm().bytes(),
                        warm.capacityBytes());
                assertEquals(0, store.stats().get(Tier.COLD).entries());
            }
            TierStats warm = store.stats().get(Tier.WARM);
            assertEquals(2, warm.entries());
            assertEquals(2, warm.hits(), "what the closed one did counts");
            assertTrue(warm.foreignBytes() > 0);
        }
    }
}
