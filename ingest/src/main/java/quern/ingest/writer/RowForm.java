package quern.ingest.writer;

import java.util.Locale;
import java.util.Optional;

/** What a file of rows is written as. */
public enum RowForm {
    /** One object a line. */
    JSONL,
    /** JSON Lines in gzip. */
    JSONL_GZ,
    /** JSON Lines in Zstandard. */
    JSONL_ZST,
    /** One array of all objects, one a line. */
    JSON,
    /** Parquet with zstd pages. */
    PARQUET;

    /** By the ending of a file's name. */
    public static Optional<RowForm> ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
            return Optional.of(JSONL);
        } else if (lower.endsWith(".jsonl.gz")) {
            return Optional.of(JSONL_GZ);
        } else if (lower.endsWith(".jsonl.zst")) {
            return Optional.of(JSONL_ZST);
        } else if (lower.endsWith(".json")) {
            return Optional.of(JSON);
        }
        return lower.endsWith(".parquet") ? Optional.of(PARQUET) : Optional.empty();
    }
}
