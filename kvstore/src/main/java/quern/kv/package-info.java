/**
 * Keys and tiers of KV-cache blocks: arena (hot), mapped slot file with its index (warm), RocksDB (cold).
 * Open TierStack first. Used by inference, ingest, curation and tuning. The arena belongs to the engine's
 * thread; tier reads and writes block and belong on an I/O thread.
 */
package quern.kv;
