package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import quern.ingest.LimitExceeded;

/**
 * A document of several parts as one sample: their texts, each from a new line, with a field {@code ocr_pages}
 * for pages that were recognised rather than read. Its flaws stay flaws.
 */
final class JoinedParts implements Parts {

    private final Parts parts;
    private final long charactersMax;
    private final StringBuilder text = new StringBuilder();
    private final ArrayNode recognised = JsonNodeFactory.instance.arrayNode();
    private boolean ended;

    JoinedParts(Parts parts, ReadLimits limits) {
        this.parts = parts;
        this.charactersMax = limits.documentBytesMax();
    }

    @Override
    public Part next() throws IOException {
        while (!ended) {
            switch (parts.next()) {
                case null -> ended = true;
                case Flaw flaw -> {
                    return flaw;
                }
                case Fields part -> {
                    append(part.fields().path("text").asText());
                    if (part.fields().path("ocr").asBoolean()) {
                        recognised.add(part.page());
                    }
                }
            }
        }
        if (text.isEmpty()) {
            return null;
        }
        var fields = JsonNodeFactory.instance.objectNode().put("text", text.toString());
        if (!recognised.isEmpty()) {
            fields.set("ocr_pages", recognised);
        }
        var whole = new Fields(fields, 0, text.length(), 0);
        text.setLength(0);
        return whole;
    }

    private void append(String piece) throws LimitExceeded {
        if (text.length() + (long) piece.length() >= charactersMax) {
            throw new LimitExceeded("text larger than document-max");
        }
        text.append(text.isEmpty() ? "" : "\n").append(piece);
    }

    @Override
    public String absence() {
        return parts.absence();
    }

    @Override
    public PageCounts pages() {
        return parts.pages();
    }

    @Override
    public void close() throws IOException {
        parts.close();
    }
}
