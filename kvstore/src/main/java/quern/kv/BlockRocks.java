package quern.kv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.MutableColumnFamilyOptions;
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
 * The cold tier's RocksDB, without a log: what was not flushed when the process dies is gone, all rows of a block
 * together. Rows: {@code h} + key → header, {@code u} + key → number of its last use and stored bytes, {@code c} +
 * root (8) + head (8) + depth (4) + key → the block's bytes, in a blob file; so blocks of one conversation lie beside
 * each other. Thread-safe but for the closing and the putting, which are for one thread at a time.
 *
 * <p>RocksDB's collection of garbage in blob files moves live blocks with every compaction, several times each on a
 * busy tier; so it is on only while more than a quarter of the files is garbage. A block's bytes carry a checksum or a
 * tag of their own, so RocksDB's, which costs eight times what the rest of a read does, is verified for headers only.
 */
final class BlockRocks {

    private static final Logger LOG = LoggerFactory.getLogger(BlockRocks.class);

    private static final byte BLOCK = 'c';
    private static final byte HEADER = 'h';
    private static final byte USE = 'u';
    /** Rows of the first version: block, use and queue. */
    private static final byte[] OLD_TAGS = {'b', 'i', 'q'};

    private static final long CACHE_BYTES = 8L << 20;
    private static final long WRITE_BUFFER_BYTES_MAX = 32L << 20;
    private static final long WRITE_BUFFER_BYTES_MIN = 8L << 20;
    private static final int WRITE_BUFFERS_PER_TIER = 32;
    /** Compactions move keys, headers and uses only, so they are cheap, and the sooner deleted blocks are counted. */
    private static final int FLUSHES_PER_COMPACTION = 2;
    private static final long BLOB_BYTES_MIN = 1024;
    /** All of a flush in one file: each is forced to disk by itself. */
    private static final long BLOB_FILE_BYTES = WRITE_BUFFER_BYTES_MAX;
    /** The disk begins while a file is written, so that less is left to wait for when it is forced. */
    private static final long UNSYNCED_BYTES_MAX = 1L << 20;
    private static final int OPEN_FILES_MAX = 256;
    /** From this share of deleted blocks on blob files are written anew without them, until few are left. */
    private static final double GARBAGE_SHARE_MAX = 0.25;
    private static final double GARBAGE_SHARE_MIN = 0.05;
    /** What waits for its first compaction is no garbage yet. */
    private static final long GARBAGE_SLACK_BYTES = 2 * WRITE_BUFFER_BYTES_MAX;
    private static final int PUTS_PER_LOOK = 16;

    private final LRUCache cache;
    private final Options options;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final ReadOptions checked = new ReadOptions().setVerifyChecksums(true);
    private final ReadOptions unchecked = new ReadOptions().setVerifyChecksums(false);
    private final RocksDB rocks;
    private boolean collecting;
    private int puts;

    /**
     * What a row says about a block.
     *
     * @param layout fingerprint of what the bytes mean
     * @param use number of its last use, growing with each use of any block
     * @param bytes stored size, header and block
     */
    record Row(BlockKey key, long layout, long use, long bytes) {}

    /** When a block was used last. @param bytes stored size, header and block */
    record Use(BlockKey key, long use, long bytes) {}

    private BlockRocks(LRUCache cache, Options options, RocksDB rocks) {
        this.cache = cache;
        this.options = options;
        this.rocks = rocks;
    }

    /** @param capacityBytes of the tier: a small one does not keep all it has in memory */
    static BlockRocks open(Path directory, long capacityBytes) throws RocksDBException, IOException {
        NativeRocks.load(Files.createDirectories(directory));
        LRUCache cache = new LRUCache(CACHE_BYTES);
        Options options = new Options()
                .setCreateIfMissing(true)
                .setEnableBlobFiles(true)
                .setMinBlobSize(BLOB_BYTES_MIN)
                .setBlobFileSize(BLOB_FILE_BYTES)
                .setBytesPerSync(UNSYNCED_BYTES_MAX)
                .setBlobCompressionType(CompressionType.NO_COMPRESSION)
                .setEnableBlobGarbageCollection(false)
                .setBlobGarbageCollectionAgeCutoff(1.0)
                .setBlobGarbageCollectionForceThreshold(GARBAGE_SHARE_MAX)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(Math.clamp(capacityBytes / WRITE_BUFFERS_PER_TIER, WRITE_BUFFER_BYTES_MIN,
                        WRITE_BUFFER_BYTES_MAX))
                .setMaxWriteBufferNumber(2)
                .setLevel0FileNumCompactionTrigger(FLUSHES_PER_COMPACTION)
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

    /** The header of a block; null if there is none. */
    ByteBuffer header(BlockKey key) throws RocksDBException {
        byte[] header = rocks.get(checked, name(HEADER, key));
        return header == null || header.length <= BlockImage.FIXED_BYTES
                ? null : ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a block's bytes, for its reader to check.
     *
     * @param key with its place in the chain
     * @param target direct; filled from its position to its limit
     * @return whether there is a block of exactly that size
     */
    boolean get(BlockKey key, ByteBuffer target) throws RocksDBException {
        int expected = target.remaining();
        return rocks.get(unchecked, direct(place(key)), target) == expected;
    }

    /**
     * Stores a block.
     *
     * @param key with its place in the chain
     * @param whole asked when the bytes were copied; if it says no, nothing is stored
     * @return what it said
     */
    boolean put(BlockKey key, ByteBuffer header, ByteBuffer block, BooleanSupplier whole, long use)
            throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(direct(place(key)), block);
            batch.put(name(HEADER, key), header.array());
            putUse(batch, new Use(key, use, header.capacity() + (long) block.capacity()));
            if (!whole.getAsBoolean()) {
                return false;
            }
            rocks.write(unlogged, batch);
            return true;
        }
    }

