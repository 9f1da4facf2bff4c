package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether what is written for one schema could be valid for another as well: {@code oneOf} allows only one. */
final class SchemaOverlap {

    private static final int DEPTH_MAX = 8;
    /** What it costs to tell two schemas apart, against a step of subset construction. */
    private static final int STEPS_PER_PAIR = 32;
    private static final Set<String> ALL_TYPES = Set.of("object", "array", "string", "number", "boolean", "null");

    private final SchemaMerge merge;
    private final GrammarBudget budget;
    private final String at;

    /** @param at where the branches stand */
    SchemaOverlap(SchemaMerge merge, GrammarBudget budget, String at) {
        this.merge = merge;
        this.budget = budget;
        this.at = at;
    }

    /** @throws GrammarException if two branches may hold at once, or it cannot be told */
    void refuse(List<ObjectNode> branches, SchemaFields fields) {
        for (int i = 0; i < branches.size(); i++) {
            for (int j = 0; j < branches.size(); j++) {
                if (i != j && !excludes(branches.get(i), branches.get(j), 0)) {
                    throw fields.problem("oneOf", "is not supported here: its branches " + Math.min(i, j) + " and "
                            + Math.max(i, j) + " may hold together; give them different types or a required property"
                            + " with different constants, or use anyOf");
                }
            }
        }
    }

    /** Whether nothing written for {@code left} is valid for {@code right}. */
    private boolean excludes(ObjectNode left, ObjectNode right, int depth) {
        budget.steps(STEPS_PER_PAIR);
        if (depth > DEPTH_MAX) {
            return false;
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (left.get(keyword) instanceof JsonNode branches && branches.isArray()) {
                return branches.valueStream().allMatch(branch -> excludes(
                        merge.resolved(branch, at), right, depth + 1));
            }
            if (right.get(keyword) instanceof JsonNode branches && branches.isArray()) {
                return branches.valueStream().allMatch(branch -> excludes(
                        left, merge.resolved(branch, at), depth + 1));
            }
        }
        Set<JsonNode> lefts = values(left);
        Set<JsonNode> rights = values(right);
        if (!lefts.isEmpty() && !rights.isEmpty()) {
            return lefts.stream().noneMatch(rights::contains);
        }
        Set<String> common = new HashSet<>(types(left));
        common.retainAll(types(right));
        return common.isEmpty() || common.equals(Set.of("object")) && objectsExclude(left, right, depth);
    }

    private boolean objectsExclude(ObjectNode left, ObjectNode right, int depth) {
        JsonNode lefts = left.path("properties");
        JsonNode rights = right.path("properties");
        Set<String> leftRequired = new SchemaFields(left, at).names("required");
        Set<String> rightRequired = new SchemaFields(right, at).names("required");
        boolean leftOpen = left.path("additionalProperties").isObject()
                || left.path("additionalProperties").asBoolean(false) || lefts.isEmpty();
        boolean rightClosed = right.has("additionalProperties") && !right.get("additionalProperties").isObject()
                && !right.get("additionalProperties").asBoolean(true);
        if (rightRequired.stream().anyMatch(name -> !leftOpen && !lefts.has(name) && !leftRequired.contains(name))) {
            return true;
        }
        for (String name : leftRequired) {
            if (rightClosed && !rights.has(name)) {
                return true;
            }
            if (lefts.has(name) && rights.has(name) && lefts.get(name).isObject() && rights.get(name).isObject()
                    && excludes(merge.resolved(lefts.get(name), at), merge.resolved(rights.get(name), at), depth + 1)) {
                return true;
            }
        }
        return false;
    }

    private static Set<JsonNode> values(ObjectNode schema) {
        Set<JsonNode> values = new HashSet<>();
        if (schema.has("const")) {
            values.add(schema.get("const"));
        } else if (schema.path("enum").isArray()) {
            schema.get("enum").forEach(values::add);
        }
        return values;
    }

    private Set<String> types(ObjectNode schema) {
        Set<JsonNode> values = values(schema);
        Set<String> types = new HashSet<>();
        if (!values.isEmpty()) {
            values.forEach(value -> ALL_TYPES.stream().filter(type -> isOf(value, type)).forEach(types::add));
            return types;
        }
        // Keywords about one type say nothing about the others, so only 'type' narrows what is valid.
        List<String> named = schema.has("type") ? new SchemaFields(schema, at).types() : List.of();
        named.forEach(type -> types.add(type.equals("integer") ? "number" : type));
        return types.isEmpty() ? ALL_TYPES : types;
    }

    static boolean isOf(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
            case "boolean" -> value.isBoolean();
            default -> value.isNull();
        };
    }
}
