package quern.kv.journal;

/**
 * An immutable dataset.
 *
 * @param fingerprint SHA-256 of its manifest, in hex
 * @param path directory of manifest and shards, relative to the data directory
 * @param jobId the job that made it; empty when it was imported
 */
public record DatasetRecord(
        String id,
        String name,
        String fingerprint,
        String path,
        long samples,
        long bytes,
        String jobId,
        Ownership ownership,
        long createdAtMs) {}
