package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads a JSON object field by field. A wrong type or range is a 400 that names the field; {@link #refuseOthers}
 * at the end refuses every field nobody asked for, so that nothing accepted is ignored. A null counts as absent.
 */
public final class Fields {

    private static final int NAME_CHARS_MAX = 100;

    private final String at;
    private final ObjectNode node;
    private final Set<String> read = new HashSet<>();

    private Fields(String at, ObjectNode node) {
        this.at = at;
        this.node = node;
    }

    /** @throws ApiError 400 if the value is no object */
    public static Fields of(JsonNode root) {
        if (root instanceof ObjectNode object) {
            return new Fields("", object);
        }
        throw ApiError.badRequest("invalid_type", "the body is " + kind(root) + ", expected an object");
    }

    /** The field's full name, as errors give it. */
    public String name(String field) {
        return at + (field.length() <= NAME_CHARS_MAX ? field : field.substring(0, NAME_CHARS_MAX) + "...");
    }

    /** Another object in its place, under the same name. */
    Fields with(ObjectNode other) {
        return new Fields(at, other);
    }

    /** The object as it stands. */
    ObjectNode node() {
        return node;
    }

    /** The value as it stands; absent when missing or null. */
    public Optional<JsonNode> raw(String field) {
        read.add(field);
        JsonNode value = node.get(field);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    public Optional<String> text(String field) {
        return raw(field).map(value -> {
            if (!value.isTextual()) {
                throw wrongType(field, "a string", value);
            }
            return value.textValue();
        });
    }

    public String requiredText(String field) {
        return text(field).orElseThrow(() -> missing(field));
    }

    public boolean flag(String field, boolean otherwise) {
        return raw(field).map(value -> {
            if (!value.isBoolean()) {
                throw wrongType(field, "true or false", value);
            }
            return value.booleanValue();
        }).orElse(otherwise);
    }

    public OptionalLong whole(String field, long min, long max) {
        Optional<JsonNode> value = raw(field);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!value.get().isIntegralNumber()) {
            throw wrongType(field, "a whole number from " + min + " to " + max, value.get());
        }
        if (!value.get().canConvertToLong() || value.get().longValue() < min || value.get().longValue() > max) {
            throw outside(field, value.get(), Long.toString(min), Long.toString(max));
        }
        return OptionalLong.of(value.get().longValue());
    }

    public OptionalInt integer(String field, int min, int max) {
        OptionalLong value = whole(field, min, max);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    public Optional<Double> number(String field, double min, double max) {
        return raw(field).map(value -> {
            if (!value.isNumber()) {
                throw wrongType(field, "a number from " + plain(min) + " to " + plain(max), value);
            }
            double number = value.doubleValue();
            if (!(number >= min && number <= max)) {
                throw outside(field, value, plain(min), plain(max));
            }
            return number;
        });
    }

    public Optional<Fields> object(String field) {
        return raw(field).map(value -> {
            if (value instanceof ObjectNode object) {
                return new Fields(name(field) + ".", object);
            }
            throw wrongType(field, "an object", value);
        });
    }

    public Optional<List<JsonNode>> list(String field, int countMax) {
        return raw(field).map(value -> {
            if (!value.isArray()) {
                throw wrongType(field, "an array", value);
            }
            if (value.size() > countMax) {
                throw ApiError.badField(name(field), "array_above_max_length",
                        "'" + name(field) + "' has " + value.size() + " elements, at most " + countMax);
            }
            return List.copyOf(value.valueStream().toList());
        });
    }

    public Optional<List<Fields>> objects(String field, int countMax) {
        return list(field, countMax).map(values -> {
            var objects = new ArrayList<Fields>();
            for (JsonNode value : values) {
                String element = field + "[" + objects.size() + "]";
                if (!(value instanceof ObjectNode object)) {
                    throw wrongType(element, "an object", value);
                }
                objects.add(new Fields(name(element) + ".", object));
            }
            return objects;
        });
    }

    /** A string or an array of strings. */
    public List<String> texts(String field, int countMax) {
        Optional<JsonNode> value = raw(field);
        if (value.isPresent() && value.get().isTextual()) {
            return List.of(value.get().textValue());
        }
        var texts = new ArrayList<String>();
        for (JsonNode element : list(field, countMax).orElse(List.of())) {
            if (!element.isTextual()) {
                throw wrongType(field + "[" + texts.size() + "]", "a string", element);
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    /** Accepts fields that change nothing here: labels of the caller's own. */
    public void accept(String... fields) {
        read.addAll(List.of(fields));
    }

    /** Refuses a known field unless it holds the one value that asks for nothing. */
    public void only(String field, Set<String> acceptedTexts) {
        raw(field).ifPresent(value -> {
            if (!acceptedTexts.contains(value.isTextual() ? value.textValue() : value.toString())) {
                throw unsupported(field, "'" + name(field) + "' of " + brief(value) + " is not supported");
            }
        });
    }

    /** @throws ApiError 400 naming the first field that was never read */
    public void refuseOthers() {
        node.fieldNames().forEachRemaining(field -> {
            if (!read.contains(field) && !node.get(field).isNull()) {
                throw unsupported(field, "'" + name(field) + "' is not supported");
            }
        });
    }

    public ApiError missing(String field) {
        return ApiError.badField(name(field), "missing_required_parameter", "'" + name(field) + "' is required");
    }

    public ApiError invalid(String field, String message) {
        return ApiError.badField(name(field), "invalid_value", "'" + name(field) + "' " + message);
    }

    private ApiError unsupported(String field, String message) {
        return ApiError.badField(name(field), "unsupported_parameter", message);
    }

    public ApiError wrongType(String field, String expected, JsonNode found) {
        return ApiError.badField(name(field), "invalid_type",
                "'" + name(field) + "' is " + kind(found) + ", expected " + expected);
    }

    private ApiError outside(String field, JsonNode value, String min, String max) {
        return ApiError.badField(name(field), "invalid_value",
                "'" + name(field) + "' is " + brief(value) + ", expected " + min + " to " + max);
    }

    private static String plain(double bound) {
        boolean whole = bound == Math.rint(bound) && Math.abs(bound) < 1e15;
        return whole ? Long.toString((long) bound) : Double.toString(bound);
    }

    private static String brief(JsonNode value) {
        String text = value instanceof com.fasterxml.jackson.databind.node.DecimalNode decimal
                ? brief(decimal.decimalValue()) : value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private static String brief(BigDecimal value) {
        return value.precision() > 20 || Math.abs(value.scale()) > 20
                ? value.round(new java.math.MathContext(6)).toString() : value.toString();
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "the number " + brief(value);
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            default -> "nothing";
        };
    }
}
