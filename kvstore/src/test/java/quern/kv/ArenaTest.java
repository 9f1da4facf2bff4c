package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.kv.BlockPool.Keeping;

class ArenaTest {

    private static final BlockKey ROOT = new BlockKey.Root("m", "a", "l", "1", "t").key();

    private final List<BlockKey> lost = new ArrayList<>();

    private static BlockKey key(int... tokens) {
        return ROOT.child(tokens, 0, tokens.length);
    }

    private static HotBlock sealed(Arena arena, int token) {
        HotBlock block = arena.claim().orElseThrow();
        block.memory().fill((byte) token);
        return arena.seal(block, key(token), new int[] {token}, Keeping.TIERS).block();
    }

    @Test
    void shouldEvictTheBlockReleasedLongestAgoWhenFull() {
        try (Arena arena = new Arena(100, 3, depth -> 1, lost::add)) {
            HotBlock one = sealed(arena, 1);
            HotBlock two = sealed(arena, 2);
            HotBlock three = sealed(arena, 3);
            assertEquals(0, arena.availableBlocks());
            assertEquals(Optional.empty(), arena.claim());
            arena.release(two);
            arena.release(one);
            assertEquals(2, arena.availableBlocks());
            HotBlock claimed = arena.claim().orElseThrow();
            assertEquals(two.slot(), claimed.slot());
            assertEquals(List.of(key(2)), lost);
            assertFalse(arena.contains(key(2)));
            assertEquals(Optional.of(one.slot()), arena.pinHot(key(1), new int[] {1}).map(HotBlock::slot));
            assertEquals(1, arena.stats().evictions());
            arena.release(three);
            assertEquals(1, arena.availableBlocks());
        }
    }

    @Test
    void shouldTellGapsLifetimesAndIdleTimesByTheClockGiven() {
        long[] now = {1_000};
        List<String> heard = new ArrayList<>();
        try (Arena arena = new Arena(64, 1, depth -> 1, lost::add)) {
            arena.observe(new BlockObserver() {
                @Override
                public void reused(long gapNanos) {
                    heard.add("reused " + gapNanos);
                }

                @Override
                public void evicted(long lifetimeNanos, long idleNanos) {
                    heard.add("evicted " + lifetimeNanos + " " + idleNanos);
                }
            }, () -> now[0]);
            HotBlock one = sealed(arena, 1);
            now[0] += 10;
            arena.release(one);
            now[0] += 100;
            arena.pinHot(key(1), new int[] {1});
            assertEquals(Optional.empty(), arena.pinHot(key(2), new int[] {2}));
            now[0] += 1_000;
            arena.release(one);
            now[0] += 10_000;
            arena.discard(arena.claim().orElseThrow());
            arena.claim();
            assertEquals(List.of("reused 100", "evicted 11110 10000"), heard);
        }
    }

    @Test
    void shouldHaveEveryBlockAgainWhenReclaimed() {
        try (Arena arena = new Arena(64, 5, depth -> 1, lost::add)) {
            sealed(arena, 1);
            arena.pinHot(key(1), new int[] {1});
            arena.release(sealed(arena, 2));
            arena.claim();
            HotBlock other = arena.seal(arena.claim().orElseThrow(), key(2), new int[] {9}, Keeping.TIERS).block();
            assertEquals(2, arena.availableBlocks());
            assertEquals(3, arena.reclaim());
            assertEquals(5, arena.availableBlocks());
            assertThrows(IllegalStateException.class, () -> arena.release(other));
            assertTrue(arena.contains(key(1)) && arena.contains(key(2)), "sealed blocks stay findable");
            for (int i = 0; i < 5; i++) {
                arena.claim().orElseThrow();
            }
            assertEquals(Optional.empty(), arena.claim());
            assertEquals(5, arena.reclaim());
        }
    }

