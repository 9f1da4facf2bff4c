package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** JSON schemas of the answers operators want. Lengths are bounded, so that a weak model comes to an end. */
final class Schemas {

    /** Characters of a text that stands for a passage, and of one that is a name or a label. */
    static final int PASSAGE_CHARACTERS = 4000;
    static final int NAME_CHARACTERS = 120;

    private Schemas() {}

    private static ObjectNode type(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    /** Every field is required and no other allowed; name, schema, name, schema and so on. */
    static ObjectNode object(Object... namesAndSchemas) {
        ObjectNode schema = type("object");
        ObjectNode properties = schema.putObject("properties");
        var required = schema.putArray("required");
        for (int i = 0; i < namesAndSchemas.length; i += 2) {
            properties.set((String) namesAndSchemas[i], (JsonNode) namesAndSchemas[i + 1]);
            required.add((String) namesAndSchemas[i]);
        }
        return schema.put("additionalProperties", false);
    }

    static ObjectNode passage() {
        return type("string").put("minLength", 1).put("maxLength", PASSAGE_CHARACTERS);
    }

    static ObjectNode name() {
        return type("string").put("minLength", 1).put("maxLength", NAME_CHARACTERS);
    }

    static ObjectNode whole(int min, int max) {
        return type("integer").put("minimum", min).put("maximum", max);
    }

    static ObjectNode list(JsonNode items, int max) {
        ObjectNode schema = type("array");
        schema.set("items", items);
        return schema.put("maxItems", max);
    }

    static ObjectNode oneOf(List<String> values) {
        ObjectNode schema = type("string");
        values.forEach(schema.putArray("enum")::add);
        return schema;
    }
}
