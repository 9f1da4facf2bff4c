package quern.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;

/**
 * What all cold tiers of a process share: blocks of every layout in one RocksDB, found and valued by an index in
 * memory. What was not flushed when the process died is forgotten. Reads run beside each other and beside the one
 * writer. The methods are those of {@link KvTier}, with the layout and seal of whoever asks.
 */
final class ColdStore {

    private static final Logger LOG = LoggerFactory.getLogger(ColdStore.class);
    private static final String OTHER_BYTES = "a block has other bytes than its key says";
    private static final int USES_MAX = 4096;

    private final Path directory;
    private final RecomputeCosts costs;
    private final long capacityBytes;
    private final TierDoor door;
    private final TierCounters counters = new TierCounters("cold");
    private final java.lang.foreign.Arena memory = java.lang.foreign.Arena.ofShared();
    /** For sealed bytes on the heap; grows to the largest block. */
    private MemorySegment staging = MemorySegment.NULL;
    /** Read: the database is used. Write: it is closed or opened anew. */
    private final ReentrantReadWriteLock lifetime = new ReentrantReadWriteLock();
    /** One writer; never taken by a look-up. */
    private final Object writing = new Object();
    /** Null while it could not be opened anew; the index is empty then. */
    private BlockRocks rocks;
    private volatile ColdIndex index;

    private ColdStore(Path directory, TierPlan plan) throws IOException {
        this.directory = directory;
        costs = plan.costs();
        capacityBytes = plan.config().cold().bytes();
        door = new TierDoor("cold", directory, plan.nanoClock());
        open();
    }

    /** @throws TierDamaged if the database's files are not what they were */
    static ColdStore open(Path directory, TierPlan plan) throws IOException {
        OwnerOnly.createDirectories(directory);
        return new ColdStore(directory, plan);
    }

    private void open() throws IOException {
        try {
            BlockRocks opened = BlockRocks.open(directory, capacityBytes);
            try {
                ColdIndex filled = new ColdIndex(costs, opened.oldBytes());
                List<BlockRocks.Row> rows = opened.rows();
                rows.sort(Comparator.comparingLong(BlockRocks.Row::use));
                rows.forEach(filled::fill);
                index = filled;
                rocks = opened;
            } catch (RocksDBException | RuntimeException e) {
                opened.abandon();
                throw e;
            }
        } catch (RocksDBException e) {
            throw failure("cold tier " + directory + ": " + e.getMessage(), e);
        }
    }

    private static IOException failure(String text, RocksDBException e) {
        Status.Code code = e.getStatus() == null ? Status.Code.Undefined : e.getStatus().getCode();
        return switch (code) {
            case Corruption, InvalidArgument, NotFound, NotSupported -> new TierDamaged(text, e);
            default -> new IOException(text, e);
        };
    }

    boolean contains(BlockKey key) {
        return index.contains(key);
    }

    boolean read(BlockImage image, BlockKey key, int[] tokens, MemorySegment target) {
        if (index.contains(key) && match(image, key, tokens, target) == BlockImage.Match.EQUAL) {
            counters.hits.increment();
            index.use(key);
            return true;
        }
        counters.misses.increment();
        dropIfDamaged(image, key, tokens, target);
        return false;
    }

    private BlockImage.Match match(BlockImage image, BlockKey key, int[] tokens, MemorySegment target) {
        lifetime.readLock().lock();
        try {
            ByteBuffer header = header(key);
            return header != null && rocks.get(image.key(header), target.asByteBuffer())
                    ? image.open(header, target, target, key, tokens) : BlockImage.Match.DAMAGED;
        } catch (RocksDBException e) {
            return BlockImage.Match.DAMAGED;
        } finally {
            lifetime.readLock().unlock();
        }
    }

    private ByteBuffer header(BlockKey key) throws RocksDBException {
        return rocks == null ? null : rocks.header(key);
    }

    /** Looks again, with nobody writing: the block may just have been evicted, or written anew. */
    private void dropIfDamaged(BlockImage image, BlockKey key, int[] tokens, MemorySegment scratch) {
        synchronized (writing) {
            if (!index.contains(key)) {
                return;
            }
            BlockImage.Match match = match(image, key, tokens, scratch);
            if (match != BlockImage.Match.EQUAL && drop(key)) {
                counters.corrupted(match == BlockImage.Match.DAMAGED ? OTHER_BYTES : "a block has other tokens");
            }
        }
    }

    /** @return whether it was here */
    private boolean drop(BlockKey key) {
        synchronized (writing) {
            if (!index.remove(key)) {
                return false;
            }
            deleteRows(key);
            return true;
        }
    }

    private void deleteRows(BlockKey key) {
        lifetime.readLock().lock();
        try {
            ByteBuffer header = header(key);
            if (header != null) {
                rocks.delete(BlockImage.keyOf(header));
            }
        } catch (RocksDBException e) {
            door.failed(e);
        } finally {
            lifetime.readLock().unlock();
        }
    }

