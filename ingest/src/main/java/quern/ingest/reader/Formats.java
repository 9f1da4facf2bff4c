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
    private static final int ENTRY_BUFFER_BYTES = 1 << 12;

    private final ReadLimits limits;
    private final Manner manner;
    private final boolean within;

    Formats(ReadLimits limits, Manner manner) {
        this(limits, manner, false);
    }

    /** @param within whether this reads what is in an archive, which no archive may be */
    private Formats(ReadLimits limits, Manner manner, boolean within) {
        this.limits = limits;
        this.manner = manner;
        this.within = within;
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
        var input = new BufferedInputStream(content, within ? ENTRY_BUFFER_BYTES : HEAD_BYTES);
        MediaType type = sniff(input, name, declared);
        String source = file == null ? name : file.toString();
        if (type != MediaType.GZIP && type != MediaType.ZSTD) {
            return parts(type, input, file, source);
        } else if (within) {
            throw new Unreadable("compressed within an archive");
        }
        var unfolded = new BufferedInputStream(Unfolding.of(type, input, unfolding()), HEAD_BYTES);
        MediaType inner = sniff(unfolded, withoutFolding(name), "");
        if (inner == MediaType.GZIP || inner == MediaType.ZSTD) {
            throw new Unreadable("compressed twice");
        }
        return parts(inner, unfolded, null, source);
    }

    /** Rows stream through, however many they are; what is held of them at once is bounded by the row. */
    private ReadLimits unfolding() {
        return manner.rows()
                ? new ReadLimits(limits.documentBytesMax(), Long.MAX_VALUE, limits.ratioMax(), limits.ocr())
                : limits;
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
     * @param file whose own bytes the input is; null if there is none
     * @param source what samples of an archive name as its place
     */
    private Parts parts(MediaType type, BufferedInputStream input, Path file, String source) throws IOException {
        return switch (type) {
            case JSONL -> JsonlParts.of(input, limits, file != null);
            case JSON -> new JsonParts(input, limits);
            case CSV -> new CsvParts(input, limits, CsvParts.ANY, !manner.rows());
            case TSV -> new CsvParts(input, limits, '\t', !manner.rows());
            case PARQUET -> file != null ? ParquetParts.of(file, input, limits, manner)
                    : ParquetParts.of(WholeText.bytes(input, limits), limits, manner);
            case DOCX, XLSX -> OfficeParts.of(WholeText.bytes(input, limits), limits, manner);
            case MBOX -> new MboxParts(input, limits);
            case EML -> MailMessage.parts(input, limits);
            case PDF -> manner.rows() ? new JoinedParts(PdfParts.open(input, limits), limits)
                    : PdfParts.open(input, limits);
            case RTF -> OnePart.of(RtfText.textOf(WholeText.bytes(input, limits), limits));
            case HTML -> manner.verbatimMarkup() ? WholeText.parts(WholeText.read(input, limits))
                    : HtmlText.parts(WholeText.bytes(input, limits));
            case MARKDOWN -> manner.rows() ? WholeText.parts(WholeText.read(input, limits))
                    : MarkdownText.parts(WholeText.read(input, limits));
            case TEXT, TEX, SOURCE -> WholeText.parts(WholeText.read(input, limits));
            case ZIP, TAR, WARC -> archive(type, input, source);
            case PICTURE -> limits.ocr().parts(WholeText.bytes(input, limits));
            case OLE -> throw new Unreadable("office file of before 2007, or with a password");
            case BINARY -> throw new Unreadable("binary content of no known type");
            case GZIP, ZSTD -> throw new Unreadable("compressed twice");
        };
    }

    private Parts archive(MediaType type, BufferedInputStream input, String source) throws IOException {
        if (within) {
            throw new Unreadable("archive within an archive");
        }
        Entries entries = switch (type) {
            case ZIP -> new ZipEntries(input, source, unfolding(), manner);
            case TAR -> new TarEntries(input, source, manner);
            default -> new WarcEntries(input, source, manner);
        };
        return new EntryParts(entries, new Formats(limits, manner, true));
    }
}
