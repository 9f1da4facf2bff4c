package quern.inference.template;

import java.util.ArrayList;
import java.util.List;

/** Operators, items and slices, after Python. */
final class Operators {

    private final Budget budget;

    Operators(Budget budget) {
        this.budget = budget;
    }

    Object binary(String operator, Object left, Object right) {
        if (operator.equals("~")) {
            return new TextBuilder(budget).add(Writing.string(left, budget)).add(Writing.string(right, budget)).build();
        }
        if (operator.equals("+")) {
            return plus(left, right);
        }
        if (operator.equals("*") && (left instanceof Text || right instanceof Text)) {
            return left instanceof Text text ? repeat(text, right) : repeat((Text) right, left);
        }
        if (!Values.isNumber(left) || !Values.isNumber(right)) {
            throw new TemplateException("unsupported operand type(s) for " + operator + ": '"
                    + Values.typeName(left) + "' and '" + Values.typeName(right) + "'");
        }
        boolean whole = !(left instanceof Double) && !(right instanceof Double) && !operator.equals("/");
        return whole ? (Object) whole(operator, (long) Values.real(left), (long) Values.real(right))
                : real(operator, Values.real(left), Values.real(right));
    }

    private Object plus(Object left, Object right) {
        if (left instanceof Text a && right instanceof Text b) {
            return new TextBuilder(budget).add(a).add(b).build();
        }
        if (left instanceof Text) {
            throw new TemplateException(
                    "can only concatenate str (not \"" + Values.typeName(right) + "\") to str");
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            budget.steps((long) a.size() + b.size());
            List<Object> joined = new ArrayList<>(a);
            joined.addAll(b);
            return joined;
        }
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return left instanceof Double || right instanceof Double
                    ? (Object) (Values.real(left) + Values.real(right))
                    : whole("+", (long) Values.real(left), (long) Values.real(right));
        }
        throw new TemplateException("unsupported operand type(s) for +: '" + Values.typeName(left) + "' and '"
                + Values.typeName(right) + "'");
    }

    private Text repeat(Text text, Object times) {
        TextBuilder repeated = new TextBuilder(budget);
        for (int i = 0; i < Values.integer(times); i++) {
            repeated.add(text);
        }
        return repeated.build();
    }

    private static Long whole(String operator, long left, long right) {
        if (right == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw new TemplateException("division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "//" -> Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            default -> throw new TemplateException("operator " + operator + " is not supported");
        };
    }

    private static Double real(String operator, double left, double right) {
        if (right == 0 && !operator.equals("-") && !operator.equals("*")) {
            throw new TemplateException("division by zero");
        }
        return switch (operator) {
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - right * Math.floor(left / right);
            default -> throw new TemplateException("operator " + operator + " is not supported");
        };
    }

    boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right, budget);
            case "!=" -> !Values.equal(left, right, budget);
            case "in" -> Values.contains(right, left, budget);
            case "not in" -> !Values.contains(right, left, budget);
            case "<" -> Values.compare(left, right) < 0;
            case "<=" -> Values.compare(left, right) <= 0;
            case ">" -> Values.compare(left, right) > 0;
            case ">=" -> Values.compare(left, right) >= 0;
            default -> throw new TemplateException("comparison " + operator + " is not supported");
        };
    }

    Object item(Object target, Object key) {
        switch (target) {
            case Dictionary map -> {
                return key instanceof Text name ? map.get(name.value()) : Nothing.UNDEFINED;
            }
            case List<?> items -> {
                if (!(key instanceof Long) && !(key instanceof Boolean)) {
                    return Nothing.UNDEFINED;
                }
                int index = Values.integer(key) + (Values.integer(key) < 0 ? items.size() : 0);
                return index >= 0 && index < items.size() ? items.get(index) : Nothing.UNDEFINED;
            }
            case Text text when key instanceof Long -> {
                return item(Values.items(text, budget), key);
            }
            case Nothing nothing when nothing == Nothing.UNDEFINED ->
                    throw new TemplateException("an undefined value has no item " + Writing.string(key, budget));
            default -> {
                return Nothing.UNDEFINED;
            }
        }
    }

    /** @param from and the others: a number, or {@link Nothing#NONE} where it is left out */
    Object slice(Object target, Object from, Object to, Object step) {
        List<?> items = Values.items(target, budget);
        int stride = step == Nothing.NONE ? 1 : Values.integer(step);
        if (stride == 0) {
            throw new TemplateException("slice step cannot be zero");
        }
        int count = items.size();
        int first = bound(from, count, stride, stride > 0 ? 0 : count - 1);
        int end = bound(to, count, stride, stride > 0 ? count : -1);
        List<Object> taken = new ArrayList<>();
        for (long i = first; stride > 0 ? i < end : i > end; i += stride) {
            taken.add(items.get((int) i));
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
