package quern.inference.template;

import java.util.ArrayList;
import java.util.List;

/** Operators, items and slices, after Python. */
final class Operators {

    private final Budget budget;
    private final Methods methods;
    private final Formats formats;

    Operators(Budget budget, Methods methods) {
        this.budget = budget;
        this.methods = methods;
        this.formats = new Formats(budget);
    }

    Object binary(String operator, Object left, Object right) {
        if (left == Nothing.UNDEFINED || right == Nothing.UNDEFINED) {
            if (!operator.equals("~") && !(operator.equals("%") && left instanceof Text)) {
                throw Nothing.failure("cannot be used with " + operator);
            }
        }
        return switch (operator) {
            case "~" -> new TextBuilder(budget)
                    .add(Writing.string(left, budget)).add(Writing.string(right, budget)).build();
            case "+" -> plus(left, right);
            case "*" -> times(left, right);
            case "%" -> left instanceof Text format ? formats.percent(format, right)
                    : numbers(operator, left, right);
            default -> numbers(operator, left, right);
        };
    }

    private static Object numbers(String operator, Object left, Object right) {
        if (!Numbers.is(left) || !Numbers.is(right)) {
            throw new TemplateException("unsupported operand type(s) for " + operator + ": '"
                    + Values.typeName(left) + "' and '" + Values.typeName(right) + "'");
        }
        return Numbers.binary(operator, left, right);
    }

    private Object plus(Object left, Object right) {
        if (left instanceof Text a && right instanceof Text b) {
            return new TextBuilder(budget).add(a).add(b).build();
        }
        if (left instanceof Text) {
            throw new TemplateException(
                    "can only concatenate str (not \"" + Values.typeName(right) + "\") to str");
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return new Tuple(joined(a.items(), b.items()));
        }
        if (left instanceof List<?> a && right instanceof List<?> b && !(a instanceof Progression)
                && !(b instanceof Progression)) {
            return joined(a, b);
        }
        return numbers("+", left, right);
    }

    private List<Object> joined(List<?> a, List<?> b) {
        budget.steps((long) a.size() + b.size());
        List<Object> joined = new ArrayList<>(a);
        joined.addAll(b);
        return joined;
    }

    private Object times(Object left, Object right) {
        if (Numbers.is(left) && Numbers.is(right)) {
            return Numbers.binary("*", left, right);
        }
        Object repeated = Numbers.isWhole(left) ? right : left;
        Object count = Numbers.isWhole(left) ? left : right;
        if (!Numbers.isWhole(count) || repeated instanceof Progression) {
            return numbers("*", left, right);
        }
        return switch (repeated) {
            case Text text -> {
                TextBuilder copies = new TextBuilder(budget);
                for (int i = 0; i < Values.integer(count) && text.length() > 0; i++) {
                    copies.add(text);
                }
                yield copies.build();
            }
            case List<?> items -> copies(items, Values.integer(count));
            case Tuple tuple -> new Tuple(copies(tuple.items(), Values.integer(count)));
            default -> numbers("*", left, right);
        };
    }

    private List<Object> copies(List<?> items, int count) {
        List<Object> copies = new ArrayList<>();
        for (int i = 0; i < count && !items.isEmpty(); i++) {
            budget.steps(items.size());
            copies.addAll(items);
        }
        return copies;
    }

    boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right, budget);
            case "!=" -> !Values.equal(left, right, budget);
            case "in" -> Values.contains(right, left, budget);
            case "not in" -> !Values.contains(right, left, budget);
            default -> ordered(operator, left, right);
        };
    }

    private boolean ordered(String operator, Object left, Object right) {
        boolean unordered = left instanceof Double a && a.isNaN() || right instanceof Double b && b.isNaN();
        int order = Values.compare(left, right, budget);
        return !unordered && switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> throw new TemplateException("comparison " + operator + " is not supported");
        };
    }

    /** {@code target[key]}: an item, else a method or attribute of that name, else undefined. */
    Object item(Object target, Object key) {
        if (target == Nothing.UNDEFINED) {
            throw Nothing.failure("has no item " + Writing.string(key, budget));
        }
        if (target instanceof Dictionary map && !(key instanceof List<?>) && !(key instanceof Dictionary)
                && key != Nothing.UNDEFINED && map.has(key)) {
            return map.get(key);
        }
        boolean indexed = target instanceof List<?> || target instanceof Tuple || target instanceof Text;
        if (indexed && Numbers.isWhole(key)) {
            List<?> items = Values.items(target, budget);
            int index = Values.integer(key) + (Values.integer(key) < 0 ? items.size() : 0);
            return index >= 0 && index < items.size() ? items.get(index) : Nothing.UNDEFINED;
        }
        return key instanceof Text name ? methods.bind(target, name.value()) : Nothing.UNDEFINED;
    }

    /** {@code target.name}: a method or attribute of that name, else an item, else undefined. */
    Object attribute(Object target, String name) {
        if (target == Nothing.UNDEFINED) {
            throw Nothing.failure("has no attribute " + name);
        }
        Object own = methods.bind(target, name);
        if (own != Nothing.UNDEFINED) {
            return own;
        }
        return target instanceof Dictionary map ? map.get(name) : Nothing.UNDEFINED;
    }

    /** A path of attributes and item numbers, {@code a.0.b}, as filters take it. */
    Object path(Object target, Object path) {
        if (!(path instanceof Text names)) {
            return item(target, path);
        }
        Object value = target;
        for (String part : names.value().split("\\.", -1)) {
            boolean number = !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            value = item(value, number ? (Object) Long.valueOf(part) : Text.template(part));
        }
        return value;
    }

    /** @param from and the others: a number, or {@link Nothing#NONE} where it is left out */
    Object slice(Object target, Object from, Object to, Object step) {
        if (target == Nothing.UNDEFINED) {
            throw Nothing.failure("has no items");
        }
        if (!(target instanceof List<?>) && !(target instanceof Tuple) && !(target instanceof Text)) {
            throw new TemplateException("'" + Values.typeName(target) + "' object is not subscriptable");
        }
        List<?> items = Values.items(target, budget);
        int stride = step == Nothing.NONE ? 1 : Values.integer(step);
        if (stride == 0) {
            throw new TemplateException("slice step cannot be zero");
        }
        int count = items.size();
        int first = bound(from, count, stride, stride > 0 ? 0 : count - 1);
        int end = bound(to, count, stride, stride > 0 ? count : -1);
        if (target instanceof Progression range) {
            return range.slice(first, end, stride);
        }
        List<Object> taken = new ArrayList<>();
        for (long i = first; stride > 0 ? i < end : i > end; i += stride) {
            taken.add(items.get((int) i));
        }
        if (target instanceof Tuple) {
            return new Tuple(taken);
        }
        if (!(target instanceof Text)) {
            return taken;
        }
        TextBuilder text = new TextBuilder(budget);
        taken.forEach(character -> text.add((Text) character));
        return text.build();
    }

    private static int bound(Object bound, int count, int stride, int otherwise) {
        if (bound == Nothing.NONE) {
            return otherwise;
        }
        int index = Values.integer(bound);
        int counted = index < 0 ? Math.max(index, -count - 1) + count : index;
        return stride > 0 ? Math.clamp(counted, 0, count) : Math.clamp(counted, -1, count - 1);
    }
}