    boolean write(BlockImage image, BlockKey key, int[] tokens, BlockSource source) {
        synchronized (writing) {
            if (contains(key)) {
                return false;
            }
            if (!door.open(this::reopen) || !makeRoom(image.bytes())) {
                counters.skipped.increment();
                return false;
            }
            BlockImage.Sealed sealed = image.seal(key, tokens, source.bytes());
            lifetime.readLock().lock();
            try {
                if (!rocks.put(key, sealed.header(), direct(sealed.bytes()), source.whole(), index.nextUse())) {
                    return false;
                }
                door.succeeded();
                index.add(key, image.layout(), image.bytes());
                rocks.tend(index.bytes());
                if (index.changedUses() > USES_MAX) {
                    rocks.putUses(index.takeUses());
                }
                return true;
            } catch (RocksDBException e) {
                counters.skipped.increment();
                door.failed(e);
                return false;
            } finally {
                lifetime.readLock().unlock();
            }
        }
    }

    /** RocksDB takes buffers outside the heap only. */
    private ByteBuffer direct(MemorySegment bytes) {
        if (bytes.isNative()) {
            return bytes.asByteBuffer();
        }
        if (staging.byteSize() < bytes.byteSize()) {
            staging = memory.allocate(bytes.byteSize());
        }
        return staging.asSlice(0, bytes.byteSize()).copyFrom(bytes).asByteBuffer();
    }

    private boolean makeRoom(long wantedBytes) {
        if (index.oldBytes() > 0 && index.bytes() + index.oldBytes() + wantedBytes > capacityBytes) {
            lifetime.readLock().lock();
            try {
                rocks.deleteOld();
                LOG.info("cold tier: {} bytes of an older version deleted", index.forgetOld());
            } catch (RocksDBException e) {
                door.failed(e);
                return false;
            } finally {
                lifetime.readLock().unlock();
            }
        }
        while (index.bytes() + wantedBytes > capacityBytes || index.size() >= TierPlan.ENTRIES_MAX) {
            Optional<BlockKey> evicted = index.evict();
            if (evicted.isEmpty()) {
                return false;
            }
            deleteRows(evicted.get());
            counters.evictions.increment();
        }
        return true;
    }

    /** After a failed write RocksDB takes no more of them until it was opened anew; what it had not flushed is lost. */
    private void reopen() throws IOException {
        lifetime.writeLock().lock();
        try {
            ColdIndex before = index;
            if (rocks != null) {
                rocks.abandon();
                rocks = null;
                index = new ColdIndex(costs, 0);
            }
            open();
            index.pinned(before.pinned());
        } finally {
            lifetime.writeLock().unlock();
        }
    }

    boolean pin(BlockKey key, boolean on) {
        return index.pin(key, on);
    }

    void forEachHead(BlockImage image, BiConsumer<BlockKey, Optional<BlockHead>> use) {
        for (BlockKey key : index.keys()) {
            Optional<BlockHead> head;
            lifetime.readLock().lock();
            try {
                head = Optional.ofNullable(header(key)).flatMap(image::headOfAny)
                        .filter(found -> found.key().equals(key));
            } catch (RocksDBException e) {
                head = Optional.empty();
            } finally {
                lifetime.readLock().unlock();
            }
            use.accept(key, head);
        }
    }

    int purge(Predicate<BlockKey> doomed, boolean wipe) {
        synchronized (writing) {
            List<BlockKey> dropped = new ArrayList<>();
            index.keys().stream().filter(doomed).filter(this::drop).forEach(dropped::add);
            if (wipe) {
                staging.fill((byte) 0);
                wipeFiles();
            }
            return dropped.size();
        }
    }

    private void wipeFiles() {
        lifetime.readLock().lock();
        try {
            if (rocks == null) {
                throw new UncheckedIOException(new IOException("cold tier not purged: " + door.closed().orElse("")));
            }
            rocks.deleteOld();
            index.forgetOld();
            rocks.rewrite();
        } catch (RocksDBException e) {
            throw new UncheckedIOException(failure("cold tier not purged: " + e.getMessage(), e));
        } finally {
            lifetime.readLock().unlock();
        }
    }

    TierCheck verify(BlockImage image, TierCheck.Progress progress) {
        List<BlockKey> keys = index.keys();
        long damaged = 0;
        long done = 0;
        try (var scratch = java.lang.foreign.Arena.ofConfined()) {
            MemorySegment target = scratch.allocate(image.blockBytes());
            for (BlockKey key : keys) {
                if (!sound(image, key, target) && drop(key)) {
                    counters.corrupted(OTHER_BYTES);
                    damaged++;
                }
                if (!progress.done(++done, keys.size())) {
                    break;
                }
            }
        }
        return new TierCheck(done, damaged);
    }

    /** Blocks of other layouts are looked at by those who have them. */
    private boolean sound(BlockImage image, BlockKey key, MemorySegment target) {
        lifetime.readLock().lock();
        try {
            ByteBuffer header = header(key);
            return !contains(key) || header != null && (!image.sealed(header)
                    || image.head(header).filter(head -> head.key().equals(key)).isPresent()
                    && rocks.get(image.key(header), target.asByteBuffer()) && image.open(header, target, target));
        } catch (RocksDBException e) {
            return false;
        } finally {
            lifetime.readLock().unlock();
        }
    }

    Optional<String> closed() {
        return door.closed();
    }

    TierStats stats() {
        return index.stats(counters, capacityBytes);
    }

    void close() {
        lifetime.writeLock().lock();
        try (memory) {
            if (rocks != null) {
                rocks.closeWith(index.takeUses());
            }
        } finally {
            lifetime.writeLock().unlock();
        }
    }
}
