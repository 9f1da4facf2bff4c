package quern.curation.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.SampleException;

/**
 * A condition over the fields of a sample: comparisons {@code > < >= <= == !=}, also chained as in {@code 1 < n < 5},
 * joined by {@code and}, {@code or} and parentheses, over field names, dotted names, numbers, texts, True, False and
 * None.
 */
sealed interface Condition {

    /** The value over a sample; {@link MissingNode} for a field that is not there. */
    JsonNode over(JsonNode sample);

    /** @throws IllegalArgumentException if the text is no such condition */
    static Condition parse(String text) {
        return new Parser(text).parse();
    }

    /** Whether a value counts as true: not false, zero, empty, null or missing. */
    static boolean isTrue(JsonNode value) {
        if (value.isContainerNode()) {
            return !value.isEmpty();
        }
        return value.isBoolean() ? value.booleanValue() : value.isNumber() ? value.doubleValue() != 0
                : value.isTextual() && !value.textValue().isEmpty();
    }

    record Literal(JsonNode value) implements Condition {

        @Override
        public JsonNode over(JsonNode sample) {
            return value;
        }
    }

    record Field(List<String> path) implements Condition {

        @Override
        public JsonNode over(JsonNode sample) {
            JsonNode value = sample;
            for (String name : path) {
                value = value.path(name);
            }
            return value;
        }
    }

    /** @param all whether every part must be true; else one is enough */
    record Joined(boolean all, List<Condition> parts) implements Condition {

        @Override
        public JsonNode over(JsonNode sample) {
            for (Condition part : parts) {
                if (isTrue(part.over(sample)) != all) {
                    return BooleanNode.valueOf(!all);
                }
            }
            return BooleanNode.valueOf(all);
        }
    }

    /** @param operators one fewer than sides */
    record Comparison(List<Condition> sides, List<String> operators) implements Condition {

        @Override
        public JsonNode over(JsonNode sample) {
            for (int i = 0; i < operators.size(); i++) {
                if (!holds(sides.get(i).over(sample), operators.get(i), sides.get(i + 1).over(sample))) {
                    return BooleanNode.FALSE;
                }
            }
            return BooleanNode.TRUE;
        }

        /** True and false count as 1 and 0, as in Python. */
        private static boolean isNumber(JsonNode value) {
            return value.isNumber() || value.isBoolean();
        }

        private static boolean holds(JsonNode left, String operator, JsonNode right) {
            if (left.isMissingNode() || left.isNull() || right.isMissingNode() || right.isNull()) {
                return false;
            }
            boolean numbers = isNumber(left) && isNumber(right);
            if (operator.equals("==") || operator.equals("!=")) {
                boolean same = numbers ? left.asDouble() == right.asDouble() : left.equals(right);
                return same == operator.equals("==");
            }
            if (!numbers && !(left.isTextual() && right.isTextual())) {
                throw new SampleException("fields of different kinds compared");
            }
            int order = numbers ? Double.compare(left.asDouble(), right.asDouble())
                    : left.textValue().compareTo(right.textValue());
            return switch (operator) {
                case "<" -> order < 0;
                case "<=" -> order <= 0;
                case ">" -> order > 0;
                default -> order >= 0;
            };
        }
    }

    /** Recursive descent over the words of the text. */
    final class Parser {

        private static final Pattern WORD = Pattern.compile("\\s*(?:"
                + "(?<number>\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?|\\.\\d+)"
                + "|(?<name>[\\p{L}_][\\p{L}\\p{N}_]*(?:\\.[\\p{L}_][\\p{L}\\p{N}_]*)*)"
                + "|(?<text>'[^'\\\\]*'|\"[^\"\\\\]*\")"
                + "|(?<sign>>=|<=|==|!=|[<>()]))");
        private static final int DEPTH_MAX = 100;

        private final String text;
        private final Matcher words;
        private int at;
        private int depth;
        private String sign;
        private Condition value;
        private String name;

        Parser(String text) {
            this.text = text;
            this.words = WORD.matcher(text);
        }

        Condition parse() {
            advance();
            Condition condition = joined(false);
            if (sign != null || value != null || name != null) {
                throw refused();
            }
            return condition;
        }

        private Condition joined(boolean all) {
            List<Condition> parts = new ArrayList<>();
            String word = all ? "and" : "or";
            parts.add(all ? comparison() : joined(true));
            while (word.equals(name)) {
                advance();
                parts.add(all ? comparison() : joined(true));
            }
            return parts.size() == 1 ? parts.getFirst() : new Joined(all, parts);
        }

        private Condition comparison() {
            List<Condition> sides = new ArrayList<>();
            List<String> operators = new ArrayList<>();
            sides.add(atom());
            while (sign != null && !sign.equals("(") && !sign.equals(")")) {
                operators.add(sign);
                advance();
                sides.add(atom());
            }
            return operators.isEmpty() ? sides.getFirst() : new Comparison(sides, operators);
        }

        private Condition atom() {
            if (value != null) {
                Condition literal = value;
                advance();
                return literal;
            }
            if (name != null && !name.equals("and") && !name.equals("or") && !name.equals("not")
                    && !name.equals("in")) {
                Condition field = new Field(List.of(name.split("\\.")));
                advance();
                return field;
            }
            if (!"(".equals(sign) || ++depth > DEPTH_MAX) {
                throw refused();
            }
            advance();
            Condition inner = joined(false);
            if (!")".equals(sign)) {
                throw refused();
            }
            depth--;
            advance();
            return inner;
        }

        private void advance() {
            sign = null;
            value = null;
            name = null;
            if (text.substring(at).isBlank()) {
                at = text.length();
                return;
            }
            if (!words.find(at) || words.start() != at) {
                throw refused();
            }
            at = words.end();
            sign = words.group("sign");
            name = words.group("name");
            if (words.group("number") != null) {
                value = new Literal(DoubleNode.valueOf(Double.parseDouble(words.group("number"))));
            } else if (words.group("text") != null) {
                String quoted = words.group("text");
                value = new Literal(TextNode.valueOf(quoted.substring(1, quoted.length() - 1)));
            } else if ("True".equals(name) || "False".equals(name) || "None".equals(name)) {
                value = new Literal(name.equals("None") ? NullNode.getInstance()
                        : BooleanNode.valueOf(name.equals("True")));
                name = null;
            }
        }

        private IllegalArgumentException refused() {
            return new IllegalArgumentException("filter_condition '" + text + "' is not understood before character "
                    + (at + 1) + "; expected comparisons of fields, numbers and texts joined by and, or, parentheses");
        }
    }
}
