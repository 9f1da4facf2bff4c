package quern.kv.journal;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The documents that no run may use, in memory and in the catalogue, which is written first: what was answered
 * survives a kill. It outlives the document, so that one that was removed is in quarantine when it is sent again, and
 * what was made of it stays tainted. Thread-safe; changes block on the disk.
 */
public final class Quarantine {

    private final Catalogue catalogue;
    private final Map<String, QuarantineRecord> records = new ConcurrentHashMap<>();
    private final AtomicLong decisions = new AtomicLong();

    private Quarantine(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    public static Quarantine open(Catalogue catalogue) {
        Quarantine quarantine = new Quarantine(catalogue);
        catalogue.all(RecordKind.QUARANTINE, QuarantineRecord.class)
                .forEach(record -> quarantine.records.put(record.documentId(), record));
        return quarantine;
    }

    public boolean contains(String documentId) {
        return records.containsKey(documentId);
    }

    public Optional<QuarantineRecord> find(String documentId) {
        return Optional.ofNullable(records.get(documentId));
    }

    public int size() {
        return records.size();
    }

    /** All of them, in no order. */
    public Collection<QuarantineRecord> all() {
        return List.copyOf(records.values());
    }

    /** Grows each time somebody decides about a document; not where one is held on arrival. */
    public long decisions() {
        return decisions.get();
    }

    /** Puts documents into quarantine, whatever they were before, with one force to disk. */
    public synchronized void add(Collection<QuarantineRecord> added) {
        WriteSet changes = new WriteSet();
        added.forEach(record -> changes.put(RecordKind.QUARANTINE, record.documentId(), record));
        catalogue.commit(changes);
        for (QuarantineRecord record : added) {
            records.put(record.documentId(), record);
            decisions.addAndGet(record.held() ? 0 : 1);
        }
    }

    /** Lets documents out. @return how many of them were in quarantine */
    public synchronized int release(Collection<String> documentIds) {
        List<String> released = documentIds.stream().filter(records::containsKey).distinct().toList();
        WriteSet changes = new WriteSet();
        released.forEach(id -> changes.delete(RecordKind.QUARANTINE, id));
        catalogue.commit(changes);
        released.forEach(records::remove);
        decisions.addAndGet(released.size());
        return released.size();
    }
}
