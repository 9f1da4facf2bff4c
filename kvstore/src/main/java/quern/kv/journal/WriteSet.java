package quern.kv.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes that {@link Catalogue#commit} makes together or not at all, under one forced write. Not thread-safe.
 *
 * <p>A record may appear once.
 */
public final class WriteSet {

    /** Expected version of a record that must not exist yet. */
    static final long ABSENT = 0;
    /** The write does not care what was there before. */
    static final long ANY = -1;

    sealed interface Operation {}

    record Put(RecordRef record, Object value, long expectedVersion) implements Operation {}

    record Delete(RecordRef record, long expectedVersion) implements Operation {}

    record PutEdge(Edge edge) implements Operation {}

    record DeleteEdge(Edge edge) implements Operation {}

    record AppendEvent(String jobId, long atMs, String level, String message, String detailJson)
            implements Operation {}

    record DeleteEvents(String jobId) implements Operation {}

    private final List<Operation> operations = new ArrayList<>();

    /** Stores a record, whatever was there before. */
    public WriteSet put(RecordKind kind, String id, Object value) {
        return add(new Put(record(kind, id), value, ANY));
    }

    /** Stores a record that must not exist yet. */
    public WriteSet create(RecordKind kind, String id, Object value) {
        return add(new Put(record(kind, id), value, ABSENT));
    }

    /** Replaces the record if it still has this version. */
    public WriteSet replace(RecordKind kind, String id, long expectedVersion, Object value) {
        if (expectedVersion < 1) {
            throw new IllegalArgumentException("version " + expectedVersion + ", expected at least 1");
        }
        return add(new Put(record(kind, id), value, expectedVersion));
    }

    /** Removes a record; its lineage edges stay, they are history. */
    public WriteSet delete(RecordKind kind, String id) {
        return add(new Delete(record(kind, id), ANY));
    }

    public WriteSet edge(Edge edge) {
        return add(new PutEdge(edge));
    }

    public WriteSet deleteEdge(Edge edge) {
        return add(new DeleteEdge(edge));
    }

    /** Appends to a job's events; the oldest beyond the catalogue's limit go. */
    public WriteSet event(String jobId, long atMs, String level, String message, String detailJson) {
        return add(new AppendEvent(RecordKeys.requireId(jobId), atMs, level, message, detailJson));
    }

    public WriteSet deleteEvents(String jobId) {
        return add(new DeleteEvents(RecordKeys.requireId(jobId)));
    }

    /** Adds all changes of another set, which stays as it is. */
    public WriteSet and(WriteSet other) {
        operations.addAll(other.operations);
        return this;
    }

    public boolean isEmpty() {
        return operations.isEmpty();
    }

    List<Operation> operations() {
        return operations;
    }

    private WriteSet add(Operation operation) {
        operations.add(operation);
        return this;
    }

    private static RecordRef record(RecordKind kind, String id) {
        return new RecordRef(kind, RecordKeys.requireId(id));
    }
}
