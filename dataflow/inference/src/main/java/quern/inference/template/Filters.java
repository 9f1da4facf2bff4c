package quern.inference.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The filters: {@code value | name(arguments)}. */
final class Filters {

    private static final Set<String> OF_VALUES = Set.of("tojson", "string", "default", "d", "length", "count", "items",
            "list", "int", "float", "abs", "round", "safe", "attr", "format");

    private final Budget budget;
    private final Operators operators;
    private final SequenceFilters sequences;
    private final TextFilters texts;

    Filters(Budget budget, Methods methods, Tests tests, Operators operators) {
        this.budget = budget;
        this.operators = operators;
        this.sequences = new SequenceFilters(budget, this, tests, operators, methods.texts());
        this.texts = new TextFilters(budget, methods.texts());
    }

    static boolean has(String name) {
        return OF_VALUES.contains(name) || SequenceFilters.has(name) || TextFilters.has(name);
    }

    Object apply(String name, Object value, List<Object> positional, Map<String, Object> named) {
        budget.enter();
        try {
            if (SequenceFilters.has(name)) {
                return sequences.apply(name, value, positional, named);
            }
            return TextFilters.has(name) ? texts.apply(name, value, positional, named)
                    : ofValue(name, value, positional, named);
        } finally {
            budget.leave();
        }
    }

    private Object ofValue(String name, Object value, List<Object> positional, Map<String, Object> named) {
        return switch (name) {
            case "tojson" -> json(value, Arguments.bind(
                    name, positional, named, 0, "ensure_ascii", "indent", "separators", "sort_keys"));
            case "default", "d" -> {
                Arguments arguments = Arguments.bind(name, positional, named, 0, "default_value", "boolean");
                boolean missing = value == Nothing.UNDEFINED || arguments.flag("boolean") && !Values.isTrue(value);
                yield missing ? arguments.get("default_value", Text.EMPTY) : value;
            }
            case "int" -> integer(value, Arguments.bind(name, positional, named, 0, "default", "base"));
            case "float" -> real(value, Arguments.bind(name, positional, named, 0, "default"));
            case "round" -> rounded(value, Arguments.bind(name, positional, named, 0, "precision", "method"));
            case "attr" -> operators.attribute(
                    value, Arguments.bind(name, positional, named, 1, "name").text("name").value());
            case "format" -> {
                if (!positional.isEmpty() && !named.isEmpty()) {
                    throw new TemplateException("format takes positional or keyword arguments, not both");
                }
                yield operators.binary("%", Writing.string(value, budget),
                        named.isEmpty() ? new Tuple(positional) : Dictionary.of(named));
            }
            default -> {
                Arguments.bind(name, positional, named, 0);
                yield simple(name, value);
            }
        };
    }

    private Object simple(String name, Object value) {
        return switch (name) {
            case "string", "safe" -> Writing.string(value, budget);
            case "length", "count" -> Values.length(value);
            case "list" -> new ArrayList<>(Values.items(value, budget));
            case "items" -> new Generator(() -> pairs(value).iterator());
            default -> value instanceof Double number ? (Object) Math.abs(number)
                    : Numbers.whole(Numbers.big(value).abs());
        };
    }

    private static List<Object> pairs(Object value) {
        if (!(value instanceof Dictionary) && value != Nothing.UNDEFINED) {
            throw new TemplateException(
                    "Can only get item pairs from a mapping, found '" + Values.typeName(value) + "'");
        }
        return value instanceof Dictionary map ? map.items() : List.of();
    }

    private Text json(Object value, Arguments arguments) {
        Object indent = arguments.get("indent", Nothing.NONE);
        Text unit = indent == Nothing.NONE ? null : indent instanceof Text text ? text
                : Text.template(" ".repeat(Math.clamp(Values.integer(indent), 0, 64)));
        Text item = Text.template(unit == null ? ", " : ",");
        Text pair = Text.template(": ");
        if (arguments.get("separators", Nothing.NONE) != Nothing.NONE) {
            List<?> separators = Values.items(arguments.get("separators", Nothing.NONE), budget);
            if (separators.size() != 2) {
                throw new TemplateException("separators are two texts, found " + separators.size());
            }
            item = Values.text(separators.get(0));
            pair = Values.text(separators.get(1));
        }
        return Writing.json(value, new Writing.Json(unit, item, pair, arguments.flag("ensure_ascii"),
                arguments.flag("sort_keys")), budget);
    }

    private static Object integer(Object value, Arguments arguments) {
        Object otherwise = arguments.get("default", 0L);
        if (value == Nothing.UNDEFINED) {
            throw Nothing.failure("is no number");
        }
        if (Numbers.isWhole(value)) {
            return Numbers.whole(Numbers.big(value));
        }
        if (value instanceof Text text) {
            try {
                return Numbers.whole(parsed(text.value().strip(), arguments.integer("base", 10)));
            } catch (NumberFormatException noInteger) {
                Object real = real(value, otherwise);
                return real instanceof Double number && Double.isFinite(number) ? Numbers.truncated(number) : otherwise;
            }
        }
        return value instanceof Double number && Double.isFinite(number) ? Numbers.truncated(number) : otherwise;
    }

    private static BigInteger parsed(String text, int base) {
        if (base < 2 || base > 36 || text.length() > 1200) {
            throw new NumberFormatException("base " + base);
        }
        String digits = Strings.lower(text);
        String sign = digits.startsWith("-") ? "-" : "";
        digits = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
        String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : " ";
        boolean prefixed = digits.startsWith(prefix);
        digits = prefixed ? digits.substring(2) : digits;
        if (!digits.matches(prefixed ? "_?\\w+(_\\w+)*" : "[^\\W_]+(_[^\\W_]+)*")) {
            throw new NumberFormatException(digits);
        }
        return new BigInteger(sign + digits.replace("_", ""), base);
    }

    private static Object real(Object value, Arguments arguments) {
        return real(value, arguments.get("default", 0.0));
    }

    private static Object real(Object value, Object otherwise) {
        if (value == Nothing.UNDEFINED) {
            throw Nothing.failure("is no number");
        }
        if (Numbers.is(value)) {
            return Numbers.real(value);
        }
        if (!(value instanceof Text text)) {
            return otherwise;
        }
        String number = Strings.lower(Strings.strip(text, null, true, true).value());
        if (number.matches("[-+]?([0-9](_?[0-9])*\\.?([0-9](_?[0-9])*)?|\\.[0-9](_?[0-9])*)(e[-+]?[0-9]{1,6})?")) {
            return Double.valueOf(number.replace("_", ""));
        }
        return switch (number.startsWith("+") ? number.substring(1) : number) {
            case "inf", "infinity" -> (Object) Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> (Object) Double.NEGATIVE_INFINITY;
            case "nan", "-nan" -> (Object) Double.NaN;
            default -> otherwise;
        };
    }

    private Object rounded(Object value, Arguments arguments) {
        int precision = arguments.integer("precision", 0);
        String method = arguments.has("method") ? arguments.text("method").value() : "common";
        if (method.equals("common")) {
            return Numbers.rounded(value, precision);
        }
        if (!method.equals("ceil") && !method.equals("floor")) {
            throw new TemplateException("method must be common, ceil or floor, found " + method);
        }
        Object factor = Numbers.binary("**", 10L, (long) precision);
        double scaled = Numbers.real(Numbers.binary("*", value, factor));
        double cut = method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled);
        return Numbers.binary("/", cut, factor);
    }
}
