package quern.kv.journal;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What was made of documents in quarantine, as lineage and quarantine say at this moment; nothing of it is stored. A
 * dataset is tainted where a sample of it comes from such a document, an adapter where its training set is. A dataset
 * made of a tainted one without those samples is not, and one that only dropped the document's samples (an edge of role
 * {@link #READ}) is not. Documents that are merely held taint nothing.
 *
 * @param datasets tainted ones, each with the documents it is tainted by
 * @param adapters the same of adapters
 */
public record Taint(SortedMap<String, SortedSet<String>> datasets, SortedMap<String, SortedSet<String>> adapters) {

    /** Role of an edge from a document to a dataset that has no sample of it, only traces of those it dropped. */
    public static final String READ = "read";

    public static Taint of(Catalogue catalogue, Quarantine quarantine) {
        SortedMap<String, SortedSet<String>> datasets = new TreeMap<>();
        SortedMap<String, SortedSet<String>> adapters = new TreeMap<>();
        for (QuarantineRecord record : quarantine.all()) {
            if (!record.held()) {
                madeOf(catalogue, RecordKind.DOCUMENT, record.documentId(), RecordKind.DATASET)
                        .forEach(id -> datasets.computeIfAbsent(id, _ -> new TreeSet<>()).add(record.documentId()));
            }
        }
        datasets.forEach((dataset, documents) ->
                madeOf(catalogue, RecordKind.DATASET, dataset, RecordKind.ADAPTER)
                        .forEach(id -> adapters.computeIfAbsent(id, _ -> new TreeSet<>()).addAll(documents)));
        return new Taint(datasets, adapters);
    }

    /** Ids of what was made of a record in one step, of a kind; not what only read it. */
    public static SortedSet<String> madeOf(Catalogue catalogue, RecordKind from, String id, RecordKind made) {
        SortedSet<String> ids = new TreeSet<>();
        for (Edge edge : catalogue.edgesFrom(from, id)) {
            if (edge.toKind() == made && !edge.role().equals(READ)) {
                ids.add(edge.toId());
            }
        }
        return ids;
    }

    /** Ids of datasets that have no sample of a document, only traces of those they dropped. */
    public static SortedSet<String> readBy(Catalogue catalogue, String documentId) {
        SortedSet<String> ids = new TreeSet<>();
        for (Edge edge : catalogue.edgesFrom(RecordKind.DOCUMENT, documentId)) {
            if (edge.toKind() == RecordKind.DATASET && edge.role().equals(READ)) {
                ids.add(edge.toId());
            }
        }
        ids.removeAll(madeOf(catalogue, RecordKind.DOCUMENT, documentId, RecordKind.DATASET));
        return ids;
    }

    /** Documents by which a dataset is tainted; empty where it is not. */
    public SortedSet<String> ofDataset(String id) {
        return of(datasets, id);
    }

    /** Documents by which an adapter is tainted; empty where it is not. */
    public SortedSet<String> ofAdapter(String id) {
        return of(adapters, id);
    }

    private static SortedSet<String> of(Map<String, SortedSet<String>> tainted, String id) {
        return tainted.getOrDefault(id, Collections.emptySortedSet());
    }
}
