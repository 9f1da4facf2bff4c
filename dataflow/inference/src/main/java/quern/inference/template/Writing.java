package quern.inference.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/** Values written out: as Python's {@code str} and {@code repr}, and {@code json.dumps}, write them. */
final class Writing {

    private final Budget budget;
    private final TextBuilder out;
    private final Json json;

    private Writing(Budget budget, Json json) {
        this.budget = budget;
        this.out = new TextBuilder(budget);
        this.json = json;
    }

    /**
     * How JSON is written.
     *
     * @param indent of one level; null: all on one line
     * @param item between items
     * @param pair between key and value
     * @param ascii whether other characters are escaped
     * @param sorted whether keys are
     */
    record Json(Text indent, Text item, Text pair, boolean ascii, boolean sorted) {}

    /** What a template writes for a value. */
    static Text string(Object value, Budget budget) {
        if (value instanceof Text text) {
            return text;
        }
        return value == Nothing.UNDEFINED ? Text.EMPTY : repr(value, budget);
    }

    /** The value as Python's source has it: strings are quoted. */
    static Text repr(Object value, Budget budget) {
        Writing writing = new Writing(budget, null);
        writing.write(value, 0);
        return writing.out.build();
    }

    static Text json(Object value, Json json, Budget budget) {
        Writing writing = new Writing(budget, json);
        writing.write(value, 0);
        return writing.out.build();
    }

    private void write(Object value, int level) {
        budget.enter();
        switch (value) {
            case Text text when json != null -> quotedJson(text);
            case Text text -> quoted(text);
            case Double number when json != null -> out.add(jsonReal(number));
            case Double number -> out.add(real(number));
            case Boolean flag -> out.add(json != null ? flag.toString() : flag ? "True" : "False");
            case Long number -> out.add(number.toString());
            case BigInteger number -> out.add(number.toString());
            case Nothing nothing when nothing == Nothing.NONE -> out.add(json != null ? "null" : "None");
            case Tuple tuple when json == null -> {
                list("(", tuple.items(), level, tuple.items().size() == 1 ? ",)" : ")");
            }
            case Tuple tuple -> list("[", tuple.items(), level, "]");
            case Progression range when json == null -> out.add(range.written());
            case List<?> items when !(items instanceof Progression) -> list("[", items, level, "]");
            case Dictionary map -> map(map, level);
            default -> others(value, level);
        }
        budget.leave();
    }

    private void others(Object value, int level) {
        switch (value) {
            case Nothing nothing when json == null -> out.add("Undefined");
            case View view when json == null -> {
                out.add(view.kind().typeName());
                list("([", view.items(), level, "])");
            }
            case Namespace namespace when json == null -> {
                out.add("<Namespace ");
                map(Dictionary.of(namespace.attributes()), level);
                out.add(">");
            }
            case Loop loop when json == null -> out.add(loop.written());
            case Macro macro when json == null -> {
                out.add("<Macro ");
                if (macro.definition().name() == null) {
                    out.add("anonymous");
                } else {
                    quoted(Text.template(macro.definition().name()));
                }
                out.add(">");
            }
            default -> throw new TemplateException("a " + Values.typeName(value) + " cannot be written out");
        }
    }

    private void list(String open, List<?> items, int level, String end) {
        out.add(open);
        boolean first = true;
        for (Object item : items) {
            separate(first, level + 1);
            write(item, level + 1);
            first = false;
        }
        close(first, level, end);
    }

    private void map(Dictionary map, int level) {
        out.add("{");
        boolean first = true;
        List<Object> keys = map.keys();
        if (json != null && json.sorted()) {
            keys.sort((a, b) -> Values.compare(a, b, budget));
        }
        for (Object key : keys) {
            separate(first, level + 1);
            if (json != null) {
                quotedJson(jsonKey(key));
                out.add(json.pair());
            } else {
                write(key, level + 1);
                out.add(": ");
            }
            write(map.get(key), level + 1);
            first = false;
        }
        close(first, level, "}");
    }

    private Text jsonKey(Object key) {
        return switch (key) {
            case Text text -> text;
            case Boolean flag -> Text.template(flag.toString());
            case Double number -> Text.template(jsonReal(number));
            case Nothing nothing when nothing == Nothing.NONE -> Text.template("null");
            case Tuple tuple -> throw new TemplateException(
                    "keys must be str, int, float, bool or None, not " + Values.typeName(key));
            default -> repr(key, budget);
        };
    }

    private void separate(boolean first, int level) {
        if (!first) {
            if (json == null) {
                out.add(", ");
            } else {
                out.add(json.item());
            }
        }
        breakLine(level);
    }

    private void close(boolean empty, int level, String bracket) {
        if (!empty) {
            breakLine(level);
        }
        out.add(bracket);
    }

    private void breakLine(int level) {
        if (json != null && json.indent() != null) {
            out.add("\n");
            for (int i = 0; i < level; i++) {
                out.add(json.indent());
            }
        }
    }

    private void quoted(Text text) {
        char quote = text.value().indexOf('\'') >= 0 && text.value().indexOf('"') < 0 ? '"' : '\'';
        out.add(String.valueOf(quote));
        escaped(text, c -> c == quote || c == '\\' || !Strings.isPrintable(c), Writing::escape);
        out.add(String.valueOf(quote));
    }

    private void quotedJson(Text text) {
        out.add("\"");
        escaped(text, c -> c == '"' || c == '\\' || c < ' ' || json.ascii() && c > 0x7E, Writing::escapeJson);
        out.add("\"");
    }

    private void escaped(Text text, IntPredicate wanted, IntFunction<String> escape) {
        int from = 0;
        int size;
        for (int i = 0; i < text.length(); i += size) {
            int c = text.value().codePointAt(i);
            size = Character.charCount(c);
            if (wanted.test(c)) {
                out.add(text, from, i);
                out.add(Text.of(escape.apply(c), text.isContent(i)));
                from = i + size;
            }
        }
        out.add(text, from, text.length());
    }

    private static String escape(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '"', '\'', '\\' -> "\\" + (char) c;
            default -> c < 0x100 ? "\\x%02x".formatted(c) : c < 0x10000 ? "\\u%04x".formatted(c)
                    : "\\U%08x".formatted(c);
        };
    }

    private static String escapeJson(int c) {
        return switch (c) {
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n', '\r', '\t', '"', '\\' -> escape(c);
            default -> {
                StringBuilder units = new StringBuilder();
                for (char unit : Character.toChars(c)) {
                    units.append("\\u%04x".formatted((int) unit));
                }
                yield units.toString();
            }
        };
    }

    private static String jsonReal(double number) {
        if (Double.isFinite(number)) {
            return real(number);
        }
        return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    }

    /** The shortest digits that give the number back, in Python's spelling. */
    static String real(double number) {
        if (!Double.isFinite(number)) {
            return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = decimal.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return (number < 0 ? "-" : "") + mantissa + "e" + (exponent < 0 ? "-" : "+")
                + "%02d".formatted(Math.abs(exponent));
    }
}
