package quern.ingest.reader;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import quern.ingest.MediaSniffer;
import quern.ingest.MediaType;
import quern.ingest.Unreadable;

/** Finds what a stream of bytes is, past one layer of gzip or zstd, and opens the format's parts. Immutable. */
final class Formats {

    private static final int HEAD_BYTES = 1 << 16;

    private final ReadLimits limits;
    private final Manner manner;

    Formats(ReadLimits limits, Manner manner) {
        this.limits = limits;
        this.manner = manner;
    }

    /** A file of a directory. */
    Parts open(Path file) throws IOException {
        InputStream content = Files.newInputStream(file);
        try {
            return open(content, file, file.getFileName().toString(), "");
        } catch (IOException | RuntimeException | Error e) {
            content.close();
            throw e;
        }
    }

    /**
     * @param name of the file, possibly empty
     * @param declared media type, possibly empty
     */
    Parts open(InputStream content, String name, String declared) throws IOException {
        return open(content, null, name, declared);
    }

    private Parts open(InputStream content, Path file, String name, String declared) throws IOException {
        var input = new BufferedInputStream(content, HEAD_BYTES);
        MediaType type = sniff(input, name, declared);
        if (type != MediaType.GZIP && type != MediaType.ZSTD) {
            return parts(type, input, file, true);
        }
        var unfolded = new BufferedInputStream(Unfolding.of(type, input, unfolding()), HEAD_BYTES);
        MediaType inner = sniff(unfolded, withoutFolding(name), "");
        if (inner == MediaType.GZIP || inner == MediaType.ZSTD) {
            throw new Unreadable("compressed twice");
        }
        return parts(inner, unfolded, null, false);
    }

    /** Rows stream through, however many they are; what is held of them at once is bounded by the row. */
    private ReadLimits unfolding() {
        return manner.rows() ? new ReadLimits(limits.documentBytesMax(), Long.MAX_VALUE, limits.ratioMax()) : limits;
    }

    static String withoutFolding(String name) {
        return name.replaceFirst("(?i)\\.(gz|zst)$", "");
    }

    private static MediaType sniff(BufferedInputStream input, String name, String declared) throws IOException {
        input.mark(HEAD_BYTES);
        byte[] head = input.readNBytes(HEAD_BYTES - 1);
        input.reset();
        return MediaSniffer.sniff(head, name, declared);
    }

    /**
     * @param file that holds what the input gives, where there is one
     * @param plain whether the input is the document's own bytes
     */
    private Parts parts(MediaType type, BufferedInputStream input, Path file, boolean plain) throws IOException {
        return switch (type) {
            case JSONL -> JsonlParts.of(input, limits, plain);
            case JSON -> new JsonParts(input, limits);
            case CSV -> new CsvParts(input, limits, CsvParts.ANY, !manner.rows());
            case TSV -> new CsvParts(input, limits, '\t', !manner.rows());
            case MBOX -> new MboxParts(input, limits);
            case EML -> MailMessage.parts(input, limits);
            case PARQUET -> file != null ? ParquetParts.of(file, input, limits, manner)
                    : ParquetParts.of(WholeText.bytes(input, limits), limits, manner);
            case PDF -> manner.rows() ? new JoinedParts(PdfParts.open(input, limits), limits) : PdfParts.open(input, limits);
            case HTML -> manner.verbatimMarkup() ? WholeText.parts(WholeText.read(input, limits))
                    : HtmlText.parts(WholeText.bytes(input, limits));
            case MARKDOWN -> manner.rows() ? WholeText.parts(WholeText.read(input, limits))
                    : MarkdownText.parts(WholeText.read(input, limits));
            case TEXT -> WholeText.parts(WholeText.read(input, limits));
            case BINARY -> throw new Unreadable("binary content of no known type");
            case GZIP, ZSTD -> throw new Unreadable("compressed twice");
        };
    }
}
