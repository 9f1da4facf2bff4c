package quern.inference.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code "..." % values} and {@code "...".format(values)}, without reach into what the values are. */
final class Formats {

    private static final int WIDTH_MAX = 10_000;
    private static final int PRECISION_MAX = 300;
    private static final Pattern PERCENT = Pattern.compile(
            "%(?:\\((?<key>[^()]*)\\))?(?<flags>[-+ #0]*)(?<width>\\*|[0-9]{0,6})(?:\\.(?<precision>[0-9]{0,6}))?"
                    + "[hlL]?(?<type>.)?", Pattern.DOTALL);
    private static final Pattern SPEC = Pattern.compile(
            "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>[0-9]{0,6})"
                    + "(?<comma>[,_])?(?:\\.(?<precision>[0-9]{1,6}))?(?<type>[a-zA-Z%])?", Pattern.DOTALL);

    private final Budget budget;

    Formats(Budget budget) {
        this.budget = budget;
    }

    /** How a value is padded and signed. */
    private record Style(String fill, char align, String sign, boolean alternate, int width, String comma,
            int precision) {}

    Text percent(Text format, Object values) {
        List<?> several = values instanceof Tuple tuple ? tuple.items() : List.of(values);
        boolean subscriptable =
                values instanceof Dictionary || values instanceof List<?> || values == Nothing.UNDEFINED;
        TextBuilder out = new TextBuilder(budget);
        Matcher matcher = PERCENT.matcher(format.value());
        int from = 0;
        int used = 0;
        boolean named = false;
        while (matcher.find(from)) {
            out.add(format, from, matcher.start());
            from = matcher.end();
            String type = matcher.group("type");
            if (type == null || matcher.group("width").equals("*")) {
                throw new TemplateException(type == null ? "incomplete format" : "format width * is not supported");
            }
            if (type.equals("%")) {
                out.add("%");
                continue;
            }
            Object value;
            if (matcher.group("key") != null) {
                value = keyed(values, matcher.group("key"));
                named = true;
            } else if (used < several.size()) {
                value = several.get(used++);
            } else {
                throw new TemplateException("not enough arguments for format string");
            }
            String flags = matcher.group("flags");
            String precision = matcher.group("precision");
            Style style = new Style(flags.contains("0") && !flags.contains("-") && !"src".contains(type) ? "0" : " ",
                    flags.contains("-") ? '<' : flags.contains("0") ? '=' : '>',
                    flags.contains("+") ? "+" : flags.contains(" ") ? " " : "-", flags.contains("#"),
                    width(matcher.group("width")), "",
                    precision == null ? -1 : precision.isEmpty() ? 0 : precision(precision));
            out.add(padded(converted(value, type, style), style));
        }
        if (!named && !subscriptable && used < several.size()) {
            throw new TemplateException("not all arguments converted during string formatting");
        }
        return out.add(format, from, format.length()).build();
    }

    private static Object keyed(Object values, String key) {
        if (values instanceof Dictionary map && map.has(Text.template(key))) {
            return map.get(key);
        }
        throw new TemplateException("format has no value for '" + key + "'");
    }

    private Text converted(Object value, String type, Style style) {
        return switch (type) {
            case "s" -> cut(Writing.string(value, budget), style.precision());
            case "r", "a" -> cut(Writing.repr(value, budget), style.precision());
            case "c" -> character(value);
            case "d", "i", "u", "x", "X", "o" -> {
                if (!Numbers.is(value)) {
                    throw new TemplateException("%" + type + " format: a number is required, not "
                            + Values.typeName(value));
                }
                if ("xXo".contains(type) && value instanceof Double) {
                    throw new TemplateException("%" + type + " format: an integer is required, not float");
                }
                Object whole = value instanceof Double real ? Numbers.truncated(real) : value;
                yield Text.template(whole(Numbers.big(whole), "iu".contains(type) ? "d" : type, style));
            }
            case "f", "F", "e", "E", "g", "G" -> Text.template(real(Numbers.real(value), type, style));
            default -> throw new TemplateException("unsupported format character '" + type + "'");
        };
    }

