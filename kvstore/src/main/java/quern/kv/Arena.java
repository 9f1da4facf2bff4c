package quern.kv;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The hot tier: off-heap slots of one size. A slot is free, claimed (private, being filled) or sealed (immutable,
 * findable by its key) with a number of pins. When no slot is free, {@link #claim} evicts the sealed block without pins
 * that is worth least (see {@link ChainIndex}): tails before the beginnings they share.
 *
 * <p>Memory is taken in chunks when slots are first used and given back by {@link #close}. Thread-safe; every call
 * takes logarithmic time at most under one lock.
 */
final class Arena implements AutoCloseable {

    private static final long CHUNK_BYTES = 4L << 20;
    private static final int ALIGNMENT_BYTES = 64;
    private static final int ABSENT = -1;

    private enum State { FREE, CLAIMED, SEALED }

    /** A sealed block that {@link #look} found. */
    record Seen(BlockKey key, int[] tokens, BlockSource source) {}

    private final long blockBytes;
    private final long strideBytes;
    private final int slots;
    private final int slotsPerChunk;
    private final MemorySegment[] chunks;
    private final java.lang.foreign.Arena memory = java.lang.foreign.Arena.ofShared();

    private final State[] states;
    private final int[] pins;
    private final BlockKey[] keys;
    private final int[][] tokens;
    private final boolean[] stored;
    /** Whether a block is to stay in memory. */
    private final boolean[] memoryOnly;
    /** Whether a block is to be overwritten when it is let go. */
    private final boolean[] doomed;
    private final long[] generations;
    /** Entries of the sealed blocks that have a key, by slot. */
    private final int[] entries;
    private final ChainIndex chains;
    private final PriorityQueue<Integer> free = new PriorityQueue<>();
    private int evictable;
    private final SlotTimes times;
    private final TierCounters counters = new TierCounters("hot");
    private final Consumer<BlockKey> lost;

    /**
     * @param cost of computing the block at a depth again, for eviction
     * @param lost is told, under the arena's lock, of each block evicted that no lower tier was known to have
     */
    Arena(long blockBytes, int slots, IntToDoubleFunction cost, Consumer<BlockKey> lost) {
        this.blockBytes = blockBytes;
        this.slots = slots;
        this.lost = lost;
        strideBytes = (blockBytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
        slotsPerChunk = (int) Math.max(1, Math.min(slots, CHUNK_BYTES / strideBytes));
        chunks = new MemorySegment[(slots + slotsPerChunk - 1) / slotsPerChunk];
        states = new State[slots];
        Arrays.fill(states, State.FREE);
        pins = new int[slots];
        keys = new BlockKey[slots];
        tokens = new int[slots][];
        stored = new boolean[slots];
        memoryOnly = new boolean[slots];
        doomed = new boolean[slots];
        generations = new long[slots];
        entries = new int[slots];
        chains = new ChainIndex(cost);
        times = new SlotTimes(slots);
        for (int slot = 0; slot < slots; slot++) {
            free.add(slot);
        }
    }

    /** Tells from now on how long blocks stay, by this clock. */
    synchronized void observe(BlockObserver observer, LongSupplier nanoClock) {
        times.observe(observer, nanoClock);
    }

    synchronized Optional<HotBlock> claim() {
        int slot;
        if (!free.isEmpty()) {
            slot = free.remove();
        } else if (evictable > 0) {
            slot = evict();
        } else {
            return Optional.empty();
        }
        states[slot] = State.CLAIMED;
        generations[slot]++;
        times.claimed(slot);
        return Optional.of(block(slot));
    }

    private int evict() {
        int entry = chains.first();
        int slot = (int) chains.place(entry);
        if (!stored[slot] && !memoryOnly[slot]) {
            lost.accept(keys[slot]);
        }
        times.evicted(slot);
        chains.evict(entry);
        evictable--;
        forget(slot);
        counters.evictions.increment();
        return slot;
    }

    /** Whether {@link #seal} made a new block findable that no lower tier has. */
    record Sealed(HotBlock block, boolean wanted) {}

    synchronized Sealed seal(HotBlock claimed, BlockKey key, int[] blockTokens, BlockPool.Keeping keeping) {
        int slot = require(claimed, State.CLAIMED, "sealed");
        boolean tiers = keeping == BlockPool.Keeping.TIERS;
        int known = slotOf(key);
        if (known != ABSENT && holds(known, key, blockTokens)) {
            free(slot);
            pin(known);
            return new Sealed(block(known), tiers && letDown(known));
        }
        states[slot] = State.SEALED;
        pins[slot] = 1;
        times.used(slot);
        tokens[slot] = blockTokens.clone();
        if (known == ABSENT) {
            keys[slot] = key;
            entries[slot] = chains.add(key, slot);
            chains.hold(entries[slot]);
        }
        memoryOnly[slot] = true;
        return new Sealed(claimed, known == ABSENT && tiers && letDown(slot));
    }

    /** Lets a pinned block go to the lower tiers. @return its key if it was to stay in memory until now */
    synchronized Optional<BlockKey> keep(HotBlock pinned) {
        int slot = require(pinned, State.SEALED, "kept");
        return letDown(slot) ? Optional.ofNullable(keys[slot]) : Optional.empty();
    }

    /** @return whether it may go to the lower tiers only now, and none has it */
    private boolean letDown(int slot) {
        boolean before = memoryOnly[slot];
        memoryOnly[slot] = false;
        return before && !stored[slot];
    }

    synchronized Optional<HotBlock> pinHot(BlockKey key, int[] blockTokens) {
        int slot = slotOf(key);
        if (slot == ABSENT || !holds(slot, key, blockTokens)) {
            counters.misses.increment();
            if (slot != ABSENT) {
                counters.collided();
            }
            return Optional.empty();
        }
        counters.hits.increment();
        times.reused(slot);
        pin(slot);
        return Optional.of(block(slot));
    }

    private boolean holds(int slot, BlockKey key, int[] blockTokens) {
        return Arrays.equals(tokens[slot], blockTokens) && keys[slot].sameRun(key);
    }

    private int slotOf(BlockKey key) {
        int entry = chains.find(key);
        return entry == ChainIndex.ABSENT ? ABSENT : (int) chains.place(entry);
    }

    synchronized boolean contains(BlockKey key) {
        return slotOf(key) != ABSENT;
    }

    synchronized void release(HotBlock pinned) {
        int slot = require(pinned, State.SEALED, "released");
        if (pins[slot] == 0) {
            throw new IllegalStateException("slot " + slot + " released more often than pinned");
        }
        times.used(slot);
        if (--pins[slot] == 0) {
            if (keys[slot] == null) {
                free(slot);
            } else {
                chains.letGo(entries[slot]);
                chains.use(entries[slot]);
                evictable++;
            }
        }
    }

    synchronized void discard(HotBlock claimed) {
        free(require(claimed, State.CLAIMED, "discarded"));
    }

    /** Frees what is claimed and unpins what is pinned. @return how many slots that were */
    synchronized int reclaim() {
        int held = 0;
        for (int slot = 0; slot < slots; slot++) {
            if (states[slot] == State.CLAIMED) {
                free(slot);
                held++;
            } else if (states[slot] == State.SEALED && pins[slot] > 0) {
                pins[slot] = 1;
                release(block(slot));
                held++;
            }
        }
        return held;
    }

    /** Notes that a lower tier has the block being filled. */
    synchronized void markStored(HotBlock claimed) {
        stored[require(claimed, State.CLAIMED, "loaded")] = true;
    }

    synchronized int availableBlocks() {
        return free.size() + evictable;
    }

    /**
     * Looks at a sealed block without pinning it: the slot may be evicted and refilled at any time, which its source
     * tells.
     *
     * @return empty if the key is not in the arena
     */
    synchronized Optional<Seen> look(BlockKey key) {
        int slot = slotOf(key);
        if (slot == ABSENT) {
            return Optional.empty();
        }
        long generation = generations[slot];
        return Optional.of(new Seen(keys[slot], tokens[slot],
                new BlockSource(block(slot).memory(), () -> isStill(slot, generation))));
    }

    private synchronized boolean isStill(int slot, long generation) {
        return generations[slot] == generation;
    }

    synchronized void markStored(BlockKey key) {
        int slot = slotOf(key);
        if (slot != ABSENT) {
            stored[slot] = true;
        }
    }

    /** Key and tokens of every block that can be found. */
    synchronized List<BlockHead> heads() {
        List<BlockHead> heads = new ArrayList<>();
        chains.forEach(entry -> heads.add(new BlockHead(keys[(int) chains.place(entry)],
                tokens[(int) chains.place(entry)])));
        return heads;
    }

    /**
     * Makes blocks unfindable, now; their slots are free with their last pin. What free slots hold is overwritten.
     *
     * @return blocks that were findable until now
     */
    synchronized int purge(Predicate<BlockKey> doomed) {
        int purged = 0;
        for (int slot = 0; slot < slots; slot++) {
            if (states[slot] == State.SEALED && keys[slot] != null && doomed.test(keys[slot])) {
                forgetKey(slot);
                purged++;
            }
        }
        free.forEach(this::wipe);
        return purged;
    }

    /** As if another block had the key already. */
    private void forgetKey(int slot) {
        if (pins[slot] > 0) {
            chains.letGo(entries[slot]);
        }
        chains.remove(entries[slot]);
        generations[slot]++;
        keys[slot] = null;
        doomed[slot] = true;
        if (pins[slot] == 0) {
            evictable--;
            free(slot);
        }
    }

    private void wipe(int slot) {
        if (chunks[slot / slotsPerChunk] != null) {
            block(slot).memory().fill((byte) 0);
        }
    }

    void countSkipped() {
        counters.skipped.increment();
    }

    synchronized TierStats stats() {
        long used = slots - free.size();
        return counters.stats(used, used * blockBytes, slots * blockBytes, 0, 0);
    }

    private void pin(int slot) {
        if (pins[slot]++ == 0) {
            chains.hold(entries[slot]);
            evictable--;
        }
    }

    private void free(int slot) {
        if (doomed[slot]) {
            wipe(slot);
        }
        forget(slot);
        free.add(slot);
    }

    private void forget(int slot) {
        states[slot] = State.FREE;
        keys[slot] = null;
        tokens[slot] = null;
        stored[slot] = false;
        doomed[slot] = false;
    }

    private int require(HotBlock block, State state, String verb) {
        int slot = block.slot();
        if (slot < 0 || slot >= slots) {
            throw new IllegalArgumentException("slot " + slot + ", the arena has " + slots);
        }
        if (states[slot] != state) {
            throw new IllegalStateException("slot " + slot + " " + verb + " while " + states[slot]
                    + ", expected " + state);
        }
        return slot;
    }

    private HotBlock block(int slot) {
        int chunk = slot / slotsPerChunk;
        if (chunks[chunk] == null) {
            long count = Math.min(slotsPerChunk, slots - (long) chunk * slotsPerChunk);
            chunks[chunk] = memory.allocate(count * strideBytes, ALIGNMENT_BYTES);
        }
        return new HotBlock(slot, chunks[chunk].asSlice(slot % slotsPerChunk * strideBytes, blockBytes));
    }

    /** Frees all memory; no block may be in use. */
    @Override
    public synchronized void close() {
        memory.close();
    }
}
