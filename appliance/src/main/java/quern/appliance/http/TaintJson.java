package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import quern.kv.journal.Lineage;
import quern.kv.journal.Quarantine;
import quern.kv.journal.RecordKind;
import quern.kv.journal.RecordRef;
import quern.kv.journal.Taint;

/** How replies say that something was made of documents in quarantine. */
final class TaintJson {

    private static final int DOCUMENTS_MAX = 100;

    private TaintJson() {}

    /** Names the documents, if there are any; of many the first. */
    static void addDocuments(ObjectNode node, SortedSet<String> documents) {
        if (!documents.isEmpty()) {
            documents.stream().limit(DOCUMENTS_MAX).forEach(node.putArray("tainted_by")::add);
        }
    }

    /** What of a record and its lineage is tainted, and which documents of it are in quarantine. */
    static void addLineage(
            ObjectNode body, RecordRef record, Lineage ancestors, Lineage descendants, Taint taint,
            Quarantine quarantine) {
        ArrayNode tainted = body.putArray("tainted");
        ArrayNode quarantined = body.putArray("quarantined");
        var all = new TreeSet<RecordRef>(java.util.Comparator.comparing(RecordRef::kind).thenComparing(RecordRef::id));
        all.add(record);
        all.addAll(ancestors.records());
        all.addAll(descendants.records());
        for (RecordRef each : all) {
            boolean isTainted = each.kind() == RecordKind.DATASET && !taint.ofDataset(each.id()).isEmpty()
                    || each.kind() == RecordKind.ADAPTER && !taint.ofAdapter(each.id()).isEmpty();
            if (isTainted) {
                tainted.addObject().put("kind", each.kind().name().toLowerCase(Locale.ROOT)).put("id", each.id());
            } else if (each.kind() == RecordKind.DOCUMENT && quarantine.contains(each.id())) {
                quarantined.add(each.id());
            }
        }
    }

    /** @throws ApiError 409 where documents taint what is to be used, unless that is allowed */
    static void refuse(String what, SortedSet<String> documents, boolean allowed) {
        if (!allowed && !documents.isEmpty()) {
            throw ApiError.of(409, "tainted", what + " is tainted: it was made of " + (documents.size() == 1
                    ? "document " + documents.first() + ", which is" : documents.size() + " documents, which are")
                    + " in quarantine; 'allow_tainted' (--allow-tainted) uses it all the same");
        }
    }
}
