package quern.kv.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.DataSize;
import quern.config.EncryptionConfig;
import quern.config.KvConfig;
import quern.kv.BlockKey;
import quern.kv.BlockSeal;
import quern.kv.HotBlock;
import quern.kv.TierStack;

class KeyGenerationsTest {

    private static final byte[] CONTEXT = {1, 2, 3};
    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCKS = 9;

    @TempDir
    Path data;

    @Test
    void shouldSealNoMoreThanItsShareWithOneKeyAndOpenAllOfThem() {
        Seal first = Seal.ofThisProcess("test");
        KeyGenerations keys = KeyGenerations.of(first, 10);
        Map<Integer, Integer> sealed = new HashMap<>();
        Map<Integer, byte[]> last = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            int generation = keys.next(2);
            assertTrue(generation > KeyGenerations.FIRST && generation < KeyGenerations.GENERATIONS);
            sealed.merge(generation, 2, Integer::sum);
            last.put(generation, keys.of(generation).seal(new byte[] {(byte) i}, CONTEXT));
        }
        assertTrue(sealed.size() >= 15, sealed.size() + " generations of 200 pieces, 10 each at most");
        KeyGenerations again = KeyGenerations.of(first, 10);
        last.forEach((generation, piece) -> {
            assertEquals(1, again.of(generation).open(piece, CONTEXT).length);
            assertThrows(SealBroken.class, () -> again.of(generation ^ 1).open(piece, CONTEXT));
            assertThrows(SealBroken.class, () -> first.open(piece, CONTEXT));
        });
    }

    @Test
    void shouldBeginEachProcessWithAnotherGeneration() {
        Seal first = Seal.ofThisProcess("test");
        Set<Integer> begun = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            begun.add(KeyGenerations.of(first).next(1));
        }
        assertTrue(begun.size() > 15, begun::toString);
        byte[] old = first.seal(new byte[] {7}, CONTEXT);
        assertArrayEquals(new byte[] {7}, KeyGenerations.of(first).of(KeyGenerations.FIRST).open(old, CONTEXT));
    }

    @Test
    void shouldFindBlocksOfEveryGenerationAfterARestart() {
        Path blocks = data.resolve("blocks");
        try (Vault vault = Vault.open(data, new EncryptionConfig(true, Optional.empty()), Map.of())) {
            KeyGenerations few = KeyGenerations.of(vault.collection(KeyCollection.BLOCKS), 4);
            Set<Integer> used = new HashSet<>();
            BlockSeal seal = SealedBlocks.of(vault, few);
            try (TierStack stack = open(blocks, seal)) {
                for (int i = 0; i < BLOCKS; i++) {
                    HotBlock claimed = stack.claim().orElseThrow();
                    claimed.memory().fill((byte) i);
                    stack.release(stack.seal(claimed, key(i), new int[] {i}));
                    assertEquals(1, stack.writeBehind(1));
                    used.add(seal.generation());
                }
            }
            assertTrue(used.size() > 2, used::toString);
            try (TierStack stack = open(blocks, SealedBlocks.of(vault))) {
                HotBlock target = stack.claim().orElseThrow();
                for (int i = 0; i < BLOCKS; i++) {
                    assertTrue(stack.load(key(i), new int[] {i}, target), "block " + i);
                    assertEquals((byte) i, target.memory().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 9));
                }
                assertNotEquals(0, stack.stats().size());
            }
        }
    }

    private static BlockKey key(int number) {
        return new BlockKey.Root("m", "", "l", "1", "t").key().child(new int[] {number}, 0, 1);
    }

    private static TierStack open(Path blocks, BlockSeal seal) {
        DataSize size = DataSize.parse("1MiB");
        TierStack stack = TierStack.open(new KvConfig(4, KvConfig.ElementType.F16, size, size, size, true, true, 64),
                BLOCK_BYTES, "l", blocks, seal);
        stack.openLower();
        return stack;
    }
}
