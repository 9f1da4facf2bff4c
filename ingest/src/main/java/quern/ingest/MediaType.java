package quern.ingest;

import java.util.Locale;
import java.util.Optional;

/** The kinds of document that can be told apart, each with its registered name and file endings. */
public enum MediaType {
    JSONL("application/jsonl", true, ".jsonl", ".ndjson", ".jsonlines"),
    JSON("application/json", true, ".json"),
    TEXT("text/plain", false, ".txt", ".text", ".log"),
    MARKDOWN("text/markdown", false, ".md", ".markdown"),
    HTML("text/html", false, ".html", ".htm", ".xhtml"),
    CSV("text/csv", true, ".csv"),
    TSV("text/tab-separated-values", true, ".tsv", ".tab"),
    PARQUET("application/vnd.apache.parquet", true, ".parquet", ".pq"),
    PDF("application/pdf", false, ".pdf"),
    EML("message/rfc822", false, ".eml"),
    MBOX("application/mbox", true, ".mbox"),
    GZIP("application/gzip", true, ".gz"),
    ZSTD("application/zstd", true, ".zst"),
    /** Nothing that is read: pictures, archives, programs, unknown bytes. */
    BINARY("application/octet-stream", false);

    private final String text;
    private final boolean archive;
    private final String[] endings;

    MediaType(String text, boolean archive, String... endings) {
        this.text = text;
        this.archive = archive;
        this.endings = endings;
    }

    /** The registered name, e.g. {@code text/html}. */
    public String text() {
        return text;
    }

    /** Whether one document may hold many, or unfold: its limit is then the archive's. */
    public boolean isArchive() {
        return archive;
    }

    /** By a registered name or a common alias of it; parameters such as a charset are ignored. */
    public static Optional<MediaType> ofText(String text) {
        String plain = text.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return switch (plain) {
            case "application/x-ndjson", "application/ndjson", "application/x-jsonlines", "application/json-lines" ->
                Optional.of(JSONL);
            case "application/xhtml+xml" -> Optional.of(HTML);
            case "text/x-markdown" -> Optional.of(MARKDOWN);
            case "application/x-gzip" -> Optional.of(GZIP);
            case "application/x-zstd" -> Optional.of(ZSTD);
            case "application/octet-stream" -> Optional.empty();
            default -> byText(plain);
        };
    }

    private static Optional<MediaType> byText(String plain) {
        for (MediaType type : values()) {
            if (type.text.equals(plain)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** By the ending of a file name. */
    public static Optional<MediaType> ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (MediaType type : values()) {
            for (String ending : type.endings) {
                if (lower.endsWith(ending)) {
                    return Optional.of(type);
                }
            }
        }
        return Optional.empty();
    }
}
