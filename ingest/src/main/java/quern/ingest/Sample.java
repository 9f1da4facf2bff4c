package quern.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/**
 * One piece of a document on its way to a dataset: a JSON object and where it came from. A whole text document is one
 * sample, a line of a JSONL file or a row of a CSV file is one sample each.
 *
 * @param fields the sample itself; a text document has the field {@code text}. Owned by the receiver, who may change it
 * @param documentId content hash of the source document
 * @param from first character of the sample in the document's text, in UTF-16 units
 * @param to one past its last character; {@code from <= to}
 * @param page page of the document, from 1; 0 where a document has no pages
 */
public record Sample(ObjectNode fields, String documentId, long from, long to, int page) {

    public Sample {
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(documentId, "documentId");
        if (from < 0 || to < from || page < 0) {
            throw new IllegalArgumentException(
                    "sample of " + documentId + " from " + from + " to " + to + ", page " + page);
        }
    }

    /** Names the sample within all documents: the document and the place in it. */
    public String id() {
        return documentId + "@" + from + "-" + to;
    }
}
