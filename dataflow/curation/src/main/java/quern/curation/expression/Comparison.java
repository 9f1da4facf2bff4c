package quern.curation.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.List;
import quern.curation.SampleException;

/**
 * Values compared, also in a chain as in {@code 1 < n < 5}.
 *
 * @param operators one fewer than sides
 * @param nothingIsFalse whether a comparison with nothing is false
 */
record Comparison(List<Term> sides, List<String> operators, boolean nothingIsFalse) implements Term {

    @Override
    public JsonNode over(Scope scope) {
        JsonNode left = sides.getFirst().over(scope);
        for (int i = 0; i < operators.size(); i++) {
            JsonNode right = sides.get(i + 1).over(scope);
            if (!holds(left, operators.get(i), right, scope)) {
                return BooleanNode.FALSE;
            }
            left = right;
        }
        return BooleanNode.TRUE;
    }

    private boolean holds(JsonNode left, String operator, JsonNode right, Scope scope) {
        if (nothingIsFalse && (left.isNull() || right.isNull())) {
            return false;
        }
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "in" -> contains(right, left, scope);
            case "not in" -> !contains(right, left, scope);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            default -> order(left, right) >= 0;
        };
    }

    static boolean equal(JsonNode left, JsonNode right) {
        return left.isNumber() && right.isNumber() ? left.doubleValue() == right.doubleValue() : left.equals(right);
    }

    /** Texts by code point, as Python compares them. */
    static int order(JsonNode left, JsonNode right) {
        if (left.isNumber() && right.isNumber()) {
            return left.isIntegralNumber() && right.isIntegralNumber()
                    ? Long.compare(left.longValue(), right.longValue())
                    : Double.compare(left.doubleValue(), right.doubleValue());
        }
        if (!left.isTextual() || !right.isTextual()) {
            throw new SampleException("values of different kinds compared");
        }
        String a = left.textValue();
        String b = right.textValue();
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            if (a.charAt(i) != b.charAt(i)) {
                return Integer.compare(rank(a.charAt(i)), rank(b.charAt(i)));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Surrogates stand for code points above all others. */
    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }

    private static boolean contains(JsonNode whole, JsonNode part, Scope scope) {
        if (whole.isTextual() && part.isTextual()) {
            return whole.textValue().contains(part.textValue());
        }
        if (whole.isObject() && part.isTextual()) {
            return whole.has(part.textValue());
        }
        if (!whole.isArray()) {
            throw new SampleException("in what is no text, list or object is searched");
        }
        scope.spend(whole.size());
        for (JsonNode item : whole) {
            if (equal(item, part)) {
                return true;
            }
        }
        return false;
    }
}
