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
    DOCX("application/vnd.openxmlformats-officedocument.wordprocessingml.document", false, ".docx"),
    XLSX("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false, ".xlsx"),
    RTF("application/rtf", false, ".rtf"),
    TEX("text/x-tex", false, ".tex", ".latex", ".sty", ".bib"),
    /** Source code in a language that is known by the file's ending. */
    SOURCE("text/x-source", false, ".java", ".kt", ".scala", ".groovy", ".py", ".pyi", ".js", ".mjs", ".jsx", ".ts",
            ".tsx", ".c", ".h", ".cc", ".cpp", ".hpp", ".cxx", ".cs", ".go", ".rs", ".rb", ".php", ".pl", ".pm", ".lua",
            ".jl", ".r", ".m", ".swift", ".hs", ".ml", ".clj", ".ex", ".erl", ".f90", ".f", ".asm", ".s", ".sh",
            ".bash",
            ".bat", ".cmd", ".ps1", ".sql", ".css", ".scss", ".vb", ".dart", ".zig", ".proto", ".cmake", ".gradle"),
    WARC("application/warc", true, ".warc", ".wet"),
    ZIP("application/zip", true, ".zip"),
    TAR("application/x-tar", true, ".tar", ".tgz"),
    /** A scan or photograph, which an installed tesseract may read. */
    PICTURE("image/png", false, ".png", ".jpg", ".jpeg", ".tif", ".tiff"),
    /** An OLE container: an office file with a password, or of before 2007. */
    OLE("application/x-ole-storage", false, ".doc", ".xls", ".ppt"),
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
            case "text/rtf" -> Optional.of(RTF);
            case "application/x-tex", "application/x-latex" -> Optional.of(TEX);
            case "application/x-parquet", "application/parquet" -> Optional.of(PARQUET);
            case "image/jpeg", "image/tiff" -> Optional.of(PICTURE);
            case "application/x-zip-compressed" -> Optional.of(ZIP);
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
