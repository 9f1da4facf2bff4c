package quern.inference.template;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tests: {@code value is name(argument)}. */
final class Tests {

    private static final Set<String> PLAIN = Set.of("defined", "undefined", "none", "string", "number", "integer",
            "float", "boolean", "true", "false", "mapping", "iterable", "sequence", "callable", "odd", "even", "lower",
            "upper", "escaped", "filter", "test");
    private static final Set<String> COMPARING = Set.of("equalto", "eq", "==", "sameas", "ne", "!=", "in", "lt",
            "lessthan", "<", "le", "<=", "gt", "greaterthan", ">", "ge", ">=", "divisibleby");

    private final Budget budget;
    private final Operators operators;

    Tests(Budget budget, Operators operators) {
        this.budget = budget;
        this.operators = operators;
    }

    static boolean has(String name) {
        return PLAIN.contains(name) || COMPARING.contains(name);
    }

    boolean passes(String name, Object value, List<Object> positional, Map<String, Object> named) {
        if (COMPARING.contains(name)) {
            return compares(name, value, Arguments.bind(name, positional, named, 1, "other").get("other", null));
        }
        Arguments.bind(name, positional, named, 0);
        return switch (name) {
            case "defined" -> value != Nothing.UNDEFINED;
            case "undefined" -> value == Nothing.UNDEFINED;
            case "none" -> value == Nothing.NONE;
            case "string" -> value instanceof Text;
            case "number" -> Numbers.is(value);
            case "integer" -> Numbers.isWhole(value) && !(value instanceof Boolean);
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "mapping" -> value instanceof Dictionary;
            case "iterable" -> Values.isIterable(value) || value instanceof Loop;
            case "sequence" -> Values.isIterable(value) && !(value instanceof View) && !(value instanceof Generator);
            case "callable" -> value instanceof Callable || value instanceof Macro || value instanceof Loop
                    || value == Nothing.UNDEFINED;
            case "lower" -> Strings.allCased(Writing.string(value, budget).value(), Character::isLowerCase);
            case "upper" -> Strings.allCased(Writing.string(value, budget).value(), Character::isUpperCase);
            case "escaped" -> false;
            case "filter" -> value instanceof Text filter && Filters.has(filter.value());
            case "test" -> value instanceof Text test && has(test.value());
            default -> Values.equal(
                    operators.binary("%", value, 2L), name.equals("odd") ? 1L : 0L, budget);
        };
    }

    private boolean compares(String name, Object value, Object other) {
        return switch (name) {
            case "equalto", "eq", "==" -> operators.compare("==", value, other);
            case "sameas" -> value == other || value.getClass() == other.getClass()
                    && (value instanceof Boolean || value instanceof Long) && value.equals(other);
            case "ne", "!=" -> operators.compare("!=", value, other);
            case "in" -> operators.compare("in", value, other);
            case "lt", "lessthan", "<" -> operators.compare("<", value, other);
            case "le", "<=" -> operators.compare("<=", value, other);
            case "gt", "greaterthan", ">" -> operators.compare(">", value, other);
            case "ge", ">=" -> operators.compare(">=", value, other);
            default -> Values.equal(operators.binary("%", value, other), 0L, budget);
        };
    }
}
