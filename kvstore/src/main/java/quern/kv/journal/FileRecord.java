package quern.kv.journal;

/**
 * An uploaded or produced file.
 *
 * @param name as the client called it; never used as a path
 * @param purpose {@code fine-tune}, {@code batch}, {@code batch_output}, ...
 * @param sha256 of its bytes, in hex
 */
public record FileRecord(
        String id, String name, String purpose, long bytes, String sha256, Ownership ownership, long createdAtMs) {}
