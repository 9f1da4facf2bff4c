package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** A record for people: a line for each value, nested ones indented. */
final class Outline {

    private static final int ITEMS_MAX = 20;

    private Outline() {}

    static List<String> lines(JsonNode record) {
        List<String> lines = new ArrayList<>();
        add(lines, record, "");
        return lines;
    }

    private static void add(List<String> lines, JsonNode record, String indent) {
        for (var field : record.properties()) {
            JsonNode value = field.getValue();
            if (value.isValueNode()) {
                lines.add(indent + field.getKey() + ": " + text(field.getKey(), value));
            } else if (value.isArray()) {
                addItems(lines, field.getKey(), value, indent);
            } else if (!value.isEmpty()) {
                lines.add(indent + field.getKey() + ":");
                add(lines, value, indent + "  ");
            }
        }
    }

    private static void addItems(List<String> lines, String name, JsonNode items, String indent) {
        lines.add(indent + name + ":" + (items.isEmpty() ? " none" : ""));
        int shown = 0;
        for (JsonNode item : items) {
            if (shown++ == ITEMS_MAX) {
                lines.add(indent + "  ... " + (items.size() - ITEMS_MAX) + " more");
                break;
            }
            lines.add(indent + "  - " + (item.isValueNode() ? item.asText() : item.toString()));
        }
    }

    private static String text(String name, JsonNode value) {
        return value.isNull() ? "-" : name.endsWith("_at") || name.equals("created")
                ? Printer.time(value) : value.asText();
    }
}
