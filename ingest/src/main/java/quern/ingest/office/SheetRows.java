package quern.ingest.office;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.stream.XMLStreamConstants;
import quern.ingest.LimitExceeded;

/** The rows of one sheet below its first, which names the columns; a row without a cell is passed over. */
final class SheetRows implements AutoCloseable {

    private static final int COLUMNS_MAX = 16_384;
    private static final long EXACT_IN_DOUBLE = 1L << 53;

    private final SecureXml xml;
    private final List<String> strings;
    private final NumberStyles styles;
    private final long charactersMax;
    private Map<Integer, String> names;

    SheetRows(SecureXml xml, List<String> strings, NumberStyles styles, long charactersMax) {
        this.xml = xml;
        this.strings = strings;
        this.styles = styles;
        this.charactersMax = charactersMax;
    }

    ObjectNode next() throws IOException {
        for (int event = xml.next(); event >= 0; event = xml.next()) {
            if (event != XMLStreamConstants.START_ELEMENT || !xml.name().equals("row")) {
                continue;
            }
            Map<Integer, JsonNode> cells = cells();
            if (cells.isEmpty()) {
                continue;
            } else if (names == null) {
                names = names(cells);
            } else {
                return row(cells);
            }
        }
        return null;
    }

    private static Map<Integer, String> names(Map<Integer, JsonNode> cells) {
        Map<Integer, String> names = new TreeMap<>();
        Set<String> taken = new HashSet<>();
        cells.forEach((column, cell) -> {
            String plain = cell.asText().isBlank() ? "column_" + (column + 1) : cell.asText().strip();
            String name = plain;
            for (int i = 2; !taken.add(name); i++) {
                name = plain + "_" + i;
            }
            names.put(column, name);
        });
        return names;
    }

    private ObjectNode row(Map<Integer, JsonNode> cells) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        names.forEach((column, name) -> row.set(name, cells.get(column)));
        cells.forEach((column, cell) -> {
            if (!names.containsKey(column)) {
                row.set("column_" + (column + 1), cell);
            }
        });
        return row;
    }

    private Map<Integer, JsonNode> cells() throws IOException {
        Map<Integer, JsonNode> cells = new TreeMap<>();
        long characters = 0;
        int column = -1;
        for (int event = xml.next(); event >= 0; event = xml.next()) {
            if (event == XMLStreamConstants.END_ELEMENT && xml.name().equals("row")) {
                break;
            } else if (event == XMLStreamConstants.START_ELEMENT && xml.name().equals("c")) {
                column = column(xml.attribute("r"), column + 1);
                JsonNode value = cell(xml.attribute("t"), NumberStyles.number(xml.attribute("s")));
                if (value != null && column < COLUMNS_MAX) {
                    cells.put(column, value);
                    characters += value.isTextual() ? value.textValue().length() : 0;
                }
                if (characters > charactersMax) {
                    throw new LimitExceeded("row larger than document-max");
                }
            }
        }
        return cells;
    }

    /** {@code BC7} is column 54; without a reference it is the next one. */
    private static int column(String reference, int otherwise) {
        int column = 0;
        for (int i = 0; reference != null && i < reference.length() && i < 4; i++) {
            char c = reference.charAt(i);
            if (c < 'A' || c > 'Z') {
                break;
            }
            column = column * 26 + (c - 'A' + 1);
        }
        return column == 0 ? otherwise : column - 1;
    }

    private JsonNode cell(String type, int style) throws IOException {
        StringBuilder text = new StringBuilder();
        boolean inValue = false;
        for (int event = xml.next(); event >= 0; event = xml.next()) {
            if (event == XMLStreamConstants.CHARACTERS) {
                text.append(inValue ? xml.text() : "");
                if (text.length() > charactersMax) {
                    throw new LimitExceeded("cell larger than document-max");
                }
            } else if (event == XMLStreamConstants.START_ELEMENT) {
                inValue = xml.name().equals("v") || xml.name().equals("t");
                if (xml.name().equals("f") || xml.name().equals("rPh")) {
                    xml.skip();
                }
            } else {
                inValue = false;
                if (xml.name().equals("c")) {
                    break;
                }
            }
        }
        return text.isEmpty() ? null : value(text.toString(), type == null ? "n" : type, style);
    }

    private JsonNode value(String text, String type, int style) {
        return switch (type) {
            case "s" -> {
                int index = text.length() > 9 ? -1 : NumberStyles.number(text.strip());
                yield index >= 0 && index < strings.size() ? new TextNode(strings.get(index)) : null;
            }
            case "b" -> BooleanNode.valueOf(text.strip().equals("1"));
            case "n" -> number(text.strip(), style);
            default -> new TextNode(text);
        };
    }

    private JsonNode number(String text, int style) {
        try {
            double value = Double.parseDouble(text);
            String date = styles.isDate(style) ? styles.date(value) : null;
            if (date != null) {
                return new TextNode(date);
            }
            boolean whole = value == Math.rint(value) && Math.abs(value) < EXACT_IN_DOUBLE;
            return whole ? LongNode.valueOf((long) value) : Double.isFinite(value) ? DoubleNode.valueOf(value)
                    : new TextNode(text);
        } catch (NumberFormatException e) {
            return new TextNode(text);
        }
    }

    @Override
    public void close() throws IOException {
        xml.close();
    }
}
