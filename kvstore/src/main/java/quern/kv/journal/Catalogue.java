package quern.kv.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import quern.config.QuernException;
import quern.kv.vault.Vault;

/**
 * Everything that was acknowledged, in one synced RocksDB: records by kind and id, lineage edges in both directions,
 * and the events of jobs. {@link #commit} returns after its changes are on disk. Thread-safe; calls block on the disk.
 *
 * <p>Failures: {@link CatalogueDamaged} when stored bytes cannot be trusted, RETRYABLE when the disk is full.
 */
public final class Catalogue implements AutoCloseable {

    private static final int PAGE = 256;

    private final SyncedRocks rocks;
    private final int eventsPerJobMax;
    private final RecordJson json;
    private final ReentrantLock writer = new ReentrantLock();

    private Catalogue(SyncedRocks rocks, int eventsPerJobMax, Vault vault) {
        this.rocks = rocks;
        this.json = new RecordJson(vault);
        this.eventsPerJobMax = eventsPerJobMax;
    }

    /**
     * @param path a directory of the catalogue's own, made if need be
     * @param eventsPerJobMax events kept for one job; the oldest go first
     */
    public static Catalogue open(Path path, int eventsPerJobMax) {
        return open(path, eventsPerJobMax, Vault.none());
    }

    /**
     * The same with values sealed; ids, kinds and roles, which are keys, stay plain.
     *
     * @throws QuernException FATAL if it was sealed by the keys of another vault
     */
    public static Catalogue open(Path path, int eventsPerJobMax, Vault vault) {
        if (eventsPerJobMax < 1) {
            throw new IllegalArgumentException("events per job " + eventsPerJobMax + ", expected at least 1");
        }
        var mark = new VaultMark(path);
        mark.require(vault);
        SyncedRocks rocks = SyncedRocks.open(path);
        mark.leave(vault);
        return new Catalogue(rocks, eventsPerJobMax, vault);
    }

    public <T> Optional<T> get(RecordKind kind, String id, Class<T> type) {
        return getVersioned(kind, id, type).map(Versioned::value);
    }

    public <T> Optional<Versioned<T>> getVersioned(RecordKind kind, String id, Class<T> type) {
        byte[] key = RecordKeys.record(kind, RecordKeys.requireId(id));
        byte[] stored = rocks.get(key);
        return stored == null
                ? Optional.empty()
                : Optional.of(new Versioned<>(
                        json.read(key, stored, kind + " " + id, type), RecordJson.version(stored)));
    }

    public boolean contains(RecordKind kind, String id) {
        return rocks.get(RecordKeys.record(kind, RecordKeys.requireId(id))) != null;
    }

    /** Up to {@code limit} records in id order after {@code afterId} (empty: from the first). */
    public <T> List<T> list(RecordKind kind, String afterId, int limit, Class<T> type) {
        byte[] prefix = RecordKeys.records(kind);
        byte[] seek = afterId.isEmpty() ? prefix : successor(RecordKeys.record(kind, afterId));
        return records(rocks.scan(prefix, seek, limit), type);
    }

    /** Up to {@code limit} records in descending id order before {@code beforeId} (empty: from the last). */
    public <T> List<T> listDescending(RecordKind kind, String beforeId, int limit, Class<T> type) {
        byte[] prefix = RecordKeys.records(kind);
        byte[] end = beforeId.isEmpty() ? RecordKeys.endOf(prefix) : RecordKeys.record(kind, beforeId);
        return records(rocks.scanDown(prefix, end, limit), type);
    }

    /** Every record of a kind in id order, read page by page while it is iterated. */
    public <T> Iterable<T> all(RecordKind kind, Class<T> type) {
        return pages(RecordKeys.records(kind), entry -> record(entry, type));
    }

    private <T> List<T> records(List<SyncedRocks.Entry> entries, Class<T> type) {
        List<T> records = new ArrayList<>(entries.size());
        entries.forEach(entry -> records.add(record(entry, type)));
        return records;
    }

    private <T> T record(SyncedRocks.Entry entry, Class<T> type) {
        return json.read(entry.key(), entry.value(), RecordKeys.idOf(entry.key()), type);
    }

    /** Edges to what was made from this record, by role. */
    public Iterable<Edge> edgesFrom(RecordKind kind, String id) {
        return edges(true, new RecordRef(kind, id));
    }

    /** Edges from what this record was made of, by role. */
    public Iterable<Edge> edgesTo(RecordKind kind, String id) {
        return edges(false, new RecordRef(kind, id));
    }

    Iterable<Edge> edges(boolean from, RecordRef record) {
        return pages(
                RecordKeys.edges(from, record),
                entry -> RecordKeys.edge(entry.key(), json.readText(entry.key(), entry.value())));
    }

    /** Everything this record was made of, directly or not, walking at most {@code edgesMax} edges. */
    public Lineage ancestors(RecordKind kind, String id, int edgesMax) {
        return LineageWalk.walk(this, false, new RecordRef(kind, id), edgesMax);
    }

    /** Everything that was made of this record, directly or not, walking at most {@code edgesMax} edges. */
    public Lineage descendants(RecordKind kind, String id, int edgesMax) {
        return LineageWalk.walk(this, true, new RecordRef(kind, id), edgesMax);
    }

