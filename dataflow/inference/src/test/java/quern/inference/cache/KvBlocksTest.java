package quern.inference.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.ElementType;
import quern.inference.MemoryBlockPool;
import quern.inference.cache.Admission.Admitted;

class KvBlocksTest {

    private static final int BLOCK = 4;
    private static final KvLayout LAYOUT = new KvLayout(1, 1, 2, BLOCK, ElementType.F32);

    private final MemoryBlockPool pool = new MemoryBlockPool(8, LAYOUT.blockBytes());
    private final KvBlocks blocks = new KvBlocks(pool, LAYOUT, "model", "F32:scalar:1");
    private final int[] tokens = IntStream.range(0, 40).toArray();

    private BlockTable open() {
        return blocks.open("", "", true);
    }

    private List<BlockLoad> admit(BlockTable table, int count) {
        return assertInstanceOf(Admitted.class, blocks.admit(1, table, tokens, count)).loads();
    }

    /** Computes {@code count} tokens and leaves their full blocks behind. */
    private BlockTable computed(int count) {
        BlockTable table = open();
        admit(table, count);
        assertTrue(blocks.reserve(table, count));
        for (int i = table.sealed(); i < table.size(); i++) {
            table.block(i).memory().fill((byte) i);
        }
        blocks.sealFull(table, tokens, count);
        return table;
    }

    @Test
    void shouldFindFullBlocksButNeverTheLastPromptToken() {
        blocks.close(computed(14));
        for (int[] expected : new int[][] {{4, 0}, {5, 1}, {8, 1}, {9, 2}, {12, 2}, {13, 3}, {14, 3}, {20, 3}}) {
            BlockTable table = open();
            assertEquals(List.of(), admit(table, expected[0]));
            assertEquals(expected[1], table.sealed(), expected[0] + " tokens");
            blocks.close(table);
        }
        assertEquals(0, blocks.held());
        assertEquals(8, pool.availableBlocks());
    }

    @Test
    void shouldFindNothingWhenAnythingOfTheRootDiffers() {
        blocks.close(computed(14));
        List<BlockTable> others = List.of(
                blocks.open("adapter", "", true),
                blocks.open("", "salt", true),
                new KvBlocks(pool, LAYOUT, "other", "F32:scalar:1").open("", "", true),
                new KvBlocks(pool, LAYOUT, "model", "Q8:scalar:1").open("", "", true),
                new KvBlocks(pool, LAYOUT, "model", "F32:scalar:2").open("", "", true));
        for (BlockTable other : others) {
            admit(other, 14);
            assertEquals(0, other.sealed());
            blocks.close(other);
        }
        KvLayout half = new KvLayout(1, 1, 4, BLOCK, ElementType.F16);
        BlockTable other = new KvBlocks(pool, half, "model", "F32:scalar:1").open("", "", true);
        admit(other, 14);
        assertEquals(0, other.sealed());
    }

    @Test
    void shouldShareBlocksAndGiveEachBackOnce() {
        BlockTable one = computed(14);
        BlockTable two = computed(14);
        assertEquals(one.block(2), two.block(2));
        assertEquals(8 - 5, pool.availableBlocks());
        blocks.close(one);
        blocks.close(one);
        assertEquals(8 - 4, pool.availableBlocks());
        blocks.close(two);
        assertEquals(8, pool.availableBlocks());
        assertEquals(0, blocks.held());
    }

    @Test
    void shouldWaitForTheOneThatComputesTheSamePrompt() {
        BlockTable first = open();
        admit(first, 14);
        BlockTable second = open();
        assertInstanceOf(Admission.Awaiting.class, blocks.admit(2, second, tokens, 14));
        assertEquals(0, second.size());
        blocks.reserve(first, 14);
        blocks.sealFull(first, tokens, 8);
        assertInstanceOf(Admission.Awaiting.class, blocks.admit(2, second, tokens, 14));
        blocks.close(first);
        admit(second, 14);
        assertEquals(2, second.sealed());
    }

    @Test
    void shouldSaySoWhenThereIsNoRoom() {
        BlockTable first = computed(24);
        assertInstanceOf(Admission.NoRoom.class, blocks.admit(2, blocks.open("", "x", true), tokens, 9));
        assertEquals(6, blocks.held());
        assertTrue(blocks.reserve(first, 32));
        assertTrue(!blocks.reserve(first, 33));
        blocks.close(first);
        assertEquals(8, pool.availableBlocks());
    }

    @Test
    void shouldKeepThePrefixBeforeAMissAndLeaveTheRestFindable() {
        blocks.close(computed(17));
        pool.evictAll();
        BlockTable table = open();
        List<BlockLoad> loads = admit(table, 17);
        assertEquals(4, loads.size());
        assertTrue(table.loading());
        for (BlockLoad load : loads) {
            boolean found = pool.load(load.key(), load.tokens(), load.target());
            blocks.answer(table, load, load.index() != 1 && found);
        }
        assertEquals(1, table.sealed());
        assertEquals(1, blocks.held());
        assertTrue(pool.pinHot(loads.get(3).key(), loads.get(3).tokens()).isPresent());
    }

    @Test
    void shouldLeaveNothingBehindWhenNotRetained() {
        BlockTable table = blocks.open("", "", false);
        admit(table, 14);
        blocks.reserve(table, 14);
        blocks.sealFull(table, tokens, 14);
        assertEquals(0, table.sealed());
        blocks.close(table);
        BlockTable next = open();
        admit(next, 14);
        assertEquals(0, next.sealed());
    }

    @Test
    void shouldRefuseAPoolOfAnotherBlockSize() {
        assertThrows(IllegalArgumentException.class,
                () -> new KvBlocks(new MemoryBlockPool(1, 4), LAYOUT, "model", "F32"));
    }
}
