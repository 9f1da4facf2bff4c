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
        set(node, path, JsonNodeFactory.instance.textNode(text));
    }

    /** Sets the field that {@link #get} would find, else one of that name. */
    public static void set(ObjectNode node, String path, JsonNode value) {
        if (node.has(path)) {
            node.set(path, value);
            return;
        }
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
            if (node.get(path.substring(0, dot)) instanceof ObjectNode inner) {
                set(inner, path.substring(dot + 1), value);
                return;
            }
        }
        node.set(path, value);
    }
}