    @Test
    void shouldReturnTheKnownBlockWhenSealedTwice() {
        try (Arena arena = new Arena(64, 2, depth -> 1, lost::add)) {
            HotBlock first = sealed(arena, 7);
            HotBlock second = sealed(arena, 7);
            assertEquals(first.slot(), second.slot());
            assertEquals(1, arena.availableBlocks());
            arena.release(first);
            assertEquals(1, arena.availableBlocks());
            arena.release(second);
            assertEquals(2, arena.availableBlocks());
        }
    }

    @Test
    void shouldMissWhenAKeyIsReusedForOtherTokens() {
        try (Arena arena = new Arena(64, 2, depth -> 1, lost::add)) {
            sealed(arena, 7);
            assertEquals(Optional.empty(), arena.pinHot(key(7), new int[] {8}));
            HotBlock colliding = arena.claim().orElseThrow();
            Arena.Sealed sealed = arena.seal(colliding, key(7), new int[] {8}, Keeping.TIERS);
            assertEquals(colliding, sealed.block());
            assertFalse(sealed.wanted());
            assertTrue(arena.pinHot(key(7), new int[] {7}).isPresent());
            arena.release(colliding);
            assertEquals(1, arena.availableBlocks());
        }
    }

    @Test
    void shouldMissWhenTheTokensBeforeWereOthersAlthoughKeyAndTokensAreEqual() {
        try (Arena arena = new Arena(64, 2, depth -> 1, lost::add)) {
            arena.release(sealed(arena, 7));
            BlockKey other = Blocks.otherRun(key(7));
            assertEquals(key(7), other);
            assertEquals(Optional.empty(), arena.pinHot(other, new int[] {7}));
            assertEquals(1, arena.stats().corruptions());
            HotBlock colliding = arena.claim().orElseThrow();
            assertEquals(colliding, arena.seal(colliding, other, new int[] {7}, Keeping.TIERS).block());
            arena.release(colliding);
            assertTrue(arena.pinHot(key(7), new int[] {7}).isPresent(), "the first one stays");
        }
    }

    @Test
    void shouldLetABlockGoDownOnlyWhenOneOfItsSealingsAllowsIt() {
        try (Arena arena = new Arena(64, 4, depth -> 1, lost::add)) {
            HotBlock first = arena.seal(claimed(arena), key(7), new int[] {7}, Keeping.MEMORY).block();
            assertFalse(arena.seal(claimed(arena), key(7), new int[] {7}, Keeping.MEMORY).wanted());
            assertTrue(arena.seal(claimed(arena), key(7), new int[] {7}, Keeping.TIERS).wanted());
            assertFalse(arena.seal(claimed(arena), key(7), new int[] {7}, Keeping.TIERS).wanted());
            assertEquals(Optional.empty(), arena.keep(first));
            HotBlock other = arena.seal(claimed(arena), key(8), new int[] {8}, Keeping.MEMORY).block();
            assertEquals(Optional.of(key(8)), arena.keep(other));
            assertEquals(Optional.empty(), arena.keep(other));
        }
    }

    @Test
    void shouldNotCallABlockLostThatWasToStayInMemory() {
        try (Arena arena = new Arena(64, 1, depth -> 1, lost::add)) {
            arena.release(arena.seal(claimed(arena), key(7), new int[] {7}, Keeping.MEMORY).block());
            claimed(arena);
            assertEquals(List.of(), lost);
        }
    }

    private static HotBlock claimed(Arena arena) {
        return arena.claim().orElseThrow();
    }

    @Test
    void shouldThrowWhenSlotsAreMisused() {
        try (Arena arena = new Arena(64, 2, depth -> 1, lost::add)) {
            HotBlock block = sealed(arena, 1);
            arena.release(block);
            assertThrows(IllegalStateException.class, () -> arena.release(block));
            assertThrows(IllegalStateException.class, () -> arena.discard(block));
            assertThrows(IllegalStateException.class, () -> arena.seal(block, key(2), new int[] {2}, Keeping.TIERS));
            HotBlock claimed = arena.claim().orElseThrow();
            assertThrows(IllegalStateException.class, () -> arena.release(claimed));
            arena.discard(claimed);
            assertThrows(IllegalStateException.class, () -> arena.discard(claimed));
            HotBlock elsewhere = new HotBlock(2, claimed.memory());
            assertThrows(IllegalArgumentException.class, () -> arena.release(elsewhere));
        }
    }

