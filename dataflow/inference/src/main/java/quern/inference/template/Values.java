package quern.inference.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Python's rules for the values of a template, which are {@link Text}, {@link Long}, {@link Double}, {@link Boolean},
 * {@link List}, {@link Dictionary}, {@link Callable} and {@link Nothing}, and no others.
 */
final class Values {

    private static final int NESTING_MAX = 64;

    private Values() {}

    /** A value of the conversation: JSON as maps, lists, strings, numbers, booleans and null. */
    static Object fromJson(Object json, Budget budget) {
        return fromJson(json, budget, 0);
    }

    private static Object fromJson(Object json, Budget budget, int depth) {
        budget.step();
        if (depth > NESTING_MAX) {
            throw new TemplateException("conversation nests more than " + NESTING_MAX + " deep");
        }
        return switch (json) {
            case null -> Nothing.NONE;
            case String text -> Text.content(text);
            case Boolean flag -> flag;
            case BigInteger large -> large.bitLength() < Long.SIZE ? (Object) large.longValue() : large.doubleValue();
            case Float number -> (double) number;
            case Double number -> number;
            case BigDecimal number -> number.doubleValue();
            case Number number -> number.longValue();
            case List<?> items -> {
                List<Object> values = new ArrayList<>();
                for (Object item : items) {
                    values.add(fromJson(item, budget, depth + 1));
                }
                yield values;
            }
            case Map<?, ?> map -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                map.forEach((key, value) -> entries.put(String.valueOf(key), fromJson(value, budget, depth + 1)));
                yield new Dictionary(entries, true, false);
            }
            default -> throw new TemplateException(
                    "conversation holds a " + json.getClass().getSimpleName() + ", expected JSON values");
        };
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case Boolean flag -> flag;
            case Text text -> text.length() > 0;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case List<?> items -> !items.isEmpty();
            case Dictionary map -> map.mutable() || !map.entries().isEmpty();
            case Nothing nothing -> false;
            default -> true;
        };
    }

    /** The items a loop runs over: those of a list, keys of a mapping, characters of a text. */
    static List<?> items(Object value, Budget budget) {
        switch (value) {
            case List<?> items -> {
                budget.steps(items.size());
                return items;
            }
            case Dictionary map -> {
                return map.entries().keySet().stream().map(map::key).toList();
            }
            case Text text -> {
                budget.steps(text.length());
                List<Text> characters = new ArrayList<>();
                for (int at = 0; at < text.length(); ) {
                    int end = text.value().offsetByCodePoints(at, 1);
                    characters.add(text.slice(at, end));
                    at = end;
                }
                return characters;
            }
            case Nothing nothing when nothing == Nothing.UNDEFINED -> {
                return List.of();
            }
            default -> throw new TemplateException("'" + typeName(value) + "' object is not iterable");
        }
    }

    static boolean equal(Object left, Object right, Budget budget) {
        budget.step();
        if (left instanceof List<?> a && right instanceof List<?> b) {
            boolean equal = a.size() == b.size();
            for (int i = 0; equal && i < a.size(); i++) {
                equal = equal(a.get(i), b.get(i), budget);
            }
            return equal;
        }
        if (left instanceof Dictionary a && right instanceof Dictionary b && !a.mutable() && !b.mutable()) {
            return a.entries().keySet().equals(b.entries().keySet())
                    && a.entries().keySet().stream().allMatch(key -> equal(a.get(key), b.get(key), budget));
        }
        if (left instanceof Dictionary || right instanceof Dictionary) {
            return left == right;
        }
        if (left instanceof Text a && right instanceof Text b) {
            budget.steps(Math.min(a.length(), b.length()) / 64);
        }
        return isNumber(left) && isNumber(right) ? real(left) == real(right) : left.equals(right);
    }

    static int compare(Object left, Object right) {
        if (left instanceof Text a && right instanceof Text b) {
            return a.value().compareTo(b.value());
        }
        if (isNumber(left) && isNumber(right)) {
            return Double.compare(real(left), real(right));
        }
        throw new TemplateException(
                "cannot order '" + typeName(left) + "' and '" + typeName(right) + "'");
    }

    static boolean contains(Object container, Object item, Budget budget) {
        return switch (container) {
            case Text text when item instanceof Text part -> {
                budget.steps(text.length() / 16);
                yield text.value().contains(part.value());
            }
            case Dictionary map -> item instanceof Text key && map.entries().containsKey(key.value());
            case Text text -> throw new TemplateException(
                    "'in <string>' requires string as left operand, not " + typeName(item));
            case Nothing nothing when nothing == Nothing.NONE ->
                    throw new TemplateException("argument of type 'NoneType' is not iterable");
            default -> items(container, budget).stream().anyMatch(other -> equal(other, item, budget));
        };
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double real(Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number;
            case Boolean flag -> flag ? 1 : 0;
            default -> throw new TemplateException("expected a number, found '" + typeName(value) + "'");
        };
    }

    /** A number that counts or indexes. */
    static int integer(Object value) {
        return switch (value) {
            case Long number -> Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case Boolean flag -> flag ? 1 : 0;
            default -> throw new TemplateException("expected a whole number, found '" + typeName(value) + "'");
        };
    }

    static Text text(Object value) {
        if (value instanceof Text text) {
            return text;
        }
        throw new TemplateException("expected a string, found '" + typeName(value) + "'");
    }

    static int length(Object value) {
        return switch (value) {
            case Text text -> text.value().codePointCount(0, text.length());
            case List<?> items -> items.size();
            case Dictionary map -> map.entries().size();
            case Nothing nothing when nothing == Nothing.UNDEFINED -> 0;
            default -> throw new TemplateException("object of type '" + typeName(value) + "' has no len()");
        };
    }

    static String typeName(Object value) {
        return switch (value) {
            case Text text -> "str";
            case Long number -> "int";
            case Double number -> "float";
            case Boolean flag -> "bool";
            case List<?> items -> "list";
            case Dictionary map -> map.mutable() ? "Namespace" : "dict";
            case Nothing nothing -> nothing == Nothing.NONE ? "NoneType" : "Undefined";
            default -> "function";
        };
    }
}
