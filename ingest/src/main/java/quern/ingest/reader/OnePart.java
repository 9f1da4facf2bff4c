package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A document that is one sample, or none if it has no text. */
final class OnePart implements Parts {

    private Part part;

    private OnePart(Part part) {
        this.part = part;
    }

    static OnePart of(String text) {
        return of(JsonNodeFactory.instance.objectNode().put("text", text));
    }

    /** @param fields with a field {@code text} */
    static OnePart of(ObjectNode fields) {
        String text = fields.path("text").asText();
        return new OnePart(text.isBlank() ? null : new Fields(fields, 0, text.length(), 0));
    }

    @Override
    public Part next() {
        Part given = part;
        part = null;
        return given;
    }
}
