package quern.curation.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/** The words of an expression, one at a time: a name, a sign or a value. */
final class Words {

    private static final List<String> SIGNS = List.of("<=", ">=", "==", "!=", "//", "<", ">", "+", "-", "*", "/", "%",
            "(", ")", "[", "]", ",", ":", ".");

    private final String parameter;
    private final String text;
    private int from;
    private int at;
    private String name;
    private String sign;
    private JsonNode value;

    Words(String parameter, String text) {
        this.parameter = parameter;
        this.text = text;
    }

    String name() {
        return name;
    }

    String sign() {
        return sign;
    }

    JsonNode value() {
        return value;
    }

    boolean atEnd() {
        return name == null && sign == null && value == null;
    }

    boolean isSign(String wanted) {
        return wanted.equals(sign);
    }

    String takeSign() {
        String taken = sign;
        advance();
        return taken;
    }

    boolean takeName(String wanted) {
        boolean here = wanted.equals(name);
        if (here) {
            advance();
        }
        return here;
    }

    void expect(String wanted) {
        if (!isSign(wanted)) {
            throw refused("'" + wanted + "'");
        }
        advance();
    }

    void advance() {
        name = null;
        sign = null;
        value = null;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        from = at;
        if (at == text.length()) {
            return;
        }
        char c = text.charAt(at);
        boolean fraction = c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1));
        if (isDigit(c) || fraction) {
            value = number();
        } else if (c == '\'' || c == '"') {
            value = TextNode.valueOf(quoted(c));
        } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
            while (at < text.length() && Character.isUnicodeIdentifierPart(text.charAt(at))) {
                at++;
            }
            name = text.substring(from, at);
        } else {
            sign = SIGNS.stream().filter(known -> text.startsWith(known, from)).findFirst()
                    .orElseThrow(() -> refused("an expression"));
            at += sign.length();
        }
    }

    private JsonNode number() {
        digits();
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
        }
        int exponent = at;
        if (at < text.length() && (text.charAt(at) | 32) == 'e') {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int digits = at;
            digits();
            at = at == digits ? exponent : at;
        }
        return Parser.number(text.substring(from, at));
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private String quoted(char quote) {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != quote; at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
                switch (c) {
                    case 'n' -> out.append('\n');
                    case 't' -> out.append('\t');
                    case 'r' -> out.append('\r');
                    case '\\', '\'', '"' -> out.append(c);
                    default -> out.append('\\').append(c);
                }
            } else {
                out.append(c);
            }
        }
        if (at == text.length()) {
            throw refused("the quote that ends the text");
        }
        at++;
        return out.toString();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    IllegalArgumentException refused(String expected) {
        return new IllegalArgumentException(parameter + " '" + text + "' is not understood at character " + (from + 1)
                + "; expected " + expected);
    }
}
