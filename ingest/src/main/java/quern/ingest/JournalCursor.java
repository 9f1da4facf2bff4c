package quern.ingest;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Walks the journal's documents in the order they were first appended. A position is valid in every later process:
 * removal and compaction do not move documents. One thread; the journal may grow meanwhile.
 */
public final class JournalCursor {

    private final ConcurrentSkipListMap<Long, Document> documents;
    private long position;

    JournalCursor(ConcurrentSkipListMap<Long, Document> documents, long position) {
        this.documents = documents;
        this.position = position;
    }

    /** The next document, or null when there is none yet. */
    public Document next() {
        Map.Entry<Long, Document> entry = documents.ceilingEntry(position);
        if (entry == null) {
            return null;
        }
        position = entry.getKey() + 1;
        return entry.getValue();
    }

    /** Where {@link #next} goes on. */
    public long position() {
        return position;
    }

    public void seek(long newPosition) {
        position = newPosition;
    }
}
