package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A schema as it came: how large it is, which keywords it may have, where its references lead. */
final class SchemaText {

    private static final int DEPTH_MAX = 100;
    private static final int SCALE_MAX = 1000;

    private static final Set<String> KEYWORDS = Set.of("type", "properties", "required", "additionalProperties",
            "items", "prefixItems", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "minLength", "maxLength",
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "pattern", "format",
            "nullable");
    private static final Set<String> REMARKS = Set.of("title", "description", "default", "examples", "example",
            "$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "deprecated", "readOnly", "writeOnly",
            "discriminator", "contentEncoding", "contentMediaType");

    private final JsonNode root;
    private final String at;

    SchemaText(JsonNode root, String at, GrammarLimits limits) {
        this.root = root;
        this.at = at;
        measure(limits.schemaChars());
    }

    JsonNode root() {
        return root;
    }

    private record Place(JsonNode node, int depth) {}

    /* With its own stack: what is too deep must be found before anything walks it recursively. */
    private void measure(int charsMax) {
        List<Place> open = new ArrayList<>(List.of(new Place(root, 0)));
        long chars = 0;
        while (!open.isEmpty()) {
            Place place = open.removeLast();
            JsonNode node = place.node();
            if (place.depth() > DEPTH_MAX) {
                throw new GrammarException(at, "too large: nested deeper than " + DEPTH_MAX);
            }
            chars += 2;
            if (node.isContainerNode()) {
                node.fieldNames().forEachRemaining(name -> open.add(new Place(node.get(name), place.depth() + 1)));
                if (node.isArray()) {
                    node.forEach(element -> open.add(new Place(element, place.depth() + 1)));
                }
                for (var names = node.fieldNames(); names.hasNext();) {
                    chars += names.next().length() + 3;
                }
            } else {
                boolean strange = node.isNumber() && (!Double.isFinite(node.doubleValue())
                        || Math.abs((long) node.decimalValue().scale()) > SCALE_MAX);
                if (strange) {
                    throw new GrammarException(at, "holds a number that is not supported");
                }
                chars += node.isTextual() ? node.textValue().length() : 4;
            }
            if (chars > charsMax) {
                throw new GrammarException(at, "too large: more than " + charsMax + " characters");
            }
        }
    }

    /** @throws GrammarException naming a keyword that is not supported */
    static void checkKeywords(ObjectNode schema, String at) {
        schema.properties().forEach(entry -> {
            String keyword = entry.getKey();
            JsonNode value = entry.getValue();
            boolean neutral = switch (keyword) {
                case "uniqueItems" -> value.isBoolean() && !value.booleanValue();
                case "unevaluatedProperties", "unevaluatedItems" -> value.isBoolean();
                case "minProperties" -> value.isIntegralNumber() && value.intValue() == 0;
                case "patternProperties", "dependentRequired", "dependentSchemas" ->
                    value.isObject() && value.isEmpty();
                default -> KEYWORDS.contains(keyword) || isRemark(keyword);
            };
            if (!neutral) {
                throw new GrammarException(at + "." + brief(keyword), "keyword '" + brief(keyword)
                        + "' is not supported" + (keyword.equals("uniqueItems") ? " unless false" : ""));
            }
        });
    }

    static boolean isRemark(String keyword) {
        return REMARKS.contains(keyword) || keyword.startsWith("x-");
    }

    /** Without {@code unevaluated...}: what is left over by a schema with nothing to merge are just its others. */
    static ObjectNode closed(ObjectNode schema) {
        ObjectNode closed = schema.objectNode();
        closed.setAll(schema);
        JsonNode properties = closed.remove("unevaluatedProperties");
        if (properties != null && !properties.asBoolean() && !schema.has("additionalProperties")) {
            closed.put("additionalProperties", false);
        }
        JsonNode items = closed.remove("unevaluatedItems");
        if (items != null && !items.asBoolean() && !schema.has("items")) {
            closed.put("items", false);
        }
        return closed;
    }

    /**
     * What a {@code $ref} means.
     *
     * @throws GrammarException if it leads out of the schema or nowhere
     */
    JsonNode target(String reference, String at) {
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            throw new GrammarException(at + ".$ref", "reference '" + brief(reference)
                    + "' is not supported, expected one within the schema (#/$defs/...)");
        }
        JsonNode node = root.at(pointer(reference, at));
        if (node.isMissingNode()) {
            throw new GrammarException(at + ".$ref", "reference '" + brief(reference) + "' leads nowhere");
        }
        return node;
    }

    /* A fragment of an URI: what may not stand in one is written in hexadecimal, a plus means itself. */
    private static String pointer(String reference, String at) {
        try {
            return URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new GrammarException(at + ".$ref", "reference '" + brief(reference) + "' is not a JSON pointer");
        }
    }

    /** A value as JSON. Half a surrogate pair, which has no UTF-8, is escaped as it must have come. */
    static String literal(JsonNode value) {
        String json = value.toString();
        StringBuilder text = new StringBuilder(json.length());
        json.codePoints().forEach(point -> {
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                text.append(String.format("\\u%04x", point));
            } else {
                text.appendCodePoint(point);
            }
        });
        return text.toString();
    }

    static String brief(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