    /** Random operations beside a model that keeps every rule in the plainest way; accounts must agree after each. */
    @Test
    void shouldAgreeWithTheModelWhenUsedAtRandom() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            int slots = 1 + random.nextInt(9);
            try (Arena arena = new Arena(1 + random.nextInt(200), slots, depth -> 1, lost::add)) {
                Model model = new Model(arena, slots);
                for (int step = 0; step < 2000; step++) {
                    model.step(random, "seed " + seed + " step " + step);
                }
            }
        }
    }

    private static final class Model {
        private final Arena arena;
        private final int slots;
        private final List<HotBlock> claimed = new ArrayList<>();
        private final List<HotBlock> pinned = new ArrayList<>();
        private final Map<Integer, Integer> tokenOfSlot = new HashMap<>();
        private final List<Integer> unpinned = new ArrayList<>();

        private Model(Arena arena, int slots) {
            this.arena = arena;
            this.slots = slots;
        }

        private void step(Random random, String where) {
            switch (random.nextInt(6)) {
                case 0, 1 -> claim(where);
                case 2 -> seal(random, where);
                case 3 -> pin(random.nextInt(12), where);
                case 4 -> release(random);
                default -> discard(random);
            }
            assertEquals(slots - claimed.size() - heldSlots(), arena.availableBlocks(), where);
            assertEquals(claimed.size() + tokenOfSlot.size(), arena.stats().entries(), where);
        }

        private long heldSlots() {
            return pinned.stream().map(HotBlock::slot).distinct().count();
        }

        private void claim(String where) {
            boolean full = claimed.size() + tokenOfSlot.size() == slots;
            Optional<HotBlock> block = arena.claim();
            assertEquals(!full || !unpinned.isEmpty(), block.isPresent(), where);
            block.ifPresent(b -> {
                if (full) {
                    assertEquals(unpinned.removeFirst(), b.slot(), where);
                    tokenOfSlot.remove(b.slot());
                }
                claimed.add(b);
            });
        }

        private void seal(Random random, String where) {
            if (claimed.isEmpty()) {
                return;
            }
            int token = random.nextInt(12);
            HotBlock block = claimed.remove(random.nextInt(claimed.size()));
            boolean known = tokenOfSlot.containsValue(token);
            block.memory().fill((byte) token);
            HotBlock held = arena.seal(block, key(token), new int[] {token}, Keeping.TIERS).block();
            assertEquals(!known, held.slot() == block.slot(), where);
            tokenOfSlot.put(held.slot(), token);
            unpinned.remove((Integer) held.slot());
            pinned.add(held);
        }

        private void pin(int token, String where) {
            Optional<HotBlock> block = arena.pinHot(key(token), new int[] {token});
            assertEquals(tokenOfSlot.containsValue(token), block.isPresent(), where);
            block.ifPresent(b -> {
                assertEquals((byte) token, b.memory().get(ValueLayout.JAVA_BYTE, b.memory().byteSize() - 1), where);
                unpinned.remove((Integer) b.slot());
                pinned.add(b);
            });
        }

        private void release(Random random) {
            if (!pinned.isEmpty()) {
                HotBlock block = pinned.remove(random.nextInt(pinned.size()));
                arena.release(block);
                if (pinned.stream().noneMatch(other -> other.slot() == block.slot())) {
                    unpinned.add(block.slot());
                }
            }
        }

        private void discard(Random random) {
            if (!claimed.isEmpty()) {
                arena.discard(claimed.remove(random.nextInt(claimed.size())));
            }
        }
    }
}
