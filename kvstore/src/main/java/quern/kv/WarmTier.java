package quern.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;

/**
 * The warm tier: a {@link SlotFile} with its {@link SlotIndex}. When it is full the clock algorithm picks a slot that
 * was not read since the hand passed last; its block goes to the next tier. Reads run beside each other, a write
 * alone.
 */
final class WarmTier implements KvTier {

    private static final Logger LOG = LoggerFactory.getLogger(WarmTier.class);

    private final BlockImage image;
    private final SlotFile file;
    private final SlotIndex index;
    private final KvTier next;
    private final long strideBytes;
    private final BitSet occupied;
    private final byte[] referenced;
    private final MemorySegment demoted;
    private final java.lang.foreign.Arena memory = java.lang.foreign.Arena.ofShared();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final TierCounters counters = new TierCounters();
    private int hand;

    private WarmTier(SlotFile file, SlotIndex index, BlockImage image, KvTier next) {
        this.image = image;
        this.file = file;
        this.index = index;
        this.next = next;
        strideBytes = SlotFile.strideBytes(image);
        occupied = new BitSet(file.slots());
        referenced = new byte[file.slots()];
        demoted = memory.allocate(image.blockBytes());
    }

    /**
     * @param next gets what is evicted; null: nothing does
     * @throws QuernException ERROR if the capacity holds no slot
     */
    static WarmTier open(Path directory, BlockImage image, long capacityBytes, KvTier next) throws IOException {
        long slots = capacityBytes / SlotFile.strideBytes(image);
        if (slots < 1 || slots > Integer.MAX_VALUE - 8) {
            throw new QuernException(
                    QuernException.Category.ERROR,
                    "kv.warm of " + capacityBytes + " bytes holds " + slots + " slots of "
                            + SlotFile.strideBytes(image) + " bytes, expected 1 to 2^31");
        }
        Files.createDirectories(directory);
        SlotFile file = SlotFile.open(directory.resolve("warm.slots"), image, (int) slots);
        try {
            SlotIndex index = SlotIndex.open(directory.resolve("warm.index"), (int) slots, file.kept());
            WarmTier tier = new WarmTier(file, index, image, next);
            tier.fill(image);
            return tier;
        } catch (IOException | RuntimeException | LinkageError e) {
            file.close();
            throw e;
        }
    }

    private void fill(BlockImage image) throws IOException {
        if (!index.fresh()) {
            index.forEach((key, slot) -> occupied.set(slot));
        } else if (file.kept()) {
            for (int slot = 0; slot < file.slots(); slot++) {
                ByteBuffer header = file.readHeader(slot);
                if (image.sealed(header)) {
                    index.put(image.key(header), slot);
                    occupied.set(slot);
                }
            }
            LOG.info("warm tier was not closed cleanly: index of {} blocks rebuilt", occupied.cardinality());
        }
    }

    @Override
    public boolean contains(BlockKey key) {
        return index.slotOf(key) != SlotIndex.ABSENT;
    }

    @Override
    public boolean read(BlockKey key, int[] tokens, MemorySegment target) {
        BlockImage.Match match;
        lock.readLock().lock();
        try {
            int slot = index.slotOf(key);
            if (slot == SlotIndex.ABSENT) {
                counters.misses.increment();
                return false;
            }
            match = match(slot, key, tokens, target);
            if (match == BlockImage.Match.EQUAL) {
                referenced[slot] = 1;
                counters.hits.increment();
                return true;
            }
        } finally {
            lock.readLock().unlock();
        }
        counters.misses.increment();
        dropIfDamaged(key, tokens, target);
        return false;
    }

    private BlockImage.Match match(int slot, BlockKey key, int[] tokens, MemorySegment target) {
        try {
            return file.read(slot, key, tokens, target);
        } catch (IOException e) {
            LOG.warn("warm tier: slot {} unreadable: {}", slot, e.toString());
            return BlockImage.Match.DAMAGED;
        }
    }

    private void dropIfDamaged(BlockKey key, int[] tokens, MemorySegment scratch) {
        lock.writeLock().lock();
        try {
            int slot = index.slotOf(key);
            if (slot == SlotIndex.ABSENT || match(slot, key, tokens, scratch) == BlockImage.Match.EQUAL) {
                return;
            }
            counters.corruptions.increment();
            LOG.warn("warm tier: slot {} holds other bytes or tokens than its key says; dropped", slot);
            index.remove(key, slot);
            if (!holdsAnother(slot, key, scratch)) {
                empty(slot);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private boolean holdsAnother(int slot, BlockKey key, MemorySegment scratch) {
        try {
            return file.readBlock(slot, scratch).filter(block -> !block.key().equals(key)).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean write(BlockKey key, int[] tokens, MemorySegment source) {
        lock.writeLock().lock();
        try {
            if (contains(key)) {
                return false;
            }
            int slot = occupied.nextClearBit(0);
            if (slot >= file.slots()) {
                slot = evict();
            }
            try {
                file.write(slot, key, tokens, source);
            } catch (IOException e) {
                counters.skipped.increment();
                LOG.warn("warm tier: slot {} not written: {}", slot, e.toString());
                return false;
            }
            occupied.set(slot);
            referenced[slot] = 0;
            index.put(key, slot);
            return true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private int evict() {
        while (referenced[hand] != 0) {
            referenced[hand] = 0;
            hand = (hand + 1) % file.slots();
        }
        int slot = hand;
        hand = (hand + 1) % file.slots();
        try {
            demote(slot);
        } catch (IOException e) {
            LOG.warn("warm tier: slot {} unreadable: {}", slot, e.toString());
        }
        counters.evictions.increment();
        empty(slot);
        return slot;
    }

    private void demote(int slot) throws IOException {
        index.remove(image.key(file.readHeader(slot)), slot);
        Optional<BlockHead> block = file.readBlock(slot, demoted);
        if (block.isEmpty()) {
            counters.corruptions.increment();
        } else if (next != null && !next.contains(block.get().key())) {
            next.write(block.get().key(), block.get().tokens(), demoted);
        }
    }

    private void empty(int slot) {
        occupied.clear(slot);
        referenced[slot] = 0;
        try {
            file.clear(slot);
        } catch (IOException e) {
            LOG.warn("warm tier: slot {} not cleared: {}", slot, e.toString());
        }
    }

    @Override
    public TierStats stats() {
        lock.readLock().lock();
        try {
            long entries = occupied.cardinality();
            return counters.stats(entries, entries * strideBytes, file.slots() * strideBytes);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try (memory) {
            try {
                index.close();
            } finally {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("warm tier not closed", e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
