package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Dotted field paths as Data-Juicer reads them: the whole key first, then split at the first dot, and so on; a list
 * on the way maps over its items.
 */
public final class FieldPath {

    private FieldPath() {}

    /** The value, or null where nothing is found. */
    public static JsonNode get(JsonNode node, String path) {
        if (node instanceof ArrayNode array) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode(array.size());
            for (JsonNode item : array) {
                JsonNode found = get(item, path);
                all.add(found == null ? JsonNodeFactory.instance.nullNode() : found);
            }
            return all;
        }
        if (node == null || !node.isObject()) {
            return null;
        }
        JsonNode whole = node.get(path);
        if (whole != null) {
            return whole;
        }
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
            JsonNode inner = node.get(path.substring(0, dot));
            if (inner != null) {
                return get(inner, path.substring(dot + 1));
            }
        }
        return null;
    }

    static void setText(ObjectNode node, String path, String text) {
        if (node.has(path)) {
            node.put(path, text);
            return;
        }
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
            if (node.get(path.substring(0, dot)) instanceof ObjectNode inner) {
                setText(inner, path.substring(dot + 1), text);
                return;
            }
        }
        node.put(path, text);
    }
}
