package quern.kv.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import quern.config.QuernException;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.NativeRocks;

/**
 * The catalogue's RocksDB: every write is forced before it returns. A torn last record of the log (never
 * acknowledged) is dropped at open; any other damage refuses to open. Uses are counted against {@link #close}, since
 * native code does not survive a call on a closed database.
 */
final class SyncedRocks implements AutoCloseable {

    /** Written after the first successful open: from then on a missing database is damage, not a fresh start. */
    private static final String CREATED = "CREATED";

    private static final String WRITE = "write";

    private static final int PROBE_BYTES = 8 << 20;
    private static final long CACHE_BYTES = 8L << 20;
    private static final long WRITE_BUFFER_BYTES = 4L << 20;
    private static final long LOG_BYTES_MAX = 16L << 20;
    private static final int OPEN_FILES_MAX = 128;

    private final Path path;
    private final LRUCache cache;
    private final Options options;
    private final WriteOptions synced;
    private final ReentrantReadWriteLock lifetime = new ReentrantReadWriteLock();
    private RocksDB rocks;
    private boolean closed;
    private volatile boolean broken;

    record Entry(byte[] key, byte[] value) {}

    private SyncedRocks(Path path, LRUCache cache, Options options, RocksDB rocks) {
        this.path = path;
        this.cache = cache;
        this.options = options;
        this.synced = new WriteOptions().setSync(true);
        this.rocks = rocks;
    }

    static SyncedRocks open(Path path) {
        try {
            DataDirectory.makeDirectory(path);
            NativeRocks.loadKept(path.toAbsolutePath().resolveSibling("native"));
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.FATAL, "catalogue " + path + " cannot be made: " + e, e);
        }
        boolean created = Files.exists(path.resolve(CREATED));
        LRUCache cache = new LRUCache(CACHE_BYTES);
        Options options = options(cache).setCreateIfMissing(!created);
        try {
            SyncedRocks opened = new SyncedRocks(path, cache, options, RocksDB.open(options, path.toString()));
            if (!created) {
                AtomicFile.write(path.resolve(CREATED), "");
            }
            return opened;
        } catch (RocksDBException e) {
            options.close();
            cache.close();
            throw failure(path, "open", e);
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.FATAL, "catalogue " + path + " cannot be made: " + e, e);
        }
    }

    private static Options options(LRUCache cache) {
        return new Options()
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setParanoidChecks(true)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxWriteBufferNumber(2)
                .setMaxTotalWalSize(LOG_BYTES_MAX)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setMaxBackgroundJobs(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
    }

    /** The value of a key, or null. */
    byte[] get(byte[] key) {
        return use("read", () -> rocks.get(key));
    }

    /**
     * Stores the batch and forces it. After a failed write (a full disk) the database takes no more of them until it
     * was opened again, which the next write does.
     */
    void write(WriteBatch batch) {
        if (broken) {
            reopen();
        }
        use(WRITE, () -> {
            try {
                rocks.write(synced, batch);
            } catch (RocksDBException e) {
                broken = true;
                throw e;
            }
            return null;
        });
    }

    private void reopen() {
        lifetime.writeLock().lock();
        try {
            if (!broken || closed) {
                return;
            }
            probeSpace();
            if (rocks != null) {
                rocks.close();
                rocks = null;
            }
            rocks = RocksDB.open(options, path.toString());
            broken = false;
        } catch (RocksDBException e) {
            throw failure(path, WRITE, e);
        } catch (IOException e) {
            throw new QuernException(
                    QuernException.Category.RETRYABLE, "catalogue " + path + " cannot be written: " + e, e);
        } finally {
            lifetime.writeLock().unlock();
        }
    }

    /** The open database still answers reads: it is given up only when there is room to open it again. */
    private void probeSpace() throws IOException {
        Path probe = path.resolve("probe");
        try (FileChannel channel = FileChannel.open(
                probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            ByteBuffer zeros = ByteBuffer.allocate(PROBE_BYTES);
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
            channel.force(true);
        }
    }

    /** Entries whose key starts with {@code prefix}, from the first key at or after {@code seek} on. */
    List<Entry> scan(byte[] prefix, byte[] seek, int limit) {
        return use("read", () -> {
            List<Entry> entries = new ArrayList<>();
            try (Slice upper = new Slice(RecordKeys.endOf(prefix));
                    ReadOptions bounded = new ReadOptions().setIterateUpperBound(upper);
                    RocksIterator iterator = rocks.newIterator(bounded)) {
                for (iterator.seek(seek); iterator.isValid() && entries.size() < limit; iterator.next()) {
                    entries.add(new Entry(iterator.key(), iterator.value()));
                }
                iterator.status();
            }
            return entries;
        });
    }

    /** As {@link #scan}, downwards from the last key before {@code end}. */
    List<Entry> scanDown(byte[] prefix, byte[] end, int limit) {
        return use("read", () -> {
            List<Entry> entries = new ArrayList<>();
            try (RocksIterator iterator = rocks.newIterator()) {
                iterator.seekForPrev(end);
                if (iterator.isValid() && java.util.Arrays.equals(iterator.key(), end)) {
                    iterator.prev();
                }
                for (; iterator.isValid() && entries.size() < limit; iterator.prev()) {
                    if (!RecordKeys.startsWith(iterator.key(), prefix)) {
                        break;
                    }
                    entries.add(new Entry(iterator.key(), iterator.value()));
                }
                iterator.status();
            }
            return entries;
        });
    }

    /** Writes everything anew without what was deleted or replaced; the logs that held it go. */
    void rewrite() {
        use(WRITE, () -> {
            try (FlushOptions wait = new FlushOptions().setWaitForFlush(true);
                    CompactRangeOptions all = new CompactRangeOptions().setBottommostLevelCompaction(
                            CompactRangeOptions.BottommostLevelCompaction.kForce)) {
                rocks.flush(wait);
                rocks.compactRange(null, null, null, all);
            }
            return null;
        });
    }

    /** Reads everything and compares checksums. */
    void verify() {
        use("verify", () -> {
            rocks.verifyChecksum();
            return null;
        });
    }

    @FunctionalInterface
    private interface Use<T> {
        T run() throws RocksDBException;
    }

    private <T> T use(String what, Use<T> use) {
        lifetime.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("catalogue " + path + " is closed");
            }
            if (rocks == null) {
                throw new QuernException(
                        QuernException.Category.RETRYABLE, "catalogue " + path + " could not be opened again");
            }
            return use.run();
        } catch (RocksDBException e) {
            throw failure(path, what, e);
        } finally {
            lifetime.readLock().unlock();
        }
    }

    private static QuernException failure(Path path, String what, RocksDBException e) {
        Status.Code code = e.getStatus() == null ? Status.Code.Undefined : e.getStatus().getCode();
        String where = path + ": " + what + ": " + e.getMessage();
        return switch (code) {
            case Corruption, InvalidArgument, NotFound -> new CatalogueDamaged(
                    where + "; restore the directory from a copy", e);
            case Busy, TimedOut, TryAgain, Incomplete -> new QuernException(
                    QuernException.Category.RETRYABLE, "catalogue " + where, e);
            default -> new QuernException(
                    what.equals(WRITE) ? QuernException.Category.RETRYABLE : QuernException.Category.FATAL,
                    "catalogue " + where, e);
        };
    }

    @Override
    public void close() {
        lifetime.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                if (rocks != null) {
                    rocks.close();
                }
                synced.close();
                options.close();
                cache.close();
            }
        } finally {
            lifetime.writeLock().unlock();
        }
    }
}
