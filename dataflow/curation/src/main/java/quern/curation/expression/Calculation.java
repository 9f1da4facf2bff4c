package quern.curation.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import quern.curation.SampleException;

/** Arithmetic as Python has it: whole numbers stay whole but for {@code /}, and remainders have the divisor's sign. */
final class Calculation {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Calculation() {}

    /** @param sign {@code + - * / %}, or {@code :} for whole division */
    static JsonNode of(char sign, JsonNode left, JsonNode right, Scope scope) {
        if (left.isNumber() && right.isNumber()) {
            boolean whole = left.canConvertToLong() && left.isIntegralNumber() && right.canConvertToLong()
                    && right.isIntegralNumber() && sign != '/';
            return whole ? whole(sign, left.longValue(), right.longValue())
                    : NODES.numberNode(real(sign, left.doubleValue(), right.doubleValue()));
        }
        if (sign == '+' && left.isTextual() && right.isTextual()) {
            scope.spend((long) left.textValue().length() + right.textValue().length());
            return NODES.textNode(left.textValue() + right.textValue());
        }
        if (sign == '+' && left.isArray() && right.isArray()) {
            scope.spend((long) left.size() + right.size());
            return ((ArrayNode) left).deepCopy().addAll((ArrayNode) right);
        }
        if (sign == '*' && left.isTextual() && right.isIntegralNumber()) {
            long times = Math.max(0, right.longValue());
            scope.spend(times > Integer.MAX_VALUE ? Long.MAX_VALUE : times * left.textValue().length());
            return NODES.textNode(left.textValue().repeat((int) times));
        }
        throw new SampleException("values of these kinds cannot be calculated with");
    }

    private static JsonNode whole(char sign, long left, long right) {
        if (right == 0 && (sign == ':' || sign == '%')) {
            throw new SampleException("division by zero");
        }
        try {
            return NODES.numberNode(switch (sign) {
                case '+' -> Math.addExact(left, right);
                case '-' -> Math.subtractExact(left, right);
                case '*' -> Math.multiplyExact(left, right);
                case ':' -> Math.floorDiv(left, right);
                default -> Math.floorMod(left, right);
            });
        } catch (ArithmeticException e) {
            return NODES.numberNode(real(sign, left, right));
        }
    }

    private static double real(char sign, double left, double right) {
        if (right == 0 && (sign == '/' || sign == ':' || sign == '%')) {
            throw new SampleException("division by zero");
        }
        return switch (sign) {
            case '+' -> left + right;
            case '-' -> left - right;
            case '*' -> left * right;
            case '/' -> left / right;
            case ':' -> Math.floor(left / right);
            default -> left - Math.floor(left / right) * right;
        };
    }
}
