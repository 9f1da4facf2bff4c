package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks that are overwritten in the arena while a tier stores them. */
class BlockSourceTest {

    private static final int WARM_SLOTS = 4;

    @TempDir
    Path directory;

    private TierPlan plan() {
        BlockImage image = BlockImage.of(Blocks.BYTES, Blocks.TOKENS, Blocks.LAYOUT, BlockSeal.PLAIN);
        return new TierPlan(Blocks.config(3, Blocks.slotsBytes(WARM_SLOTS), Blocks.coldBytes(40)), image,
                RecomputeCosts.inMemory(Blocks.TOKENS), System::nanoTime);
    }

    /** Bytes that turn into another block's when they were read; whoever asks is told so. */
    private static BlockSource torn(MemorySegment memory, int other) {
        return new BlockSource(memory, () -> {
            memory.copyFrom(MemorySegment.ofArray(Blocks.bytes(other)));
            return false;
        });
    }

    private static boolean write(KvTier tier, int number, BlockSource source) {
        return tier.write(Blocks.key(number), Blocks.tokens(number), source);
    }

    private static Optional<byte[]> read(KvTier tier, int number, MemorySegment target) {
        return tier.read(Blocks.key(number), Blocks.tokens(number), target)
                ? Optional.of(target.toArray(ValueLayout.JAVA_BYTE)) : Optional.empty();
    }

    private void shouldStoreOnlyWhatStayed(KvTier tier, MemorySegment memory, MemorySegment target) {
        for (int number = 0; number < 3 * WARM_SLOTS; number++) {
            memory.copyFrom(MemorySegment.ofArray(Blocks.bytes(number)));
            assertFalse(write(tier, number, torn(memory, number + 100)), "block " + number);
            assertFalse(tier.contains(Blocks.key(number)), "block " + number);
            assertTrue(read(tier, number, target).isEmpty(), "block " + number);
            memory.copyFrom(MemorySegment.ofArray(Blocks.bytes(number)));
            assertTrue(write(tier, number, BlockSource.of(memory)), "block " + number);
            assertArrayEquals(Blocks.bytes(number), read(tier, number, target).orElseThrow());
        }
        assertEquals(0, tier.stats().corruptions());
        assertEquals(0, tier.stats().skipped());
        assertEquals(Optional.empty(), tier.closed());
    }

    @Test
    void shouldStoreNothingWhenABlockIsOverwrittenOnItsWay() {
        BlockStore store = BlockStore.in(directory, plan().config(), BlockSeal.PLAIN);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Blocks.BYTES);
            MemorySegment target = arena.allocate(Blocks.BYTES);
            KvTier cold = store.cold(plan(), reason -> { }).orElseThrow();
            KvTier warm = store.warm(plan(), null, reason -> { }).orElseThrow();
            shouldStoreOnlyWhatStayed(cold, memory, target);
            shouldStoreOnlyWhatStayed(warm, memory, target);
            assertEquals(WARM_SLOTS, warm.stats().entries());
            // The slot of a block that went, and what came into it only in part, are empty after a kill, too.
            assertFalse(write(warm, 50, torn(memory, 51)));
            assertEquals(WARM_SLOTS - 1, warm.stats().entries());
        }
        // Not closed: as after a kill, the warm file's headers are all there is.
        BlockStore again = BlockStore.in(directory, plan().config(), BlockSeal.PLAIN);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(Blocks.BYTES);
            KvTier warm = again.warm(plan(), null, reason -> { }).orElseThrow();
            assertEquals(WARM_SLOTS - 1, warm.stats().entries());
            assertTrue(read(warm, 50, target).isEmpty());
            List.of(3, 2, 1).forEach(back -> assertArrayEquals(
                    Blocks.bytes(3 * WARM_SLOTS - back), read(warm, 3 * WARM_SLOTS - back, target).orElseThrow()));
        }
    }
}
