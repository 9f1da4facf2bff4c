package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Values of a JSON object that a stranger wrote; one of another kind than asked is refused. Null counts as absent. */
record ConfigNumbers(JsonNode object, String where) {

    JsonNode node(String key) {
        return object.path(key);
    }

    boolean has(String key) {
        return object.hasNonNull(key);
    }

    /** From 1. */
    int number(String key) {
        JsonNode value = object.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
            throw new ModelFormatException(where, key + " is " + (value.isMissingNode() ? "absent" : shown(value))
                    + ", expected a number from 1");
        }
        return value.asInt();
    }

    int number(String key, int otherwise) {
        return has(key) ? number(key) : otherwise;
    }

    double real(String key, double otherwise) {
        JsonNode value = object.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
            throw new ModelFormatException(where, key + " is " + shown(value) + ", expected a number");
        }
        return value.asDouble();
    }

    double positive(String key) {
        double value = real(key, 0);
        if (!(value > 0)) {
            throw new ModelFormatException(where, key + " is " + value + ", expected more than 0");
        }
        return value;
    }

    /** {@code count} positive numbers. */
    float[] divisors(String key, int count) {
        JsonNode values = object.path(key);
        if (!values.isArray() || values.size() != count) {
            throw new ModelFormatException(where, key + " has " + values.size() + " numbers, expected " + count);
        }
        float[] divisors = new float[count];
        for (int i = 0; i < count; i++) {
            divisors[i] = (float) values.get(i).asDouble();
            if (!(divisors[i] > 0) || Float.isInfinite(divisors[i])) {
                throw new ModelFormatException(where, key + "[" + i + "] is " + shown(values.get(i))
                        + ", expected a positive number");
            }
        }
        return divisors;
    }

    boolean flag(String key, boolean otherwise) {
        return has(key) ? object.path(key).asBoolean(otherwise) : otherwise;
    }

    Optional<String> text(String key) {
        return object.path(key).isTextual() ? Optional.of(object.path(key).asText()) : Optional.empty();
    }

    static String shown(JsonNode value) {
        String text = value.toString();
        return text.substring(0, Math.min(text.length(), 80));
    }
}
