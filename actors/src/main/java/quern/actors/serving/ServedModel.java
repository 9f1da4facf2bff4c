package quern.actors.serving;

import java.util.Optional;

/**
 * Something a request can name.
 *
 * @param id of the base model or the adapter
 * @param adapter name in the engine's adapter registry; absent: the base weights
 * @param fingerprint of weights and adapter, hex
 * @param ownerKeyId who made it; the base model belongs to {@code quern}
 * @param encoder whether it makes embeddings only
 */
public record ServedModel(
        String id, Optional<String> adapter, String fingerprint, String ownerKeyId, long createdSeconds,
        boolean encoder) {

    /** One that generates. */
    public ServedModel(
            String id, Optional<String> adapter, String fingerprint, String ownerKeyId, long createdSeconds) {
        this(id, adapter, fingerprint, ownerKeyId, createdSeconds, false);
    }

    /** Owner of what came with the appliance. */
    public static final String OWNER_QUERN = "quern";
}
