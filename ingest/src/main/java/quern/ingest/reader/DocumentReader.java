package quern.ingest.reader;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import quern.ingest.Document;
import quern.ingest.MediaSniffer;
import quern.ingest.MediaType;

/**
 * Makes samples of documents of every known media type. What a document is, is found again in its bytes, past one layer
 * of gzip or zstd. Immutable; readings are independent of each other.
 */
public final class DocumentReader {

    private static final int HEAD_BYTES = 1 << 16;

    private final ReadLimits limits;

    public DocumentReader(ReadLimits limits) {
        this.limits = limits;
    }

    /**
     * Begins a pass over a document.
     *
     * @param content its bytes; the reading closes it
     */
    public Reading read(Document document, InputStream content) {
        return new Reading(document, new Reading.Opening() {
            @Override
            public Parts open() throws IOException {
                return DocumentReader.this.open(document, content);
            }

            @Override
            public void close() throws IOException {
                content.close();
            }
        });
    }

    /** Reads a document to its end for nothing but the outcome. */
    public ReadOutcome inspect(Document document, InputStream content) {
        try (Reading reading = read(document, content)) {
            while (reading.next() != null) {
                continue;
            }
            return reading.outcome();
        }
    }

    private Parts open(Document document, InputStream content) throws IOException {
        if (document.bytes() == 0) {
            throw new Unreadable("empty file");
        }
        var input = new BufferedInputStream(content, HEAD_BYTES);
        MediaType type = sniff(input, document.name(), document.mediaType().text());
        if (type != MediaType.GZIP && type != MediaType.ZSTD) {
            return parts(type, input);
        }
        var unfolded = new BufferedInputStream(Unfolding.of(type, input, limits), HEAD_BYTES);
        String name = document.name().replaceFirst("(?i)\\.(gz|zst)$", "");
        MediaType inner = sniff(unfolded, name, "");
        if (inner == MediaType.GZIP || inner == MediaType.ZSTD) {
            throw new Unreadable("compressed twice");
        }
        return parts(inner, unfolded);
    }

    private static MediaType sniff(BufferedInputStream input, String name, String declared) throws IOException {
        input.mark(HEAD_BYTES);
        byte[] head = input.readNBytes(HEAD_BYTES - 1);
        input.reset();
        return MediaSniffer.sniff(head, name, declared);
    }

    private Parts parts(MediaType type, BufferedInputStream input) throws IOException {
        return switch (type) {
            case JSONL -> new JsonlParts(input, limits);
            case CSV -> new CsvParts(input, limits);
            case MBOX -> new MboxParts(input, limits);
            case EML -> MailMessage.parts(input, limits);
            case PDF -> PdfParts.open(input, limits);
            case HTML -> HtmlText.parts(WholeText.bytes(input, limits));
            case MARKDOWN -> MarkdownText.parts(WholeText.read(input, limits));
            case TEXT -> WholeText.parts(WholeText.read(input, limits));
            case BINARY -> throw new Unreadable("binary content of no known type");
            case GZIP, ZSTD -> throw new Unreadable("compressed twice");
        };
    }
}
