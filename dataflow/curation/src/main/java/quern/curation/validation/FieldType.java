package quern.curation.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Types of fields, by the names of Python's; true and false count as whole numbers too, as there. */
public enum FieldType {
    STR(JsonNode::isTextual, "str", "string"),
    INT(node -> node.isIntegralNumber() || node.isBoolean(), "int", "integer"),
    FLOAT(JsonNode::isFloatingPointNumber, "float"),
    BOOL(JsonNode::isBoolean, "bool", "boolean"),
    LIST(JsonNode::isArray, "list"),
    DICT(JsonNode::isObject, "dict");

    private final Predicate<JsonNode> test;
    private final List<String> names;

    FieldType(Predicate<JsonNode> test, String... names) {
        this.test = test;
        this.names = List.of(names);
    }

    boolean fits(JsonNode value) {
        return test.test(value);
    }

    /** As recipes write it. */
    public String text() {
        return names.getFirst();
    }

    /** The type of a name, in any case. */
    public static Optional<FieldType> ofName(String name) {
        for (FieldType type : values()) {
            if (type.names.contains(name.toLowerCase(Locale.ROOT))) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** What a value is. */
    static String nameOf(JsonNode value) {
        for (FieldType type : List.of(BOOL, STR, INT, FLOAT, LIST, DICT)) {
            if (type.fits(value)) {
                return type.text();
            }
        }
        return "nothing";
    }
}
