package quern.inference.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Values written out: as Python's {@code str} and {@code json.dumps} write them. */
final class Writing {

    private final Budget budget;
    private final TextBuilder out;
    private final boolean json;
    private final int indent;

    private Writing(Budget budget, boolean json, int indent) {
        this.budget = budget;
        this.out = new TextBuilder(budget);
        this.json = json;
        this.indent = indent;
    }

    /** What a template writes for a value. */
    static Text string(Object value, Budget budget) {
        if (value instanceof Text text) {
            return text;
        }
        if (value == Nothing.UNDEFINED) {
            return Text.EMPTY;
        }
        Writing writing = new Writing(budget, false, -1);
        writing.write(value, 0);
        return writing.out.build();
    }

    /** @param indent blanks per level, negative for one line */
    static Text json(Object value, int indent, Budget budget) {
        Writing writing = new Writing(budget, true, Math.min(indent, 16));
        writing.write(value, 0);
        return writing.out.build();
    }

    private void write(Object value, int level) {
        budget.enter();
        switch (value) {
            case Text text -> quoted(text);
            case Long number -> out.add(number.toString());
            case Double number -> out.add(real(number));
            case Boolean flag -> out.add(json ? flag.toString() : flag ? "True" : "False");
            case List<?> items -> list(items, level);
            case Dictionary map when !map.mutable() -> map(map, level);
            case Nothing nothing when nothing == Nothing.NONE -> out.add(json ? "null" : "None");
            default -> throw new TemplateException("a " + Values.typeName(value) + " cannot be written out");
        }
        budget.leave();
    }

    private void list(List<?> items, int level) {
        out.add("[");
        boolean first = true;
        for (Object item : items) {
            separate(first, level + 1);
            write(item, level + 1);
            first = false;
        }
        close(first, level, "]");
    }

    private void map(Dictionary map, int level) {
        out.add("{");
        boolean first = true;
        for (Map.Entry<String, Object> entry : map.entries().entrySet()) {
            separate(first, level + 1);
            quoted(map.key(entry.getKey()));
            out.add(": ");
            write(entry.getValue(), level + 1);
            first = false;
        }
        close(first, level, "}");
    }

    private void separate(boolean first, int level) {
        if (!first) {
            out.add(indent < 0 ? ", " : ",");
        }
        if (indent >= 0) {
            out.add("\n" + " ".repeat(indent * level));
        }
    }

    private void close(boolean empty, int level, String bracket) {
        if (indent >= 0 && !empty) {
            out.add("\n" + " ".repeat(indent * level));
        }
        out.add(bracket);
    }

    private void quoted(Text text) {
        String quote = json || text.value().indexOf('\'') >= 0 && text.value().indexOf('"') < 0 ? "\"" : "'";
        out.add(quote);
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.value().charAt(i);
            if (c == quote.charAt(0) || c == '\\' || c < ' ' || !json && c == 0x7F) {
                out.add(text, from, i);
                out.add(Text.of(escape(c), text.isContent(i)));
                from = i + 1;
            }
        }
        out.add(text, from, text.length());
        out.add(quote);
    }

    private String escape(char c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> json ? "\\b" : "\\x08";
            case '\f' -> json ? "\\f" : "\\x0c";
            case '"', '\'', '\\' -> "\\" + c;
            default -> json ? "\\u%04x".formatted((int) c) : "\\x%02x".formatted((int) c);
        };
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
