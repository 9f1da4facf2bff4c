package quern.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;

/**
 * The warm tier: a {@link SlotFile} with its {@link SlotIndex}. What it evicts goes to the next tier. Where each block
 * is, is also kept in memory: a look-up touches no file. Reads hold their slot and run beside each other and beside the
 * one writer, which waits for nobody.
 *
 * <p>After a kill all headers are read before it opens: 100,000 slots take 0.9 s, beside the model that is being
 * loaded, and 0.4 s with the index of a clean end.
 */
final class WarmTier implements KvTier {

    private static final Logger LOG = LoggerFactory.getLogger(WarmTier.class);
    private static final String OTHER_BYTES = "a slot holds other bytes than its key says";

    private final BlockImage image;
    private final SlotFile file;
    private final SlotIndex index;
    private final SlotMap map;
    private final KvTier next;
    private final WarmRoom room;
    private final Path own;
    private final TierDoor door;
    private final long strideBytes;
    private final java.lang.foreign.Arena memory = java.lang.foreign.Arena.ofShared();
    private final MemorySegment demoted;
    private final ReentrantLock writing = new ReentrantLock();
    private final TierCounters counters = new TierCounters("warm");

    private WarmTier(SlotFile file, SlotIndex index, TierPlan plan, KvTier next, WarmRoom room, Path own) {
        this.image = plan.image();
        this.file = file;
        this.index = index;
        this.next = next;
        this.room = room;
        this.own = own;
        map = new SlotMap(index, plan);
        door = new TierDoor("warm", own, plan.nanoClock());
        strideBytes = SlotFile.strideBytes(image);
        demoted = memory.allocate(image.blockBytes());
    }

    /**
     * @param next gets what is evicted; null: nothing does
     * @throws QuernException ERROR if the capacity holds no slot
     */
    static WarmTier open(WarmRoom room, TierPlan plan, KvTier next) throws IOException {
        long capacityBytes = plan.config().warm().bytes();
        long stride = SlotFile.strideBytes(plan.image());
        long slots = Math.min(TierPlan.ENTRIES_MAX, capacityBytes / stride);
        if (slots < 1) {
            throw new QuernException(
                    QuernException.Category.ERROR,
                    "kv.warm of " + capacityBytes + " bytes holds no slot of " + stride + " bytes");
        }
        Path own = room.of(plan.image());
        room.enter(own);
        SlotFile file = SlotFile.open(own.resolve("warm.slots"), plan.image(), (int) slots);
        try {
            SlotIndex index = SlotIndex.open(own.resolve("warm.index"), (int) slots, file.kept());
            WarmTier tier = new WarmTier(file, index, plan, next, room, own);
            tier.fill();
            return tier;
        } catch (IOException | RuntimeException | LinkageError e) {
            file.close();
            throw e;
        }
    }

    private void fill() throws IOException {
        if (!index.fresh()) {
            map.fill(file.present());
            return;
        }
        for (int slot = 0; slot < file.present(); slot++) {
            ByteBuffer header = file.readHeader(slot);
            if (image.sealed(header)) {
                map.enter(image.key(header), slot);
            }
        }
        if (file.kept()) {
            LOG.info("warm tier was not closed cleanly: index of {} blocks rebuilt", map.size());
        }
    }

    @Override
    public boolean contains(BlockKey key) {
        return map.contains(key);
    }

    private void letGo(SlotMap.Held held) {
        if (map.letGo(held)) {
            empty(held.slot());
        }
    }

    private void empty(int slot) {
        try {
            file.wipe(slot);
        } catch (IOException e) {
            door.failed(e);
        }
        map.free(slot);
    }

    /** @return whether it was here */
    private boolean drop(BlockKey key) {
        int[] slot = new int[1];
        SlotMap.Removal removal = map.remove(key, slot);
        if (removal == SlotMap.Removal.DONE) {
            empty(slot[0]);
        }
        return removal != SlotMap.Removal.ABSENT;
    }

    @Override
    public boolean read(BlockKey key, int[] tokens, MemorySegment target) {
        Optional<SlotMap.Held> held = map.hold(key);
        if (held.isEmpty()) {
            counters.misses.increment();
            return false;
        }
        try {
            BlockImage.Match match = match(held.get().slot(), key, tokens, target);
            if (match == BlockImage.Match.EQUAL) {
                counters.hits.increment();
                map.used(held.get());
                return true;
            }
            counters.misses.increment();
            if (drop(key)) {
                counters.corrupted(match == BlockImage.Match.DAMAGED ? OTHER_BYTES : "a slot holds other tokens");
            }
            return false;
        } finally {
            letGo(held.get());
        }
    }

    private BlockImage.Match match(int slot, BlockKey key, int[] tokens, MemorySegment target) {
        try {
            return file.read(slot, key, tokens, target);
        } catch (IOException e) {
            return BlockImage.Match.DAMAGED;
        }
    }

