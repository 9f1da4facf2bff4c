package quern.inference;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.HotBlock;

/**
 * A pool in memory that is strict about its contract: every misuse throws, and a claimed slot is full of NaN. What is
 * evicted from the arena goes to a lower tier that can be told to lose or damage it.
 */
public final class MemoryBlockPool implements BlockPool {

    private enum State { FREE, CLAIMED, SEALED }

    private static final class Slot {
        private HotBlock block;
        private State state = State.FREE;
        private int pins;
        private BlockKey key;
        private int[] tokens;
        private Keeping keeping;
    }

    /** A block in the lower tier. */
    private record Stored(int[] tokens, byte[] bytes) {}

    private final Slot[] slots;
    private final long blockBytes;
    private final Arena arena = Arena.ofShared();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final Map<BlockKey, Integer> hot = new LinkedHashMap<>();
    private final Map<BlockKey, Stored> lower = new HashMap<>();

    public MemoryBlockPool(int blocks, long blockBytes) {
        this.blockBytes = blockBytes;
        this.slots = new Slot[blocks];
        for (int i = 0; i < blocks; i++) {
            slots[i] = new Slot();
            slots[i].block = new HotBlock(i, arena.allocate(blockBytes, 64));
            free.add(i);
        }
    }

    @Override
    public long blockBytes() {
        return blockBytes;
    }

    @Override
    public synchronized Optional<HotBlock> claim() {
        if (free.isEmpty() && !evict()) {
            return Optional.empty();
        }
        Slot slot = slots[free.remove()];
        require(slot.state == State.FREE, "claim gives a slot in use");
        slot.state = State.CLAIMED;
        slot.block.memory().fill((byte) 0xff);
        return Optional.of(slot.block);
    }

    private boolean evict() {
        for (Map.Entry<BlockKey, Integer> entry : hot.entrySet()) {
            Slot slot = slots[entry.getValue()];
            if (slot.pins == 0) {
                if (slot.keeping == Keeping.TIERS) {
                    byte[] bytes = slot.block.memory().toArray(ValueLayout.JAVA_BYTE);
                    lower.put(slot.key, new Stored(slot.tokens, bytes));
                }
                hot.remove(entry.getKey());
                slot.state = State.FREE;
                free.add(slot.block.slot());
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized HotBlock seal(HotBlock claimed, BlockKey key, int[] tokens, Keeping keeping) {
        Slot slot = slots[claimed.slot()];
        require(slot.state == State.CLAIMED, "seal of a slot that is " + slot.state);
        Integer known = hot.get(key);
        if (known != null) {
            require(claimed.memory().mismatch(slots[known].block.memory()) == -1, "equal keys, other bytes");
            slot.state = State.FREE;
            free.add(claimed.slot());
            slots[known].pins++;
            if (keeping == Keeping.TIERS) {
                slots[known].keeping = keeping;
            }
            return slots[known].block;
        }
        slot.state = State.SEALED;
        slot.pins = 1;
        slot.key = key;
        slot.keeping = keeping;
        slot.tokens = tokens.clone();
        hot.put(key, claimed.slot());
        return claimed;
    }

    @Override
    public synchronized void keep(HotBlock pinned) {
        slots[pinned.slot()].keeping = Keeping.TIERS;
    }

    @Override
    public synchronized Optional<HotBlock> pinHot(BlockKey key, int[] tokens) {
        Integer slot = hot.get(key);
        if (slot == null || !Arrays.equals(slots[slot].tokens, tokens)) {
            return Optional.empty();
        }
        slots[slot].pins++;
        hot.remove(key);
        hot.put(key, slot);
        return Optional.of(slots[slot].block);
    }

    @Override
    public synchronized Tier locate(BlockKey key) {
        return hot.containsKey(key) ? Tier.HOT : lower.containsKey(key) ? Tier.WARM : Tier.ABSENT;
    }

    @Override
    public synchronized boolean load(BlockKey key, int[] tokens, HotBlock claimed) {
        require(slots[claimed.slot()].state == State.CLAIMED, "load into a slot that is not claimed");
        Stored stored = lower.get(key);
        if (stored == null || !Arrays.equals(stored.tokens(), tokens)) {
            return false;
        }
        MemorySegment.copy(stored.bytes(), 0, claimed.memory(), ValueLayout.JAVA_BYTE, 0, stored.bytes().length);
        return true;
    }

    @Override
    public synchronized void release(HotBlock pinned) {
        Slot slot = slots[pinned.slot()];
        require(slot.state == State.SEALED && slot.pins > 0, "release of a slot without pins");
        slot.pins--;
    }

    @Override
    public synchronized void discard(HotBlock claimed) {
        Slot slot = slots[claimed.slot()];
        require(slot.state == State.CLAIMED, "discard of a slot that is " + slot.state);
        slot.state = State.FREE;
        free.add(claimed.slot());
    }

    @Override
    public synchronized int reclaim() {
        int held = 0;
        for (Slot slot : slots) {
            held += slot.state == State.CLAIMED || slot.pins > 0 ? 1 : 0;
            slot.pins = 0;
            if (slot.state == State.CLAIMED) {
                discard(slot.block);
            }
        }
        return held;
    }

    @Override
    public synchronized int availableBlocks() {
        return free.size() + (int) hot.values().stream().filter(slot -> slots[slot].pins == 0).count();
    }

    @Override
    public int writeBehind(int blocksMax) {
        return 0;
    }

    /** Moves everything that is not held to the lower tier. */
    public synchronized void evictAll() {
        while (evict()) {
            require(!free.isEmpty(), "an eviction frees a slot");
        }
    }

    /** Loses the lower tier. */
    public synchronized void loseLowerTier() {
        lower.clear();
    }

    /** Forgets every block that is not held, in all tiers. */
    public synchronized void forgetAll() {
        evictAll();
        loseLowerTier();
    }

    @Override
    public void close() {
        arena.close();
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
