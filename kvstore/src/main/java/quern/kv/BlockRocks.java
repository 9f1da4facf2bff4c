package quern.kv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cold tier's RocksDB. Keys: {@code b} + block key → header and bytes (in blob files), {@code i} + block key → use,
 * {@code q} + use number → block bytes and block key. Blob files whose blocks were evicted go with the next compaction.
 */
final class BlockRocks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BlockRocks.class);

    private static final byte BLOCK = 'b';
    private static final byte INFO = 'i';
    private static final byte QUEUE = 'q';

    private static final long CACHE_BYTES = 8L << 20;
    private static final long WRITE_BUFFER_BYTES = 8L << 20;
    private static final long BLOB_BYTES_MIN = 1024;
    private static final long BLOB_FILE_BYTES = 16L << 20;
    private static final int OPEN_FILES_MAX = 256;
    private static final double GARBAGE_SHARE_MAX = 0.25;

    private final LRUCache cache;
    private final Options options;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final ReadOptions checked = new ReadOptions().setVerifyChecksums(true);
    private final RocksDB rocks;

    /**
     * @param number grows with each use of any block
     * @param blockBytes stored size of the block
     */
    record Use(long number, long blockBytes) {}

    record Oldest(BlockKey key, Use use) {}

    /** Takes each stored use. */
    @FunctionalInterface
    interface UseConsumer {
        void accept(long number, long blockBytes);
    }

    private BlockRocks(LRUCache cache, Options options, RocksDB rocks) {
        this.cache = cache;
        this.options = options;
        this.rocks = rocks;
    }

    static BlockRocks open(Path directory) throws RocksDBException, IOException {
        NativeRocks.load(Files.createDirectories(directory));
        LRUCache cache = new LRUCache(CACHE_BYTES);
        Options options = new Options()
                .setCreateIfMissing(true)
                .setEnableBlobFiles(true)
                .setMinBlobSize(BLOB_BYTES_MIN)
                .setBlobFileSize(BLOB_FILE_BYTES)
                .setBlobCompressionType(CompressionType.NO_COMPRESSION)
                .setEnableBlobGarbageCollection(true)
                .setBlobGarbageCollectionAgeCutoff(1.0)
                .setBlobGarbageCollectionForceThreshold(GARBAGE_SHARE_MAX)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxWriteBufferNumber(2)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
        try {
            return new BlockRocks(cache, options, RocksDB.open(options, directory.toString()));
        } catch (RocksDBException e) {
            options.close();
            cache.close();
            throw e;
        }
    }

    boolean contains(BlockKey key) throws RocksDBException {
        return rocks.get(checked, name(INFO, key)) != null;
    }

    /** Null if there is no such block. */
    Use use(BlockKey key) throws RocksDBException {
        byte[] stored = rocks.get(checked, name(INFO, key));
        if (stored == null || stored.length != 2 * Long.BYTES) {
            return null;
        }
        ByteBuffer use = ByteBuffer.wrap(stored);
        return new Use(use.getLong(), use.getLong());
    }

    /** Fills {@code target}, which is direct and cleared; false if there is no value of exactly its size. */
    boolean get(BlockKey key, ByteBuffer target) throws RocksDBException {
        byte[] name = name(BLOCK, key);
        ByteBuffer direct = ByteBuffer.allocateDirect(name.length).put(name).flip();
        int expected = target.remaining();
        boolean found = rocks.get(checked, direct, target) == expected;
        target.clear();
        return found;
    }

    void put(BlockKey key, Use use, ByteBuffer value) throws RocksDBException {
        byte[] name = name(BLOCK, key);
        rocks.put(unlogged, ByteBuffer.allocateDirect(name.length).put(name).flip(), value);
        try (WriteBatch batch = new WriteBatch()) {
            putUse(batch, key, use);
            rocks.write(unlogged, batch);
        }
    }

    /** Makes a block the one used last. */
    void touch(BlockKey key, Use old, long number) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            batch.delete(queued(old.number()));
            putUse(batch, key, new Use(number, old.blockBytes()));
            rocks.write(unlogged, batch);
        }
    }

    private static void putUse(WriteBatch batch, BlockKey key, Use use) throws RocksDBException {
        batch.put(
                name(INFO, key),
                ByteBuffer.allocate(2 * Long.BYTES).putLong(use.number()).putLong(use.blockBytes()).array());
        batch.put(
                queued(use.number()),
                ByteBuffer.allocate(Long.BYTES + BlockKey.BYTES).putLong(use.blockBytes()).put(key.bytes()).array());
    }

    void delete(BlockKey key, Use use) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            batch.delete(name(INFO, key));
            batch.delete(queued(use.number()));
            batch.delete(name(BLOCK, key));
            rocks.write(unlogged, batch);
        }
    }

    /**
     * The block used longest ago; null if there is none.
     *
     * @param from no use number below is stored; spares the search through what was deleted there
     */
    Oldest oldest(long from) throws RocksDBException {
        Oldest[] first = new Oldest[1];
        scan(from, 1, (number, blockBytes, key) -> first[0] = new Oldest(key, new Use(number, blockBytes)));
        return first[0];
    }

    void forEachUse(UseConsumer consumer) throws RocksDBException {
        scan(0, Long.MAX_VALUE, (number, blockBytes, key) -> consumer.accept(number, blockBytes));
    }

    @FunctionalInterface
    private interface Row {
        void accept(long number, long blockBytes, BlockKey key);
    }

    private void scan(long from, long limit, Row row) throws RocksDBException {
        try (Slice upper = new Slice(new byte[] {QUEUE + 1});
                ReadOptions bounded = new ReadOptions().setIterateUpperBound(upper);
                RocksIterator iterator = rocks.newIterator(bounded)) {
            long left = limit;
            for (iterator.seek(queued(from)); iterator.isValid() && left > 0; iterator.next(), left--) {
                ByteBuffer value = ByteBuffer.wrap(iterator.value());
                long blockBytes = value.getLong();
                byte[] key = Arrays.copyOfRange(value.array(), Long.BYTES, value.capacity());
                row.accept(ByteBuffer.wrap(iterator.key()).getLong(1), blockBytes, BlockKey.ofBytes(key));
            }
            iterator.status();
        }
    }

    private static byte[] name(byte tag, BlockKey key) {
        return ByteBuffer.allocate(1 + BlockKey.BYTES).put(tag).put(key.bytes()).array();
    }

    private static byte[] queued(long number) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(QUEUE).putLong(number).array();
    }

    @Override
    public void close() {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            rocks.flush(wait);
        } catch (RocksDBException e) {
            LOG.warn("cold tier: not flushed on close: {}", e.getMessage());
        }
        rocks.close();
        checked.close();
        unlogged.close();
        options.close();
        cache.close();
    }
}
