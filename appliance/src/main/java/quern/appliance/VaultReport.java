package quern.appliance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import quern.kv.vault.VaultStatus;

/** What {@code /health} and {@code quern doctor} say of encryption at rest. */
public final class VaultReport {

    private VaultReport() {}

    public static void add(ObjectNode node, VaultStatus status) {
        node.put("at_rest", status.sealing());
        if (!status.keyId().isEmpty()) {
            node.put("master_key", status.keyId()).put("master_key_source", status.keySource());
            node.put("master_key_beside_data", status.ownKey());
            node.put("item_keys", status.items());
            node.put("item_keys_damaged", status.damagedKeys());
        }
    }
}
