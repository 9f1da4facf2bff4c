package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import quern.ingest.LimitExceeded;

/** A document of several parts as one sample: their texts, each from a new line. Its flaws stay flaws. */
final class JoinedParts implements Parts {

    private final Parts parts;
    private final long charactersMax;
    private final StringBuilder text = new StringBuilder();
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
                case Fields part -> append(part.fields().path("text").asText());
            }
        }
        if (text.isEmpty()) {
            return null;
        }
        var fields = JsonNodeFactory.instance.objectNode().put("text", text.toString());
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
    public PageCounts pages() {
        return parts.pages();
    }

    @Override
    public void close() throws IOException {
        parts.close();
    }
}
