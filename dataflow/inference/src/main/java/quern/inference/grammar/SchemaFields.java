package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Typed access to the keywords of one schema object. */
record SchemaFields(ObjectNode node, String at) {

    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "number", "integer", "boolean", "null");
    private static final int COUNT_MAX = 1 << 24;

    boolean has(String keyword) {
        return node.has(keyword);
    }

    /** A number of things, {@code otherwise} if absent. */
    int count(String keyword, int otherwise) {
        JsonNode value = node.get(keyword);
        if (value == null) {
            return otherwise;
        }
        boolean whole = value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
        if (!whole || value.decimalValue().signum() < 0) {
            throw problem(keyword, "is not a number of things");
        }
        return value.decimalValue().min(BigDecimal.valueOf(COUNT_MAX)).intValue();
    }

    /** Null if absent. */
    BigDecimal number(String keyword) {
        JsonNode value = node.get(keyword);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw problem(keyword, "is not a number");
        }
        BigDecimal number = value.decimalValue();
        if (Math.abs((long) number.scale()) > 1000) {
            throw problem(keyword, "is a number that is not supported");
        }
        return number;
    }

    /** Null if absent. */
    String text(String keyword) {
        JsonNode value = node.get(keyword);
        if (value != null && !value.isTextual()) {
            throw problem(keyword, "is not a string");
        }
        return value == null ? null : value.textValue();
    }

    /** Empty if absent. */
    List<JsonNode> list(String keyword) {
        JsonNode value = node.get(keyword);
        if (value != null && !value.isArray()) {
            throw problem(keyword, "is not an array");
        }
        return value == null ? List.of() : List.copyOf(value.valueStream().toList());
    }

    /** At least one. */
    List<JsonNode> branches(String keyword) {
        List<JsonNode> branches = list(keyword);
        if (branches.isEmpty()) {
            throw problem(keyword, "is empty");
        }
        return branches;
    }

    /** In their order; empty if absent. */
    Set<String> names(String keyword) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode name : list(keyword)) {
            if (!name.isTextual()) {
                throw problem(keyword, "holds something else than strings");
            }
            names.add(name.textValue());
        }
        return names;
    }

    /** Null if absent. */
    ObjectNode object(String keyword) {
        JsonNode value = node.get(keyword);
        if (value != null && !value.isObject()) {
            throw problem(keyword, "is not an object");
        }
        return (ObjectNode) value;
    }

    /** The types named, or those its keywords are about; empty: any. */
    List<String> types() {
        JsonNode value = node.get("type");
        if (value == null) {
            return implied();
        }
        List<String> types = new ArrayList<>();
        for (JsonNode type : value.isArray() ? list("type") : List.of(value)) {
            if (!type.isTextual() || !TYPES.contains(type.textValue())) {
                throw problem("type", "is none of " + String.join(", ", TYPES.stream().sorted().toList()));
            }
            if (!types.contains(type.textValue())) {
                types.add(type.textValue());
            }
        }
        if (types.isEmpty()) {
            throw problem("type", "is empty");
        }
        if (nullable() && !types.contains("null")) {
            types.add("null");
        }
        return types;
    }

    boolean nullable() {
        JsonNode value = node.get("nullable");
        if (value != null && !value.isBoolean()) {
            throw problem("nullable", "is neither true nor false");
        }
        return value != null && value.booleanValue();
    }

    private List<String> implied() {
        List<String> types = new ArrayList<>();
        if (has("properties") || has("required") || has("additionalProperties")) {
            types.add("object");
        } else if (has("items") || has("prefixItems") || has("minItems") || has("maxItems")) {
            types.add("array");
        } else if (has("minLength") || has("maxLength") || has("pattern") || has("format")) {
            types.add("string");
        } else if (has("minimum") || has("maximum") || has("exclusiveMinimum") || has("exclusiveMaximum")) {
            types.add("number");
        }
        if (nullable() && !types.isEmpty()) {
            types.add("null");
        }
        return types;
    }

    GrammarException problem(String keyword, String what) {
        return new GrammarException(at + "." + keyword, "'" + keyword + "' " + what);
    }
}
