package quern.ingest.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * What values a field has had, and the column that holds all of them. Whole numbers and fractions together are a
 * column of doubles where that loses nothing. A field of values that fit no one type becomes a column of strings: a
 * string as it is, everything else as JSON. So does an object without fields, or with so many that they are keys
 * rather than columns.
 */
final class ColumnShape {

    static final int FIELDS_MAX = 1000;

    private static final long EXACT_IN_DOUBLE = 1L << 53;

    /** How a column is written. */
    enum Form { BOOLEAN, LONG, DOUBLE, STRING, JSON, LIST, OBJECT }

    private enum Kind { BOOLEAN, LONG, BIG, FRACTION, STRING, LIST, OBJECT }

    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    private final Map<String, ColumnShape> fields = new LinkedHashMap<>();
    private ColumnShape element;
    private boolean overflown;

    void add(JsonNode value) {
        if (value.isNull() || value.isMissingNode()) {
            return;
        }
        Kind kind = kind(value);
        kinds.add(kind);
        if (kinds.size() > 1 && (kinds.contains(Kind.LIST) || kinds.contains(Kind.OBJECT))) {
            fields.clear();
            element = null;
        } else if (kind == Kind.LIST) {
            element = element == null ? new ColumnShape() : element;
            value.forEach(element::add);
        } else if (kind == Kind.OBJECT && !overflown) {
            addFields(value);
        }
    }

    private void addFields(JsonNode object) {
        object.properties().forEach(field ->
                fields.computeIfAbsent(field.getKey(), key -> new ColumnShape()).add(field.getValue()));
        overflown = fields.size() > FIELDS_MAX;
        if (overflown) {
            fields.clear();
        }
    }

    private static Kind kind(JsonNode value) {
        if (value.isTextual()) {
            return Kind.STRING;
        } else if (value.isBoolean()) {
            return Kind.BOOLEAN;
        } else if (value.isArray()) {
            return Kind.LIST;
        } else if (value.isObject()) {
            return Kind.OBJECT;
        } else if (value.isIntegralNumber()) {
            return value.canConvertToLong() && Math.abs(value.longValue()) <= EXACT_IN_DOUBLE ? Kind.LONG
                    : value.canConvertToLong() ? Kind.BIG : Kind.STRING;
        }
        boolean exact = !value.isBigDecimal() || Double.isFinite(value.doubleValue())
                && new BigDecimal(Double.toString(value.doubleValue())).compareTo(value.decimalValue()) == 0;
        return exact ? Kind.FRACTION : Kind.STRING;
    }

    Form form() {
        Set<Kind> whole = EnumSet.of(Kind.LONG, Kind.BIG);
        if (kinds.isEmpty() || kinds.equals(EnumSet.of(Kind.STRING))) {
            return Form.STRING;
        } else if (whole.containsAll(kinds)) {
            return Form.LONG;
        } else if (EnumSet.of(Kind.LONG, Kind.FRACTION).containsAll(kinds)) {
            return Form.DOUBLE;
        } else if (kinds.size() > 1) {
            return Form.JSON;
        }
        return switch (kinds.iterator().next()) {
            case BOOLEAN -> Form.BOOLEAN;
            case LIST -> Form.LIST;
            default -> fields.isEmpty() ? Form.JSON : Form.OBJECT;
        };
    }

    Map<String, ColumnShape> fields() {
        return fields;
    }

    ColumnShape element() {
        return element;
    }

    Type type(String name) {
        return switch (form()) {
            case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
            case LONG -> Types.optional(PrimitiveTypeName.INT64).named(name);
            case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE).named(name);
            case STRING, JSON -> Types.optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType()).named(name);
            case LIST -> Types.optionalList().setElementType(element.type("element")).named(name);
            case OBJECT -> Types.optionalGroup().addFields(types().toArray(Type[]::new)).named(name);
        };
    }

    List<Type> types() {
        return fields.entrySet().stream().map(field -> field.getValue().type(field.getKey())).toList();
    }
}
