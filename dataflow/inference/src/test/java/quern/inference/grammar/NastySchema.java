package quern.inference.grammar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A random schema with some of its places changed to what nobody would write. */
final class NastySchema {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> VALUES = List.of("null", "true", "false", "0", "-1", "7", "1e308", "-0.0",
            "1e-30", "0.1", "99999999999999999999", "2.5", "\"\"", "\"object\"", "\"integer\"", "\"string\"",
            "\"#\"", "\"#/$defs/node\"", "\"#/$defs/node/properties/value\"", "\"#/properties\"",
            "\"#/$defs/missing\"",
            "\"(a|b)*a(a|b){3}\"", "\"^(a?){9}a{9}$\"", "\"((a{1,4}){1,4}){1,4}\"", "\"[^\\\\x00-\\\\x7f]+\"", "\"(\"",
            "\"[z-a]\"", "\"\\\\\"", "\"a{3,1}\"", "\"\\\\p{L}{2,5}$\"", "\"^$\"", "\"(?=a)\"", "\"\\ud83d\\ude00?\"",
            "\"date-time\"", "\"ipv6\"", "[]", "{}", "[null]", "[{}]", "[[],{\"a\":[1]}]", "{\"a\":{}}",
            "[\"string\",\"null\"]", "[\"a\",\"a\",\"b\"]", "{\"type\":\"array\",\"maxItems\":0}",
            "{\"const\":{\"a\":[1,\"\\\"\",null]}}", "{\"enum\":[\"\\u0000\\n\\\"\\\\\",\"€\",-1.50,1e3]}",
            "{\"minimum\":3,\"maximum\":3}", "{\"exclusiveMinimum\":-1,\"maximum\":-1}",
            "{\"minLength\":3,\"maxLength\":2}",
            "{\"type\":\"integer\",\"minimum\":0.5,\"maximum\":0.75}",
            "{\"$ref\":\"#\"}", "{\"$ref\":\"#/$defs/node\"}",
            "{\"allOf\":[{\"$ref\":\"#/$defs/node\"},{\"required\":[\"value\"]}]}");
    private static final List<String> KEYWORDS = List.of("type", "properties", "required", "additionalProperties",
            "items", "prefixItems", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "minLength", "maxLength",
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "pattern", "format",
            "nullable", "not", "if", "uniqueItems", "$defs", "title");

    private final Random random;

    NastySchema(Random random) {
        this.random = random;
    }

    JsonNode next() throws JsonProcessingException {
        ObjectNode schema = new RandomSchema(random.nextLong()).next();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            List<JsonNode> places = new ArrayList<>();
            collect(schema, places);
            JsonNode place = places.get(random.nextInt(places.size()));
            JsonNode value = random.nextInt(3) > 0
                    ? JSON.readTree(VALUES.get(random.nextInt(VALUES.size())))
                    : places.get(random.nextInt(places.size())).deepCopy();
            switch (place) {
                case ObjectNode object -> change(object, value);
                case ArrayNode array -> change(array, value);
                default -> { }
            }
        }
        return schema;
    }

    private void change(ObjectNode object, JsonNode value) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        String own = names.isEmpty() ? "" : names.get(random.nextInt(names.size()));
        switch (random.nextInt(5)) {
            case 0 -> object.remove(own);
            case 1, 2 -> object.set(own, value);
            default -> object.set(KEYWORDS.get(random.nextInt(KEYWORDS.size())), value);
        }
    }

    private void change(ArrayNode array, JsonNode value) {
        if (array.isEmpty() || random.nextBoolean()) {
            array.add(value);
        } else if (random.nextBoolean()) {
            array.remove(random.nextInt(array.size()));
        } else {
            array.set(random.nextInt(array.size()), value);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> places) {
        places.add(node);
        node.forEach(child -> collect(child, places));
    }
}