    private static Text character(Object value) {
        if (value instanceof Text text && Values.length(text) == 1) {
            return text;
        }
        if (!Numbers.isWhole(value) || !Character.isValidCodePoint(Values.integer(value))) {
            throw new TemplateException("%c requires an int in range or a character");
        }
        return Text.template(Character.toString(Values.integer(value)));
    }

    private static Text cut(Text text, int precision) {
        return precision < 0 ? text : text.slice(0, Strings.offset(text.value(), precision));
    }

    Text format(Text format, List<Object> positional, Map<String, Object> named) {
        TextBuilder out = new TextBuilder(budget);
        String source = format.value();
        int automatic = 0;
        for (int at = 0; at < source.length(); at++) {
            char c = source.charAt(at);
            boolean doubled = (c == '{' || c == '}') && at + 1 < source.length() && source.charAt(at + 1) == c;
            if (c != '{' && c != '}' || doubled) {
                out.add(format, at, at + 1);
                at += doubled ? 1 : 0;
                continue;
            }
            int end = source.indexOf('}', at);
            if (c == '}' || end < 0 || source.substring(at + 1, end).contains("{")) {
                throw new TemplateException("single or nested bracket in format string");
            }
            String field = source.substring(at + 1, end);
            String name = field.split("[:!]", 2)[0];
            Object value = field(name.isEmpty() ? String.valueOf(automatic++) : name, positional, named);
            int colon = field.indexOf(':');
            int mark = field.indexOf('!');
            boolean repr = mark >= 0 && (colon < 0 || mark < colon) && field.startsWith("r", mark + 1);
            out.add(specified(repr ? Writing.repr(value, budget) : value, colon < 0 ? "" : field.substring(colon + 1)));
            at = end;
        }
        return out.build();
    }

    private static Object field(String name, List<Object> positional, Map<String, Object> named) {
        if (!name.matches("[A-Za-z0-9_]+")) {
            throw new TemplateException("format field '" + name + "' is not supported, only names and numbers are");
        }
        boolean number = name.length() < 6 && name.chars().allMatch(c -> c >= '0' && c <= '9');
        if (number && Integer.parseInt(name) < positional.size()) {
            return positional.get(Integer.parseInt(name));
        }
        if (named.containsKey(name) && !number) {
            return named.get(name);
        }
        throw new TemplateException("format has no value for '" + name + "'");
    }

    private Text specified(Object value, String spec) {
        Matcher matcher = SPEC.matcher(spec);
        if (!matcher.matches()) {
            throw new TemplateException("invalid format specifier '" + spec + "'");
        }
        boolean number = Numbers.is(value) && !(value instanceof Boolean && spec.isEmpty());
        String align = matcher.group("align");
        boolean zero = matcher.group("zero") != null && align == null;
        String fill = matcher.group("fill");
        Style style = new Style(fill != null ? fill : zero ? "0" : " ",
                align != null ? align.charAt(0) : zero && number ? '=' : number ? '>' : '<',
                matcher.group("sign") == null ? "-" : matcher.group("sign"), matcher.group("alternate") != null,
                width(matcher.group("width")), matcher.group("comma") == null ? "" : matcher.group("comma"),
                matcher.group("precision") == null ? -1 : precision(matcher.group("precision")));
        String type = matcher.group("type");
        if (!number) {
            boolean plain = value instanceof Text && (type == null || type.equals("s")) && matcher.group("sign") == null
                    && style.comma().isEmpty() && style.align() != '=';
            if (!plain && !spec.isEmpty()) {
                throw new TemplateException("format specifier '" + spec + "' does not fit '"
                        + Values.typeName(value) + "'");
            }
            return padded(cut(Writing.string(value, budget), style.precision()), style);
        }
        return padded(Text.template(number(value, type, style)), style);
    }

    private static String number(Object value, String type, Style style) {
        boolean whole = Numbers.isWhole(value);
        if (type == null && style.precision() < 0) {
            return whole ? whole(Numbers.big(value), "d", style)
                    : signed((Double) value, Writing.real(Math.abs((Double) value)), style);
        }
        String known = type == null ? whole ? "d" : "g" : type;
        if ("dxXobcn".contains(known) && whole) {
            if (style.precision() >= 0) {
                throw new TemplateException("precision is not allowed in an integer format specifier");
            }
            return whole(Numbers.big(value), known, style);
        }
        if (known.equals("%")) {
            return real(Numbers.real(value) * 100, "f", style) + "%";
        }
        if (!"fFeEgG".contains(known)) {
            throw new TemplateException("unknown format code '" + known + "'");
        }
        return real(Numbers.real(value), known, style);
    }

