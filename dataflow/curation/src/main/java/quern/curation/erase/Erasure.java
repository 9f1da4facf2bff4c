package quern.curation.erase;

import java.util.Set;
import java.util.TreeSet;

/**
 * Documents that are to leave no trace.
 *
 * @param id names it in the tombstones of datasets
 * @param documentIds ids of the documents, as samples name them
 */
public record Erasure(String id, Set<String> documentIds) {

    public Erasure {
        documentIds = Set.copyOf(new TreeSet<>(documentIds));
    }

    boolean isOf(String documentId) {
        return documentIds.contains(documentId);
    }

    /** Whether a sample is of one of them, by its id: the document's, and behind an {@code @} its place there. */
    boolean isOfSample(String sampleId) {
        return isOf(documentOf(sampleId));
    }

    static String documentOf(String sampleId) {
        int at = sampleId.lastIndexOf('@');
        return at < 0 ? sampleId : sampleId.substring(0, at);
    }

    /** Whether a sample was made of one of them, if only in part. */
    boolean isIn(Place place) {
        return isOf(place.document()) || place.documents().stream().anyMatch(this::isOf);
    }
}
