package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes one schema of several that must hold together: references with what stands beside them, and {@code allOf}. */
final class SchemaMerge {

    private static final int DEPTH_MAX = 100;
    /** What it costs to copy or compare one entry, against a step of subset construction. */
    private static final int STEPS_PER_LOOK = 4;
    private static final Set<String> LOWER_BOUNDS = Set.of("minLength", "minItems", "minimum", "exclusiveMinimum");
    private static final Set<String> UPPER_BOUNDS = Set.of("maxLength", "maxItems", "maximum", "exclusiveMaximum");

    private final SchemaText text;
    private final GrammarBudget budget;
    private int depth;

    SchemaMerge(SchemaText text, GrammarBudget budget) {
        this.text = text;
        this.budget = budget;
    }

    /** Reads, so long as the schema is not too large to be looked at again and again. */
    private void look(int things, String at) {
        budget.at(at);
        budget.steps(STEPS_PER_LOOK * (1 + things));
    }

    /**
     * The schema without remarks, {@code $ref} and {@code allOf} at its top.
     *
     * @throws GrammarException if it is no object, or references lead in a circle
     */
    ObjectNode resolved(JsonNode schema, String at) {
        if (schema.isBoolean() && schema.booleanValue()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!(schema instanceof ObjectNode object)) {
            throw new GrammarException(at, schema.isBoolean()
                    ? "schema 'false' has no document" : "is not a schema: expected an object");
        }
        if (++depth > DEPTH_MAX) {
            throw new GrammarException(at, "reference cycle: references lead to each other");
        }
        look(object.size(), at);
        SchemaFields fields = new SchemaFields(object, at);
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(entry -> {
            boolean drop = SchemaText.isRemark(entry.getKey()) || Set.of("$ref", "allOf").contains(entry.getKey());
            if (!drop) {
                all.set(entry.getKey(), entry.getValue());
            }
        });
        ObjectNode result = all;
        String reference = fields.text("$ref");
        if (reference != null) {
            String place = at.endsWith(".$ref") ? at : at + ".$ref";
            ObjectNode referred = resolved(text.target(reference, at), place);
            result = merged(object.size() > 1 ? alone(referred, place) : referred, result, at);
        }
        List<JsonNode> parts = fields.list("allOf");
        for (int i = 0; i < parts.size(); i++) {
            String place = at + ".allOf[" + i + "]";
            ObjectNode part = resolved(parts.get(i), place);
            result = merged(result, object.size() > 1 || parts.size() > 1 ? alone(part, place) : part, place);
        }
        depth--;
        return result;
    }

    /* What stands beside a schema does not evaluate anything for it. */
    private static ObjectNode alone(ObjectNode schema, String at) {
        for (String keyword : List.of("unevaluatedProperties", "unevaluatedItems")) {
            boolean branches = schema.has("anyOf") || schema.has("oneOf");
            if (branches && !schema.path(keyword).asBoolean(true)) {
                throw new GrammarException(at + "." + keyword, "keyword '" + keyword
                        + "' is not supported beside branches in a schema that is put together with others");
            }
        }
        return SchemaText.closed(schema);
    }

    /** What both demand. @throws GrammarException if they contradict each other or cannot be put together */
    ObjectNode merged(ObjectNode left, ObjectNode right, String at) {
        if (left.isEmpty()) {
            return right;
        }
        look(left.size() + right.size() + left.path("properties").size() + right.path("properties").size(), at);
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.setAll(left);
        Set<String> together = new HashSet<>();
        if (left.has("properties") || right.has("properties") || left.has("additionalProperties")) {
            properties(left, right, all, at);
            together.add("properties");
            together.add("additionalProperties");
        }
        right.properties().forEach(entry -> {
            String keyword = entry.getKey();
            JsonNode value = entry.getValue();
            if (together.contains(keyword)) {
                return;
            }
            JsonNode before = left.get(keyword);
            all.set(keyword, before == null || before.equals(value) ? value : both(keyword, before, value, at));
        });
        return all;
    }

