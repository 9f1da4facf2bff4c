package quern.kv.journal;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whose a record is. Only the owner's key and administrators see it.
 *
 * @param ownerKeyId id of the key that made it
 * @param labels sorted; a derived record has every label of everything it was made from
 */
public record Ownership(String ownerKeyId, SortedSet<String> labels) {

    /** The owner while {@code auth = off}, and of what the command line makes without a server. */
    public static final String LOCAL = "local";

    public Ownership {
        RecordKeys.requireId(ownerKeyId);
        labels = Collections.unmodifiableSortedSet(new TreeSet<>(labels));
    }

    @JsonCreator
    static Ownership stored(
            @JsonProperty("ownerKeyId") String ownerKeyId, @JsonProperty("labels") Set<String> labels) {
        return of(ownerKeyId, labels);
    }

    public static Ownership of(String ownerKeyId, Set<String> labels) {
        return new Ownership(ownerKeyId, new TreeSet<>(labels));
    }

    /** What {@code ownerKeyId} derives from {@code sources}: its own, with the union of their labels. */
    public static Ownership union(String ownerKeyId, Collection<Ownership> sources) {
        TreeSet<String> labels = new TreeSet<>();
        sources.forEach(source -> labels.addAll(source.labels));
        return new Ownership(ownerKeyId, labels);
    }

    /** This ownership with the labels of {@code source} added. */
    public Ownership union(Ownership source) {
        TreeSet<String> both = new TreeSet<>(labels);
        both.addAll(source.labels);
        return new Ownership(ownerKeyId, both);
    }

    public boolean visibleTo(String keyId, boolean admin) {
        return admin || ownerKeyId.equals(keyId);
    }
}
