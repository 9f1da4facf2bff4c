package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The text of a table's row that has none: its cells, a line {@code name: value} each. */
final class TableText {

    private TableText() {}

    /** The same fields, with a field {@code text} if they had none. */
    static ObjectNode with(ObjectNode fields) {
        if (fields.has("text")) {
            return fields;
        }
        StringBuilder text = new StringBuilder();
        fields.properties().forEach(field -> {
            String cell = field.getValue().asText();
            if (!field.getValue().isNull() && !cell.isBlank()) {
                text.append(text.isEmpty() ? "" : "\n").append(field.getKey()).append(": ").append(cell);
            }
        });
        return fields.put("text", text.toString());
    }
}