    /** The block in a slot; empty if it is not this one, or damaged. */
    private Optional<BlockHead> open(int slot, BlockKey key, MemorySegment target) {
        try {
            return file.readBlock(slot, target).filter(found -> found.key().equals(key));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean write(BlockKey key, int[] tokens, BlockSource source) {
        return store(new BlockHead(key, tokens), source, map::take, counters.skipped);
    }

    @Override
    public boolean promote(BlockKey key, int[] tokens, BlockSource source) {
        boolean stored = store(
                new BlockHead(key, tokens), source, slots -> map.takeFor(key, slots), new LongAdder());
        counters.promotions.add(stored ? 1 : 0);
        return stored;
    }

    private boolean store(
            BlockHead block, BlockSource source, IntFunction<Optional<SlotMap.Room>> taking, LongAdder skipped) {
        BlockKey key = block.key();
        writing.lock();
        try {
            if (contains(key)) {
                return false;
            }
            Optional<SlotMap.Room> free = door.open(() -> { }) ? take(taking) : Optional.empty();
            if (free.isEmpty()) {
                skipped.increment();
                return false;
            }
            int slot = free.get().slot();
            free.get().evicted().ifPresent(evicted -> demote(slot, evicted));
            boolean stored = false;
            try {
                stored = file.write(slot, key, block.tokens(), source);
            } finally {
                if (!stored) {
                    map.free(slot);
                }
            }
            door.succeeded();
            return stored && map.enter(key, slot);
        } catch (IOException e) {
            skipped.increment();
            door.failed(e);
            return false;
        } finally {
            writing.unlock();
        }
    }

    private Optional<SlotMap.Room> take(IntFunction<Optional<SlotMap.Room>> taking) throws IOException {
        Optional<SlotMap.Room> free = taking.apply(file.slots());
        if (free.isPresent() && free.get().slot() >= file.present()
                && !room.make(own, file.bytesWith(free.get().slot()))) {
            return taking.apply(file.present());
        }
        return free;
    }

    private void demote(int slot, BlockKey key) {
        counters.evictions.increment();
        if (next == null || next.contains(key)) {
            return;
        }
        Optional<BlockHead> block = open(slot, key, demoted);
        if (block.isPresent()) {
            next.write(block.get().key(), block.get().tokens(), BlockSource.of(demoted));
        } else {
            counters.corrupted(OTHER_BYTES);
        }
    }

    @Override
    public boolean pin(BlockKey key, boolean on) {
        return map.pin(key, on);
    }

    @Override
    public void forEachHead(BiConsumer<BlockKey, Optional<BlockHead>> use) {
        for (BlockKey key : map.keys()) {
            map.hold(key).ifPresent(held -> {
                try {
                    use.accept(key, image.head(file.readHeader(held.slot())).filter(head -> head.key().equals(key)));
                } catch (IOException e) {
                    use.accept(key, Optional.empty());
                } finally {
                    letGo(held);
                }
            });
        }
    }

    @Override
    public int purge(Predicate<BlockKey> doomed, boolean wipe) {
        writing.lock();
        try {
            int dropped = 0;
            for (BlockKey key : map.keys()) {
                dropped += doomed.test(key) && drop(key) ? 1 : 0;
            }
            if (wipe) {
                demoted.fill((byte) 0);
                room.forgetOthers();
                wipeFree();
            }
            return dropped;
        } catch (IOException e) {
            throw new UncheckedIOException("warm tier not purged", e);
        } finally {
            writing.unlock();
        }
    }

    /** Slots that no index names may hold what was there before; a failure shows here, too. */
    private void wipeFree() throws IOException {
        for (int slot = 0; slot < file.present(); slot++) {
            ByteBuffer header = file.readHeader(slot);
            while (map.isFree(slot) && header.hasRemaining()) {
                if (header.get() != 0) {
                    file.wipe(slot);
                    break;
                }
            }
        }
        file.force();
    }

    @Override
    public TierCheck verify(TierCheck.Progress progress) {
        List<BlockKey> keys = map.keys();
        long damaged = 0;
        long done = 0;
        try (var scratch = java.lang.foreign.Arena.ofConfined()) {
            MemorySegment target = scratch.allocate(image.blockBytes());
            for (BlockKey key : keys) {
                damaged += sound(key, target) ? 0 : 1;
                if (!progress.done(++done, keys.size())) {
                    break;
                }
            }
        }
        return new TierCheck(done, damaged);
    }

    private boolean sound(BlockKey key, MemorySegment target) {
        Optional<SlotMap.Held> held = map.hold(key);
        if (held.isEmpty()) {
            return true;
        }
        try {
            if (open(held.get().slot(), key, target).isPresent()) {
                return true;
            }
            if (drop(key)) {
                counters.corrupted(OTHER_BYTES);
            }
            return false;
        } finally {
            letGo(held.get());
        }
    }

    @Override
    public Optional<String> closed() {
        return door.closed();
    }

    @Override
    public TierStats stats() {
        long entries = map.size();
        return counters.stats(
                entries, entries * strideBytes, file.slots() * strideBytes, map.pinned(), room.foreignBytes());
    }

    @Override
    public void close() {
        writing.lock();
        try (memory) {
            try {
                index.close();
            } finally {
                file.close();
                room.leave(own);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("warm tier not closed", e);
        } finally {
            writing.unlock();
        }
    }
}
