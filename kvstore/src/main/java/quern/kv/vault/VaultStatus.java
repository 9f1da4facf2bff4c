package quern.kv.vault;

/**
 * What the vault is doing, without a secret in it.
 *
 * @param sealing whether what is written now is sealed
 * @param keySource where the master key came from; empty without keys
 * @param keyId names the master key; empty without keys
 * @param ownKey whether the master key lies in the data directory, beside what it seals
 * @param items keys of items held
 * @param damagedKeys entries of the item log that were found damaged at start
 */
public record VaultStatus(
        boolean sealing, String keySource, String keyId, boolean ownKey, int items, int damagedKeys) {}