    /** Notes when blocks were used last. */
    void putUses(List<Use> used) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (Use row : used) {
                putUse(batch, row);
            }
            rocks.write(unlogged, batch);
        }
    }

    private static void putUse(WriteBatch batch, Use row) throws RocksDBException {
        batch.put(
                name(USE, row.key()),
                ByteBuffer.allocate(2 * Long.BYTES).putLong(row.use()).putLong(row.bytes()).array());
    }

    /** @param key with its place in the chain */
    void delete(BlockKey key) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            batch.delete(name(HEADER, key));
            batch.delete(name(USE, key));
            batch.delete(place(key));
            rocks.write(unlogged, batch);
        }
    }

    /** Every block, with its place in the chain. */
    List<Row> rows() throws RocksDBException {
        List<Row> rows = new ArrayList<>();
        try (Slice endOfHeaders = new Slice(new byte[] {HEADER + 1});
                Slice endOfUses = new Slice(new byte[] {USE + 1});
                ReadOptions inHeaders = new ReadOptions().setIterateUpperBound(endOfHeaders);
                ReadOptions inUses = new ReadOptions().setIterateUpperBound(endOfUses);
                RocksIterator headers = rocks.newIterator(inHeaders);
                RocksIterator uses = rocks.newIterator(inUses)) {
            uses.seek(new byte[] {USE});
            for (headers.seek(new byte[] {HEADER}); headers.isValid(); headers.next()) {
                ByteBuffer header = ByteBuffer.wrap(headers.value()).order(ByteOrder.LITTLE_ENDIAN);
                byte[] name = headers.key();
                int order = -1;
                while (uses.isValid() && (order = compare(uses.key(), name)) < 0) {
                    uses.next();
                }
                if (uses.isValid() && order == 0 && header.capacity() > BlockImage.FIXED_BYTES) {
                    ByteBuffer use = ByteBuffer.wrap(uses.value());
                    rows.add(new Row(BlockImage.keyOf(header), BlockImage.layoutOf(header), use.getLong(),
                            use.getLong()));
                }
            }
            headers.status();
            uses.status();
        }
        return rows;
    }

    /** Of two rows the names behind their tags. */
    private static int compare(byte[] one, byte[] other) {
        return Arrays.compareUnsigned(one, 1, one.length, other, 1, other.length);
    }

    /** Bytes of blocks that an older version stored. */
    long oldBytes() throws RocksDBException {
        long bytes = 0;
        try (Slice end = new Slice(new byte[] {'q' + 1});
                ReadOptions bounded = new ReadOptions().setIterateUpperBound(end);
                RocksIterator queue = rocks.newIterator(bounded)) {
            for (queue.seek(new byte[] {'q'}); queue.isValid(); queue.next()) {
                byte[] value = queue.value();
                bytes += value.length < Long.BYTES ? 0 : ByteBuffer.wrap(value).getLong();
            }
            queue.status();
        }
        return bytes;
    }

    void deleteOld() throws RocksDBException {
        for (byte tag : OLD_TAGS) {
            rocks.deleteRange(unlogged, new byte[] {tag}, new byte[] {(byte) (tag + 1)});
        }
    }

    /**
     * Lets garbage be collected when there is much of it, in RocksDB's own time.
     *
     * @param liveBytes of all blocks stored
     */
    void tend(long liveBytes) throws RocksDBException {
        if (++puts % PUTS_PER_LOOK != 0) {
            return;
        }
        long bytes = rocks.getLongProperty("rocksdb.total-blob-file-size");
        long garbage = bytes - liveBytes - GARBAGE_SLACK_BYTES;
        boolean wanted = garbage > bytes * (collecting ? GARBAGE_SHARE_MIN : GARBAGE_SHARE_MAX);
        if (wanted != collecting) {
            collect(wanted);
        }
    }

    private void collect(boolean on) throws RocksDBException {
        rocks.setOptions(MutableColumnFamilyOptions.builder().setEnableBlobGarbageCollection(on).build());
        collecting = on;
    }

    /** Writes everything anew without what was deleted, blob files included. */
    void rewrite() throws RocksDBException {
        flush();
        collect(true);
        try (CompactRangeOptions all = new CompactRangeOptions()
                .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForce)) {
            rocks.compactRange(null, null, null, all);
        }
    }

    void flush() throws RocksDBException {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            rocks.flush(wait);
        }
    }

    private static byte[] name(byte tag, BlockKey key) {
        return ByteBuffer.allocate(1 + BlockKey.BYTES).put(tag).put(key.bytes()).array();
    }

    private static byte[] place(BlockKey key) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES + Integer.BYTES + BlockKey.BYTES).put(BLOCK)
                .putLong(key.root().bits(0)).putLong(key.head()).putInt(key.depth()).put(key.bytes()).array();
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** Writes when blocks were used last and all that was not written yet, and closes. */
    void closeWith(List<Use> used) {
        try {
            putUses(used);
            flush();
        } catch (RocksDBException e) {
            LOG.warn("cold tier: not flushed on close: {}", e.getMessage());
        }
        abandon();
    }

    /** Closes without writing what was not written yet. */
    void abandon() {
        rocks.close();
        checked.close();
        unchecked.close();
        unlogged.close();
        options.close();
        cache.close();
    }
}
