package quern.ingest;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import quern.kv.journal.Ownership;

/**
 * What the journal knows of a document beside its bytes.
 *
 * @param id hash of the content
 * @param mediaType what it is, by content and name
 * @param name as the sender called it, possibly empty; never used as a path
 * @param bytes length as it arrived, still compressed where it came compressed
 * @param owners everyone who sent it, first sender first; never empty
 * @param receivedAtMs when it was first appended
 * @param position of the document in the journal, growing with each append
 */
public record Document(
        DocumentId id,
        MediaType mediaType,
        String name,
        long bytes,
        List<Ownership> owners,
        long receivedAtMs,
        long position) {

    public Document {
        owners = List.copyOf(owners);
        if (owners.isEmpty()) {
            throw new IllegalArgumentException("document " + id + " without an owner");
        }
    }

    public boolean visibleTo(String keyId, boolean admin) {
        return owners.stream().anyMatch(owner -> owner.visibleTo(keyId, admin));
    }

    /** The labels every owner gave it, together. */
    public SortedSet<String> labels() {
        SortedSet<String> labels = new TreeSet<>();
        owners.forEach(owner -> labels.addAll(owner.labels()));
        return labels;
    }

    Document with(List<Ownership> others) {
        return new Document(id, mediaType, name, bytes, others, receivedAtMs, position);
    }
}