    private JsonNode both(String keyword, JsonNode left, JsonNode right, String at) {
        look(left.size() * right.size() / 8, at);
        if (LOWER_BOUNDS.contains(keyword) || UPPER_BOUNDS.contains(keyword)) {
            if (!left.isNumber() || !right.isNumber()) {
                throw new GrammarException(at + "." + keyword, "'" + keyword + "' is not a number");
            }
            BigDecimal a = left.decimalValue();
            boolean first = a.compareTo(right.decimalValue()) >= 0 == LOWER_BOUNDS.contains(keyword);
            return first ? left : right;
        }
        return switch (keyword) {
            case "required" -> union(left, right);
            case "type" -> types(left, right, at);
            case "enum" -> common(left, right, at);
            case "items" -> allOf(left, right);
            case "nullable" -> BooleanNode.FALSE;
            default -> throw new GrammarException(at + "." + keyword, "'" + keyword
                    + "' stands twice with different values; putting them together is not supported");
        };
    }

    private static ArrayNode union(JsonNode left, JsonNode right) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        left.forEach(all::add);
        right.valueStream().filter(name -> left.valueStream().noneMatch(name::equals)).forEach(all::add);
        return all;
    }

    private static ArrayNode common(JsonNode left, JsonNode right, String at) {
        ArrayNode both = JsonNodeFactory.instance.arrayNode();
        left.valueStream().filter(value -> right.valueStream().anyMatch(value::equals)).forEach(both::add);
        if (both.isEmpty()) {
            throw new GrammarException(at + ".enum", "'enum' has no value that all of them allow");
        }
        return both;
    }

    private static JsonNode types(JsonNode left, JsonNode right, String at) {
        ArrayNode both = JsonNodeFactory.instance.arrayNode();
        Set<String> lefts = names(left);
        Set<String> rights = names(right);
        for (String type : lefts) {
            boolean narrower = type.equals("integer") && rights.contains("number");
            if (rights.contains(type) || narrower) {
                both.add(type);
            } else if (type.equals("number") && rights.contains("integer")) {
                both.add("integer");
            }
        }
        if (both.isEmpty()) {
            throw new GrammarException(at + ".type", "'type' names no type that all of them allow");
        }
        return both.size() == 1 ? both.get(0) : both;
    }

    private static Set<String> names(JsonNode types) {
        Set<String> names = new java.util.LinkedHashSet<>();
        if (types.isTextual()) {
            names.add(types.textValue());
        }
        types.forEach(type -> names.add(type.asText()));
        return names;
    }

    private static JsonNode allOf(JsonNode left, JsonNode right) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.putArray("allOf").add(left).add(right);
        return all;
    }

    /** A property must satisfy both, also where one of them knows it only as an additional one. */
    private static void properties(ObjectNode left, ObjectNode right, ObjectNode all, String at) {
        ObjectNode lefts = object(left, "properties", at);
        ObjectNode rights = object(right, "properties", at);
        JsonNode leftOthers = left.get("additionalProperties");
        JsonNode rightOthers = right.get("additionalProperties");
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        List<String> names = new ArrayList<>();
        lefts.fieldNames().forEachRemaining(names::add);
        rights.fieldNames().forEachRemaining(name -> {
            if (!lefts.has(name)) {
                names.add(name);
            }
        });
        for (String name : names) {
            JsonNode a = lefts.has(name) ? lefts.get(name) : leftOthers;
            JsonNode b = rights.has(name) ? rights.get(name) : rightOthers;
            boolean never = isFalse(a) || isFalse(b);
            if (!never || lefts.has(name) && rights.has(name)) {
                boolean onlyRight = a == null || isTrue(a);
                boolean onlyLeft = b == null || isTrue(b) || b.equals(a);
                properties.set(name, onlyRight ? b : onlyLeft ? a : allOf(a, b));
            }
        }
        all.set("properties", properties);
        all.remove("additionalProperties");
        if (isFalse(leftOthers) || isFalse(rightOthers)) {
            all.put("additionalProperties", false);
        } else if (leftOthers != null && rightOthers != null && !leftOthers.equals(rightOthers)) {
            all.set("additionalProperties", allOf(leftOthers, rightOthers));
        } else if (leftOthers != null || rightOthers != null) {
            all.set("additionalProperties", leftOthers != null ? leftOthers : rightOthers);
        }
    }

    private static ObjectNode object(ObjectNode schema, String keyword, String at) {
        JsonNode value = schema.get(keyword);
        if (value != null && !value.isObject()) {
            throw new GrammarException(at + "." + keyword, "'" + keyword + "' is not an object");
        }
        return value == null ? JsonNodeFactory.instance.objectNode() : (ObjectNode) value;
    }

    private static boolean isFalse(JsonNode schema) {
        return schema != null && schema.isBoolean() && !schema.booleanValue();
    }

    private static boolean isTrue(JsonNode schema) {
        return schema.isBoolean() && schema.booleanValue();
    }
}
