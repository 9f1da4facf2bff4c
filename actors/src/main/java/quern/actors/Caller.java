package quern.actors;

import java.util.Optional;
import java.util.Set;
import quern.kv.journal.Ownership;

/**
 * Whoever holds the key a request came with.
 *
 * @param keyId public id of the key, owner of what the request makes
 * @param admin sees everything; others see only what they own
 * @param tenant whose cached blocks it shares; two keys have one only if whoever made them said so
 * @param labels what its records are labelled with
 */
public record Caller(String keyId, boolean admin, String tenant, Set<String> labels) {

    private static final String SHARED = "tenant:";

    /** With authentication off, everybody on this machine. */
    public static final Caller LOCAL = of(Ownership.LOCAL, true, Optional.empty(), Set.of());

    public Caller {
        labels = Set.copyOf(labels);
    }

    /** @param tenant shared with all keys of this name; absent: the key's own */
    public static Caller of(String keyId, boolean admin, Optional<String> tenant, Set<String> labels) {
        return new Caller(keyId, admin, tenantOf(keyId, tenant), labels);
    }

    /** What names the tenant of a key among all tenants: no name given is any key's own. */
    public static String tenantOf(String keyId, Optional<String> tenant) {
        return tenant.map(name -> SHARED + name).orElse("key:" + keyId);
    }

    /** The name of its tenant; absent if that is the key's own. */
    public Optional<String> sharedTenant() {
        return tenant.startsWith(SHARED) ? Optional.of(tenant.substring(SHARED.length())) : Optional.empty();
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
