package quern.actors.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import quern.config.IngestConfig.QuarantinePolicy;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.ingest.DocumentJournal;
import quern.ingest.JournalCursor;
import quern.kv.journal.Ownership;
import quern.kv.journal.Quarantine;
import quern.kv.journal.QuarantineRecord;

/**
 * Puts arriving documents into quarantine, as {@code ingest.quarantine} says, before the journal stores them: no kill
 * leaves one in the journal that should wait and does not. One thread, the one that appends.
 */
final class Holding {

    private final DocumentJournal journal;
    private final Quarantine quarantine;
    private final QuarantinePolicy policy;
    private final LongSupplier clockMs;
    private final Map<Ownership, Boolean> judged = new HashMap<>();
    private long judgedAt = -1;

    Holding(DocumentJournal journal, Quarantine quarantine, QuarantinePolicy policy, LongSupplier clockMs) {
        this.journal = journal;
        this.quarantine = quarantine;
        this.policy = policy;
        this.clockMs = clockMs;
    }

    /** Ids of those that wait from now on; one that the journal has already stays as it is. */
    List<String> hold(List<DocumentJournal.Append> arriving) {
        if (policy == QuarantinePolicy.NONE) {
            return List.of();
        }
        Map<String, QuarantineRecord> held = new HashMap<>();
        for (DocumentJournal.Append append : arriving) {
            String id = append.body().id().hex();
            boolean isNew = journal.find(append.body().id()).isEmpty() && !quarantine.contains(id);
            if (isNew && (policy == QuarantinePolicy.ALL || !isJudged(append.owner()))) {
                String reason = policy == QuarantinePolicy.ALL ? "held on arrival" : "held: first of its source";
                held.putIfAbsent(id,
                        new QuarantineRecord(id, reason, true, append.owner().ownerKeyId(), clockMs.getAsLong()));
            }
        }
        if (!held.isEmpty()) {
            quarantine.add(held.values());
        }
        return List.copyOf(held.keySet());
    }

    /** Forgets those that the journal did not take after all. */
    void settle(List<String> held) {
        List<String> absent = new ArrayList<>();
        for (String id : held) {
            if (journal.find(new DocumentId(id)).isEmpty()) {
                absent.add(id);
            }
        }
        if (!absent.isEmpty()) {
            quarantine.release(absent);
        }
    }

    /** A document that only waited waits no more once it is removed; where somebody judged it, that stays. */
    void removed(DocumentId id) {
        if (quarantine.find(id.hex()).filter(QuarantineRecord::held).isPresent()) {
            settle(List.of(id.hex()));
        }
    }

    /** Whether the journal has a document of the source that somebody let in. */
    private boolean isJudged(Ownership source) {
        long decisions = quarantine.decisions();
        if (judgedAt != decisions) {
            judged.clear();
            judgedAt = decisions;
        }
        return judged.computeIfAbsent(source, this::hasAdmitted);
    }

    private boolean hasAdmitted(Ownership source) {
        JournalCursor cursor = journal.cursor(0);
        for (Document document = cursor.next(); document != null; document = cursor.next()) {
            if (document.owners().contains(source) && !quarantine.contains(document.id().hex())) {
                return true;
            }
        }
        return false;
    }
}
