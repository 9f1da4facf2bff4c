package quern.inference.template;

import java.util.List;

/** The tests: {@code value is name(argument)}. */
final class Tests {

    private final Operators operators;

    Tests(Operators operators) {
        this.operators = operators;
    }

    boolean passes(String name, Object value, List<Object> arguments) {
        return switch (name) {
            case "defined" -> value != Nothing.UNDEFINED;
            case "undefined" -> value == Nothing.UNDEFINED;
            case "none" -> value == Nothing.NONE;
            case "string" -> value instanceof Text;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "mapping" -> value instanceof Dictionary map && !map.mutable();
            case "iterable" -> isIterable(value) || value == Nothing.UNDEFINED;
            case "sequence" -> isIterable(value);
            case "callable" -> value instanceof Callable;
            case "odd" -> Math.floorMod((long) Values.real(value), 2L) == 1;
            case "even" -> Math.floorMod((long) Values.real(value), 2L) == 0;
            default -> compares(name, value, arguments);
        };
    }

    private boolean compares(String name, Object value, List<Object> arguments) {
        if (arguments.size() != 1) {
            throw new TemplateException("test " + name + " with " + arguments.size() + " arguments is not supported");
        }
        Object other = arguments.get(0);
        return switch (name) {
            case "equalto", "eq", "==", "sameas" -> operators.compare("==", value, other);
            case "ne", "!=" -> operators.compare("!=", value, other);
            case "in" -> operators.compare("in", value, other);
            case "lt", "lessthan", "<" -> operators.compare("<", value, other);
            case "le", "<=" -> operators.compare("<=", value, other);
            case "gt", "greaterthan", ">" -> operators.compare(">", value, other);
            case "ge", ">=" -> operators.compare(">=", value, other);
            case "divisibleby" -> Values.equal(operators.binary("%", value, other), 0L, new Budget());
            default -> throw new TemplateException("test " + name + " is not supported");
        };
    }

    private static boolean isIterable(Object value) {
        return value instanceof Text || value instanceof List<?>
                || value instanceof Dictionary map && !map.mutable();
    }
}
