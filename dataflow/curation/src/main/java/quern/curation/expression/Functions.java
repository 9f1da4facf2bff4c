package quern.curation.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import quern.curation.SampleException;
import quern.curation.mapper.PythonPattern;
import quern.curation.text.BoundedText;
import quern.curation.text.LetterCase;
import quern.curation.text.PythonText;

/**
 * The functions an expression may call, named and meant as in Python; the first argument may stand before the name as
 * of a method. Of our own: {@code matches(text, 'pattern')}, whether a pattern is found in a text.
 */
final class Functions {

    /** What a function does with its arguments. */
    interface Body {
        JsonNode apply(List<JsonNode> arguments, Scope scope);
    }

    /** @param least and {@code most}: numbers of arguments it takes */
    record Function(int least, int most, Body body) {

        JsonNode apply(List<JsonNode> arguments, Scope scope) {
            return body.apply(arguments, scope);
        }

        /** The function for these arguments. @throws IllegalArgumentException if it does not take so many */
        Function bound(List<Term> arguments) {
            if (arguments.size() < least || arguments.size() > most) {
                throw new IllegalArgumentException(least == most ? least + " arguments"
                        : least + " to " + most + " arguments");
            }
            if (this != MATCHES) {
                return this;
            }
            if (!(arguments.get(1) instanceof Term.Literal(JsonNode literal)) || !literal.isTextual()) {
                throw new IllegalArgumentException("a pattern in quotes");
            }
            Pattern pattern = PythonPattern.compile("pattern", literal.textValue());
            return new Function(2, 2, (a, _) ->
                    BooleanNode.valueOf(pattern.matcher(new BoundedText(text(a, 0))).find()));
        }
    }

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Function MATCHES = new Function(2, 2, (a, _) -> NODES.booleanNode(false));
    private static final int DIGITS_MAX = 100;
    private static final Map<String, Function> BY_NAME = byName();

    private Functions() {}

    /** Null where there is none. */
    static Function named(String name) {
        return BY_NAME.get(name);
    }

    static String names() {
        return String.join(" ", new TreeSet<>(BY_NAME.keySet()));
    }

    private static Map<String, Function> byName() {
        Map<String, Function> all = new TreeMap<>();
        texts(all);
        numbers(all);
        all.put("matches", MATCHES);
        all.put("len", new Function(1, 1, (a, _) -> NODES.numberNode((long) Term.Slice.length(a.getFirst()))));
        return Map.copyOf(all);
    }

    private static void texts(Map<String, Function> all) {
        all.put("lower", new Function(1, 1, (a, s) -> s.text(LetterCase.lower(text(a, 0)))));
        all.put("upper", new Function(1, 1, (a, s) -> s.text(LetterCase.upper(text(a, 0)))));
        all.put("strip", new Function(1, 1, (a, s) -> s.text(PythonText.strip(text(a, 0)))));
        all.put("replace", new Function(3, 3, Functions::replace));
        all.put("split", new Function(1, 2, Functions::split));
        all.put("join", new Function(2, 2, Functions::join));
        all.put("startswith", new Function(2, 2, (a, _) -> NODES.booleanNode(text(a, 0).startsWith(text(a, 1)))));
        all.put("endswith", new Function(2, 2, (a, _) -> NODES.booleanNode(text(a, 0).endsWith(text(a, 1)))));
        all.put("count", new Function(2, 2, (a, _) -> NODES.numberNode(count(text(a, 0), text(a, 1)))));
        all.put("find", new Function(2, 2, (a, _) -> NODES.numberNode(find(text(a, 0), text(a, 1)))));
        all.put("str", new Function(1, 1, (a, s) -> s.text(written(a.getFirst()))));
    }

    private static void numbers(Map<String, Function> all) {
        all.put("int", new Function(1, 1, (a, _) -> NODES.numberNode((long) number(a.getFirst()))));
        all.put("float", new Function(1, 1, (a, _) -> NODES.numberNode(number(a.getFirst()))));
        all.put("bool", new Function(1, 1, (a, _) -> NODES.booleanNode(Expression.isTrue(a.getFirst()))));
        all.put("abs", new Function(1, 1, (a, s) -> number(a.getFirst()) < 0
                ? Calculation.of('-', NODES.numberNode(0L), a.getFirst(), s) : a.getFirst()));
        all.put("round", new Function(1, 2, Functions::round));
        all.put("min", new Function(1, 64, (a, s) -> extreme(a, s, -1)));
        all.put("max", new Function(1, 64, (a, s) -> extreme(a, s, 1)));
        all.put("sum", new Function(1, 1, Functions::sum));
    }