    private static String whole(BigInteger number, String type, Style style) {
        String digits = switch (type) {
            case "x" -> (style.alternate() ? "0x" : "") + number.abs().toString(16);
            case "X" -> (style.alternate() ? "0X" : "") + Strings.upper(number.abs().toString(16));
            case "o" -> (style.alternate() ? "0o" : "") + number.abs().toString(8);
            case "b" -> (style.alternate() ? "0b" : "") + number.abs().toString(2);
            case "c" -> Character.toString(number.intValueExact());
            default -> grouped(number.abs().toString(), style.comma());
        };
        return (number.signum() < 0 ? "-" : style.sign().replace("-", "")) + digits;
    }

    private static String grouped(String digits, String comma) {
        if (comma.isEmpty()) {
            return digits;
        }
        int point = digits.indexOf('.');
        StringBuilder grouped = new StringBuilder(digits);
        for (int at = (point < 0 ? digits.length() : point) - 3; at > 0; at -= 3) {
            grouped.insert(at, comma);
        }
        return grouped.toString();
    }

    private static String signed(double value, String digits, Style style) {
        boolean negative = value < 0 || value == 0 && 1 / value < 0;
        return (negative ? "-" : style.sign().replace("-", "")) + grouped(digits, style.comma());
    }

    private static String real(double value, String type, Style style) {
        int precision = style.precision() < 0 ? 6 : style.precision();
        double magnitude = Math.abs(value);
        String digits;
        if (!Double.isFinite(magnitude)) {
            digits = Writing.real(magnitude);
        } else {
            digits = switch (type) {
                case "f", "F" -> new BigDecimal(magnitude).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
                case "e", "E" -> exponential(magnitude, precision);
                default -> general(magnitude, Math.max(1, precision));
            };
        }
        return signed(value, Character.isUpperCase(type.charAt(0)) ? Strings.upper(digits) : digits, style);
    }

    private static String exponential(double magnitude, int precision) {
        BigDecimal exact = magnitude == 0 ? BigDecimal.ZERO
                : new BigDecimal(magnitude).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int exponent = magnitude == 0 ? 0 : exact.precision() - exact.scale() - 1;
        String digits = exact.movePointLeft(exponent).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        return digits + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static String general(double magnitude, int precision) {
        if (magnitude == 0) {
            return "0";
        }
        BigDecimal exact = new BigDecimal(magnitude).round(new MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= -4 && exponent < precision) {
            return exact.stripTrailingZeros().toPlainString();
        }
        String digits = exponential(magnitude, precision - 1);
        int mark = digits.indexOf('e');
        String mantissa = digits.substring(0, mark);
        return (mantissa.contains(".") ? mantissa.replaceAll("\\.?0+$", "") : mantissa) + digits.substring(mark);
    }

    private static int width(String digits) {
        return digits.isEmpty() ? 0 : limited(digits, WIDTH_MAX);
    }

    private static int precision(String digits) {
        return limited(digits, PRECISION_MAX);
    }

    private static int limited(String digits, int max) {
        int number = Integer.parseInt(digits);
        if (number > max) {
            throw new TemplateException("format width or precision " + number + ", at most " + max);
        }
        return number;
    }

    private Text padded(Text text, Style style) {
        int missing = style.width() - (int) Values.length(text);
        if (missing <= 0) {
            return text;
        }
        int left = switch (style.align()) {
            case '<' -> 0;
            case '^' -> missing / 2;
            default -> missing;
        };
        boolean sign = style.align() == '=' && text.length() > 0 && "+- ".indexOf(text.value().charAt(0)) >= 0;
        int head = sign ? 1 : 0;
        return new TextBuilder(budget).add(text, 0, head).add(style.fill().repeat(left))
                .add(text, head, text.length()).add(style.fill().repeat(missing - left)).build();
    }
}
