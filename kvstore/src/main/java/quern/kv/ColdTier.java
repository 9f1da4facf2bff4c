package quern.kv;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.QuernException;

/**
 * The cold tier: blocks as blob-file values of a RocksDB without a log. What was not flushed when the process died is
 * forgotten. The block used longest ago goes first: each block has a use number, stored in both directions.
 */
final class ColdTier implements KvTier {

    private static final Logger LOG = LoggerFactory.getLogger(ColdTier.class);

    private final BlockRocks rocks;
    private final BlockImage image;
    private final long capacityBytes;
    private final java.lang.foreign.Arena memory = java.lang.foreign.Arena.ofShared();
    private final ByteBuffer staging;
    private final ReentrantLock lock = new ReentrantLock();
    private final TierCounters counters = new TierCounters();
    private long entries;
    private long bytes;
    private long lastUse;
    private long oldestUse;

    private ColdTier(BlockRocks rocks, BlockImage image, long capacityBytes) throws RocksDBException {
        this.rocks = rocks;
        this.image = image;
        this.capacityBytes = capacityBytes;
        staging = memory.allocate(image.bytes()).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        rocks.forEachUse((use, blockBytes) -> {
            lastUse = Math.max(lastUse, use);
            entries++;
            bytes += blockBytes;
        });
    }

    /** @throws QuernException ERROR if the capacity holds no block */
    static ColdTier open(Path directory, BlockImage image, long capacityBytes) throws IOException {
        if (capacityBytes < image.bytes() || image.bytes() > Integer.MAX_VALUE) {
            throw new QuernException(
                    QuernException.Category.ERROR,
                    "kv.cold of " + capacityBytes + " bytes, blocks of " + image.bytes()
                            + " bytes: expected room for one, and blocks below 2 GiB");
        }
        Files.createDirectories(directory);
        try {
            BlockRocks rocks = BlockRocks.open(directory);
            try {
                return new ColdTier(rocks, image, capacityBytes);
            } catch (RocksDBException | RuntimeException e) {
                rocks.close();
                throw e;
            }
        } catch (RocksDBException e) {
            throw new IOException("cold tier " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean contains(BlockKey key) {
        try {
            return rocks.contains(key);
        } catch (RocksDBException e) {
            return false;
        }
    }

    @Override
    public boolean read(BlockKey key, int[] tokens, MemorySegment target) {
        lock.lock();
        try {
            BlockRocks.Use use = rocks.use(key);
            if (use == null) {
                counters.misses.increment();
                return false;
            }
            if (match(key, tokens, target) != BlockImage.Match.EQUAL) {
                counters.misses.increment();
                counters.corruptions.increment();
                LOG.warn("cold tier: a block has other bytes or tokens than its key says; dropped");
                drop(key, use);
                return false;
            }
            counters.hits.increment();
            rocks.touch(key, use, ++lastUse);
            return true;
        } catch (RocksDBException e) {
            counters.misses.increment();
            LOG.warn("cold tier: not read: {}", e.getMessage());
            return false;
        } finally {
            lock.unlock();
        }
    }

    private BlockImage.Match match(BlockKey key, int[] tokens, MemorySegment target) {
        try {
            if (!rocks.get(key, staging.clear())) {
                return BlockImage.Match.DAMAGED;
            }
            return image.open(header(), MemorySegment.ofBuffer(block()), target, key, tokens);
        } catch (RocksDBException e) {
            LOG.warn("cold tier: block unreadable: {}", e.getMessage());
            return BlockImage.Match.DAMAGED;
        }
    }

    private ByteBuffer header() {
        return staging.slice(0, image.headerBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer block() {
        return staging.slice(image.headerBytes(), (int) image.blockBytes());
    }

    @Override
    public boolean write(BlockKey key, int[] tokens, MemorySegment source) {
        lock.lock();
        try {
            if (rocks.contains(key)) {
                return false;
            }
            while (entries > 0 && bytes + image.bytes() > capacityBytes) {
                evictOne();
            }
            BlockImage.Sealed sealed = image.seal(key, tokens, source);
            staging.clear().put(sealed.header()).put(sealed.bytes().asByteBuffer()).flip();
            rocks.put(key, new BlockRocks.Use(++lastUse, image.bytes()), staging);
            entries++;
            bytes += image.bytes();
            return true;
        } catch (RocksDBException e) {
            counters.skipped.increment();
            LOG.warn("cold tier: block not written: {}", e.getMessage());
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void evictOne() throws RocksDBException {
        BlockRocks.Oldest oldest = rocks.oldest(oldestUse);
        if (oldest == null) {
            entries = 0;
            bytes = 0;
            return;
        }
        oldestUse = oldest.use().number();
        drop(oldest.key(), oldest.use());
        counters.evictions.increment();
    }

    private void drop(BlockKey key, BlockRocks.Use use) throws RocksDBException {
        rocks.delete(key, use);
        entries--;
        bytes -= use.blockBytes();
    }

    @Override
    public TierStats stats() {
        lock.lock();
        try {
            return counters.stats(entries, bytes, capacityBytes);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try (memory) {
            rocks.close();
        } finally {
            lock.unlock();
        }
    }
}
