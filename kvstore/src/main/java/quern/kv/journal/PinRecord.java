package quern.kv.journal;

import java.util.List;

/**
 * A prompt whose blocks stay in the cache until it is unpinned. The prompt itself is not stored.
 *
 * @param name whatever its owner calls it
 * @param model what was asked for
 * @param adapterFingerprint empty for the base weights
 * @param tenant whose blocks they are
 * @param keys of its blocks, in hex, in order
 * @param tokens of the prompt
 */
public record PinRecord(
        String id,
        String name,
        String model,
        String adapterFingerprint,
        String tenant,
        List<String> keys,
        int tokens,
        Ownership ownership,
        long createdAtMs) {

    public PinRecord {
        keys = List.copyOf(keys);
    }
}