    private static JsonNode replace(List<JsonNode> arguments, Scope scope) {
        String text = text(arguments, 0);
        String old = text(arguments, 1);
        String now = text(arguments, 2);
        long more = (long) count(text, old) * (now.length() - old.length());
        scope.spend(Math.max(0, more));
        return scope.text(text.replace(old, now));
    }

    private static JsonNode split(List<JsonNode> arguments, Scope scope) {
        String text = text(arguments, 0);
        scope.spend(text.length());
        ArrayNode parts = NODES.arrayNode();
        if (arguments.size() == 2) {
            String separator = text(arguments, 1);
            if (separator.isEmpty()) {
                throw new SampleException("split at an empty text");
            }
            int from = 0;
            for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
                parts.add(text.substring(from, at));
                from = at + separator.length();
            }
            return parts.add(text.substring(from));
        }
        int from = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean space = i == text.length() || PythonText.isBlank(text.substring(i, i + 1));
            if (space && from >= 0) {
                parts.add(text.substring(from, i));
                from = -1;
            } else if (!space && from < 0) {
                from = i;
            }
        }
        return parts;
    }

    private static JsonNode join(List<JsonNode> arguments, Scope scope) {
        String between = text(arguments, 0);
        if (!arguments.get(1).isArray()) {
            throw new SampleException("join of what is no list");
        }
        StringBuilder out = new StringBuilder();
        String before = "";
        for (JsonNode item : arguments.get(1)) {
            if (!item.isTextual()) {
                throw new SampleException("join of what is no text");
            }
            scope.spend((long) between.length() + item.textValue().length());
            out.append(before).append(item.textValue());
            before = between;
        }
        return NODES.textNode(out.toString());
    }

    private static JsonNode round(List<JsonNode> arguments, Scope unused) {
        double value = number(arguments.getFirst());
        if (arguments.size() == 1) {
            return NODES.numberNode((long) Math.rint(value));
        }
        int digits = Math.clamp(whole(arguments.get(1)), -DIGITS_MAX, DIGITS_MAX);
        return Double.isFinite(value) ? NODES.numberNode(new BigDecimal(value).setScale(digits,
                RoundingMode.HALF_EVEN).doubleValue()) : arguments.getFirst();
    }

    private static JsonNode extreme(List<JsonNode> arguments, Scope scope, int sign) {
        Iterable<JsonNode> items = arguments.size() == 1 ? arguments.getFirst() : arguments;
        JsonNode best = null;
        for (JsonNode item : items) {
            scope.spend(1);
            best = best == null || Comparison.order(item, best) * sign > 0 ? item : best;
        }
        if (best == null) {
            throw new SampleException("min or max of nothing");
        }
        return best;
    }

    private static JsonNode sum(List<JsonNode> arguments, Scope scope) {
        JsonNode sum = NODES.numberNode(0L);
        for (JsonNode item : arguments.getFirst()) {
            scope.spend(1);
            sum = Calculation.of('+', sum, item, scope);
        }
        return sum;
    }

    private static int count(String text, String part) {
        if (part.isEmpty()) {
            return text.codePointCount(0, text.length()) + 1;
        }
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static long find(String text, String part) {
        int at = text.indexOf(part);
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static String written(JsonNode value) {
        if (value.isBoolean()) {
            return value.booleanValue() ? "True" : "False";
        }
        return value.isNull() ? "None" : value.isTextual() ? value.textValue() : value.toString();
    }

    private static String text(List<JsonNode> arguments, int index) {
        if (!arguments.get(index).isTextual()) {
            throw new SampleException("a text is expected and is none");
        }
        return arguments.get(index).textValue();
    }

    static long whole(JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new SampleException("a whole number is expected and is none");
        }
        return value.longValue();
    }

    private static double number(JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue() ? 1 : 0;
        }
        try {
            if (value.isTextual() && value.textValue().length() <= DIGITS_MAX) {
                return Double.parseDouble(PythonText.strip(value.textValue()));
            }
        } catch (NumberFormatException e) {
            throw new SampleException("a number is expected and is none");
        }
        throw new SampleException("a number is expected and is none");
    }
}
