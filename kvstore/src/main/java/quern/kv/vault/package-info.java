/**
 * Encryption at rest: a master key opens a key for each collection, which opens a key for each item (a document, a
 * dataset, an adapter, a file, a job), which seals its bytes by AES-256-GCM. Open {@link quern.kv.vault.Vault} first.
 * Whoever stores something private may use it. Thread-safe; keys are forced to disk before what they seal.
 */
package quern.kv.vault;
