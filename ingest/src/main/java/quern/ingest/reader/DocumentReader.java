package quern.ingest.reader;

import java.io.IOException;
import java.io.InputStream;
import quern.ingest.Document;
import quern.ingest.Unreadable;

/**
 * Makes samples of documents of every known media type. What a document is, is found again in its bytes, past one layer
 * of gzip or zstd. Immutable; readings are independent of each other.
 */
public final class DocumentReader {

    private final Formats formats;

    public DocumentReader(ReadLimits limits) {
        this.formats = new Formats(limits, Manner.DOCUMENTS);
    }

    /**
     * Begins a pass over a document.
     *
     * @param content its bytes; the reading closes it
     */
    public Reading read(Document document, InputStream content) {
        return new Reading(document.id().hex(), new Reading.Opening() {
            @Override
            public Parts open() throws IOException {
                return DocumentReader.this.open(document, content);
            }

            @Override
            public void close() throws IOException {
                content.close();
            }
        }, false);
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
        return formats.open(content, document.name(), document.mediaType().text());
    }
}
