/**
 * The catalogue: jobs, documents, files, datasets, adapters, batches, keys and lineage edges, in a synced
 * RocksDB of its own. Open Catalogue first. Thread-safe; writes block until they are on disk.
 */
package quern.kv.journal;
