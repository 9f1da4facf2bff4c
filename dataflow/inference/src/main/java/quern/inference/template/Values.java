package quern.inference.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Python's rules for the values of a template, which are {@link Text}, {@link Long} and {@link BigInteger},
 * {@link Double}, {@link Boolean}, {@link List}, {@link Tuple}, {@link View}, {@link Generator}, {@link Dictionary},
 * {@link Namespace}, {@link Loop}, {@link Macro}, {@link Callable} and {@link Nothing}, and no others.
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
            case BigInteger large -> Numbers.whole(large);
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
                Dictionary entries = new Dictionary();
                map.forEach((key, value) -> entries.put(
                        Text.content(String.valueOf(key)), fromJson(value, budget, depth + 1)));
                yield entries;
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
            case Tuple tuple -> !tuple.items().isEmpty();
            case View view -> !view.items().isEmpty();
            case Dictionary map -> map.size() > 0;
            case Nothing nothing -> false;
            default -> true;
        };
    }

    static boolean isIterable(Object value) {
        return value instanceof Text || value instanceof List<?> || value instanceof Tuple || value instanceof View
                || value instanceof Generator || value instanceof Dictionary || value == Nothing.UNDEFINED;
    }

    /** The items a loop runs over: those of a list, keys of a mapping, characters of a text. */
    static List<?> items(Object value, Budget budget) {
        List<?> items = switch (value) {
            case List<?> list -> list;
            case Tuple tuple -> tuple.items();
            case View view -> view.items();
            case Generator generator -> generator.drain();
            case Dictionary map -> map.keys();
            case Text text -> {
                budget.steps(text.length());
                yield text.characters();
            }
            case Nothing nothing when nothing == Nothing.UNDEFINED -> List.of();
            default -> throw new TemplateException("'" + typeName(value) + "' object is not iterable");
        };
        budget.steps(items.size());
        return items;
    }

    static boolean equal(Object left, Object right, Budget budget) {
        budget.step();
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return allEqual(a.items(), b.items(), budget);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return (a instanceof Progression) == (b instanceof Progression) && allEqual(a, b, budget);
        }
        if (left instanceof Dictionary a && right instanceof Dictionary b) {
            return a.size() == b.size() && a.keys().stream()
                    .allMatch(key -> b.has(key) && equal(a.get(key), b.get(key), budget));
        }
        if (left instanceof Text a && right instanceof Text b) {
            budget.steps(Math.min(a.length(), b.length()) / 64);
            return a.equals(b);
        }
        if (Numbers.is(left) && Numbers.is(right)) {
            return Numbers.compare(left, right) == 0;
        }
        return left == right;
    }

    private static boolean allEqual(List<?> a, List<?> b, Budget budget) {
        boolean equal = a.size() == b.size();
        for (int i = 0; equal && i < a.size(); i++) {
            equal = equal(a.get(i), b.get(i), budget);
        }
        return equal;
    }

    /** @throws TemplateException if the two have no order */
    static int compare(Object left, Object right, Budget budget) {
        budget.step();
        if (left instanceof Text a && right instanceof Text b) {
            return a.compareTo(b);
        }
        if (Numbers.is(left) && Numbers.is(right)) {
            return Numbers.compare(left, right);
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return compare(a.items(), b.items(), budget);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return compare(a, b, budget);
        }
        throw new TemplateException("cannot order '" + typeName(left) + "' and '" + typeName(right) + "'");
    }

    private static int compare(List<?> a, List<?> b, Budget budget) {
        for (int i = 0; i < a.size() && i < b.size(); i++) {
            if (!equal(a.get(i), b.get(i), budget)) {
                return compare(a.get(i), b.get(i), budget);
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    static boolean contains(Object container, Object item, Budget budget) {
        return switch (container) {
            case Text text when item instanceof Text part -> {
                budget.steps(text.length() / 16);
                yield text.value().contains(part.value());
            }
            case Text text -> throw new TemplateException(
                    "'in <string>' requires string as left operand, not " + typeName(item));
            case Dictionary map -> map.has(item);
            case Nothing nothing when nothing == Nothing.NONE ->
                    throw new TemplateException("argument of type 'NoneType' is not iterable");
            default -> items(container, budget).stream().anyMatch(other -> equal(other, item, budget));
        };
    }

    /** A number that counts or indexes; one out of range counts as the nearest that is not. */
    static int integer(Object value) {
        return switch (value) {
            case Long number -> Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BigInteger number -> number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
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

    static long length(Object value) {
        return switch (value) {
            case Text text -> text.value().codePointCount(0, text.length());
            case List<?> items -> items.size();
            case Tuple tuple -> tuple.items().size();
            case View view -> view.items().size();
            case Dictionary map -> map.size();
            case Nothing nothing when nothing == Nothing.UNDEFINED -> 0;
            default -> throw new TemplateException("object of type '" + typeName(value) + "' has no len()");
        };
    }

    static String typeName(Object value) {
        return switch (value) {
            case Text text -> "str";
            case Long number -> "int";
            case BigInteger number -> "int";
            case Double number -> "float";
            case Boolean flag -> "bool";
            case Progression range -> "range";
            case List<?> items -> "list";
            case Tuple tuple -> "tuple";
            case View view -> view.kind().typeName();
            case Generator generator -> "generator";
            case Dictionary map -> "dict";
            case Namespace namespace -> "Namespace";
            case Loop loop -> "LoopContext";
            case Macro macro -> "Macro";
            case Nothing nothing -> nothing == Nothing.NONE ? "NoneType" : "Undefined";
            default -> "function";
        };
    }
}
