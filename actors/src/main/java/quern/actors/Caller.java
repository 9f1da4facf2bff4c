package quern.actors;

import java.util.Set;
import quern.kv.journal.Ownership;

/**
 * Whoever holds the key a request came with.
 *
 * @param keyId public id of the key, owner of what the request makes
 * @param admin sees everything; others see only what they own
 * @param labels what its records are labelled with
 */
public record Caller(String keyId, boolean admin, Set<String> labels) {

    /** With authentication off, everybody on this machine. */
    public static final Caller LOCAL = new Caller(Ownership.LOCAL, true, Set.of());

    public Caller {
        labels = Set.copyOf(labels);
    }

    /** Whether a record of this owner exists for the caller. */
    public boolean sees(String ownerKeyId) {
        return admin || keyId.equals(ownerKeyId);
    }

    public boolean sees(Ownership ownership) {
        return ownership.visibleTo(keyId, admin);
    }

    /** What a record the caller makes out of nothing of ours carries. */
    public Ownership ownership() {
        return Ownership.of(keyId, labels);
    }
}