    /** Up to {@code limit} events of a job whose sequence is greater than {@code afterSequence} (0: all kept). */
    public List<JobEvent> events(String jobId, long afterSequence, int limit) {
        byte[] prefix = RecordKeys.events(jobId);
        List<JobEvent> events = new ArrayList<>();
        for (SyncedRocks.Entry entry : rocks.scan(prefix, RecordKeys.event(jobId, afterSequence + 1), limit)) {
            events.add(json.read(entry.key(), entry.value(), "event of " + jobId, JobEvent.class));
        }
        return events;
    }

    /** The newest events of a job, newest first. */
    public List<JobEvent> newestEvents(String jobId, int limit) {
        byte[] prefix = RecordKeys.events(jobId);
        List<JobEvent> events = new ArrayList<>();
        for (SyncedRocks.Entry entry : rocks.scanDown(prefix, RecordKeys.endOf(prefix), limit)) {
            events.add(json.read(entry.key(), entry.value(), "event of " + jobId, JobEvent.class));
        }
        return events;
    }

    private <T> Iterable<T> pages(byte[] prefix, Function<SyncedRocks.Entry, T> read) {
        return () -> new PagedIterator<>(
                seek -> rocks.scan(prefix, seek == null ? prefix : successor(seek), PAGE), read);
    }

    private static byte[] successor(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /**
     * Makes all changes or none, and returns when they are on disk.
     *
     * @throws VersionConflict if a record is not in the version a change expects; nothing was stored then
     */
    public void commit(WriteSet changes) {
        writer.lock();
        try (WriteBatch batch = new WriteBatch()) {
            Map<String, Long> lastSequences = new HashMap<>();
            for (WriteSet.Operation operation : changes.operations()) {
                apply(batch, operation, lastSequences);
            }
            if (batch.count() > 0) {
                rocks.write(batch);
            }
        } catch (RocksDBException e) {
            throw new QuernException(QuernException.Category.FATAL, "write set cannot be built: " + e.getMessage(), e);
        } finally {
            writer.unlock();
        }
    }

    /**
     * Replaces a record by what {@code change} makes of it, as one step.
     *
     * @return the stored successor; empty when there is no such record
     */
    public <T> Optional<T> update(RecordKind kind, String id, Class<T> type, UnaryOperator<T> change) {
        writer.lock();
        try {
            Optional<Versioned<T>> found = getVersioned(kind, id, type);
            Optional<T> next = found.map(record -> change.apply(record.value()));
            next.ifPresent(value -> commit(new WriteSet().replace(kind, id, found.get().version(), value)));
            return next;
        } finally {
            writer.unlock();
        }
    }

    private void apply(WriteBatch batch, WriteSet.Operation operation, Map<String, Long> lastSequences)
            throws RocksDBException {
        switch (operation) {
            case WriteSet.Put put -> {
                long version = checkedVersion(put.record(), put.expectedVersion());
                byte[] key = key(put.record());
                batch.put(key, json.write(key, version + 1, put.value()));
            }
            case WriteSet.Delete delete -> {
                checkedVersion(delete.record(), delete.expectedVersion());
                batch.delete(key(delete.record()));
            }
            case WriteSet.PutEdge put -> {
                for (byte[] key : List.of(RecordKeys.edgeFrom(put.edge()), RecordKeys.edgeTo(put.edge()))) {
                    batch.put(key, json.writeText(key, put.edge().detailJson()));
                }
            }
            case WriteSet.DeleteEdge delete -> {
                batch.delete(RecordKeys.edgeFrom(delete.edge()));
                batch.delete(RecordKeys.edgeTo(delete.edge()));
            }
            case WriteSet.AppendEvent event -> append(batch, event, lastSequences);
            case WriteSet.DeleteEvents delete -> {
                byte[] prefix = RecordKeys.events(delete.jobId());
                batch.deleteRange(prefix, RecordKeys.endOf(prefix));
            }
        }
    }

    private static byte[] key(RecordRef record) {
        return RecordKeys.record(record.kind(), record.id());
    }

    private long checkedVersion(RecordRef record, long expected) {
        byte[] stored = rocks.get(key(record));
        long found = stored == null ? WriteSet.ABSENT : RecordJson.version(stored);
        if (expected != WriteSet.ANY && expected != found) {
            throw new VersionConflict(record, expected, found);
        }
        return found;
    }

    private void append(WriteBatch batch, WriteSet.AppendEvent event, Map<String, Long> lastSequences)
            throws RocksDBException {
        long sequence = lastSequences.computeIfAbsent(event.jobId(), this::lastSequence) + 1;
        lastSequences.put(event.jobId(), sequence);
        JobEvent stored = new JobEvent(sequence, event.atMs(), event.level(), event.message(), event.detailJson());
        byte[] key = RecordKeys.event(event.jobId(), sequence);
        batch.put(key, json.write(key, 1, stored));
        if (sequence > eventsPerJobMax) {
            batch.delete(RecordKeys.event(event.jobId(), sequence - eventsPerJobMax));
        }
    }

    private long lastSequence(String jobId) {
        byte[] prefix = RecordKeys.events(jobId);
        List<SyncedRocks.Entry> last = rocks.scanDown(prefix, RecordKeys.endOf(prefix), 1);
        return last.isEmpty() ? 0 : RecordKeys.sequenceOf(last.getFirst().key());
    }

    /**
     * Writes everything anew, so that no file holds what was deleted or replaced before. Blocks on the disk.
     *
     * @throws QuernException RETRYABLE if the disk is full
     */
    public void rewrite() {
        rocks.rewrite();
    }

    /** Reads every stored byte and compares checksums; @throws CatalogueDamaged at the first that differs. */
    public void verify() {
        rocks.verify();
    }

    @Override
    public void close() {
        rocks.close();
    }
}
