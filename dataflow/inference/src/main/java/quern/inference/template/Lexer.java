package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into segments, with Jinja's {@code trim_blocks} and {@code lstrip_blocks} on: a line break after a
 * statement or comment goes, and so do blanks between the line's start and it.
 */
final class Lexer {

    private static final Pattern TAG = Pattern.compile("\\{[{%#]");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*([-+]?)%\\}");
    private static final Pattern WORD = Pattern.compile(
            "(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<float>[0-9]+(?:\\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))"
                    + "|(?<integer>[0-9]+)|(?<operator>//|\\*\\*|==|!=|<=|>=|[-+*/%~<>=()\\[\\]{}.,:|])");

    private final String source;
    private final List<Segment> segments = new ArrayList<>();
    private int at;
    private int line = 1;
    private int lineAt;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Segment> split(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        return new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source).split();
    }

    private List<Segment> split() {
        Matcher tag = TAG.matcher(source);
        while (tag.find(at)) {
            int start = tag.start();
            char kind = source.charAt(start + 1);
            char sign = start + 2 < source.length() ? source.charAt(start + 2) : ' ';
            plain(at, start, sign, kind != '{');
            Matcher raw = RAW.matcher(source).region(start, source.length());
            if (kind == '%' && raw.lookingAt()) {
                raw(raw.end(), raw.group(1));
            } else if (kind == '#') {
                int end = source.indexOf("#}", start + 2);
                if (end < 0) {
                    throw failure(start, "comment without end");
                }
                afterTag(end + 2, source.charAt(end - 1) == '-' && end > start + 2 ? '-' : ' ', true);
            } else {
                at = start + (sign == '-' || sign == '+' ? 3 : 2);
                tag(kind == '{');
            }
        }
        plain(at, source.length(), ' ', false);
        return segments;
    }

    private void plain(int from, int to, char sign, boolean statement) {
        int end = to;
        if (sign == '-') {
            while (end > from && Character.isWhitespace(source.charAt(end - 1))) {
                end--;
            }
        } else if (statement && sign != '+') {
            end = withoutIndent(from, to);
        }
        if (end > from) {
            segments.add(new Segment.Plain(source.substring(from, end)));
        }
    }

    /** Where the blanks before {@code to} begin if the line starts with them, else {@code to}. */
    private int withoutIndent(int from, int to) {
        int start = to;
        while (start > from && isBlank(source.charAt(start - 1))) {
            start--;
        }
        return start == 0 || source.charAt(start - 1) == '\n' ? start : to;
    }

    private static boolean isBlank(char c) {
        return c != '\n' && Character.isWhitespace(c);
    }

    private void raw(int from, String sign) {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(from)) {
            throw failure(from, "raw without endraw");
        }
        afterTag(from, sign.equals("-") ? '-' : ' ', true);
        plain(Math.min(at, end.start()), end.start(), end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), true);
        afterTag(end.end(), end.group(2).equals("-") ? '-' : ' ', true);
    }

    private void afterTag(int end, char sign, boolean statement) {
        at = end;
        if (sign == '-') {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
        } else if (sign != '+' && statement && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
    }

    private void tag(boolean output) {
        int start = at;
        String end = output ? "}}" : "%}";
        List<Token> tokens = new ArrayList<>();
        int brackets = 0;
        while (true) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
            if (at >= source.length()) {
                throw failure(start, "tag without end");
            }
            char sign = source.charAt(at);
            boolean signed = (sign == '-' || sign == '+') && source.startsWith(end, at + 1);
            if (brackets == 0 && (signed || source.startsWith(end, at))) {
                tokens.add(new Token(Token.Kind.END, "end of tag", line(at)));
                segments.add(output ? new Segment.Output(tokens) : new Segment.Statement(tokens));
                afterTag(at + (signed ? 3 : 2), signed ? sign : ' ', !output);
                return;
            }
            Token token = token();
            brackets += "([{".contains(token.text()) && token.kind() == Token.Kind.OPERATOR ? 1 : 0;
            brackets -= ")]}".contains(token.text()) && token.kind() == Token.Kind.OPERATOR ? 1 : 0;
            tokens.add(token);
        }
    }

    private Token token() {
        char first = source.charAt(at);
        if (first == '"' || first == '\'') {
            return string(first);
        }
        Matcher word = WORD.matcher(source).region(at, source.length());
        if (!word.lookingAt()) {
            throw failure(at, "unexpected character '" + first + "'");
        }
        Token.Kind kind = word.group("name") != null ? Token.Kind.NAME
                : word.group("float") != null ? Token.Kind.FLOAT
                : word.group("integer") != null ? Token.Kind.INTEGER : Token.Kind.OPERATOR;
        Token token = new Token(kind, word.group(), line(at));
        at = word.end();
        return token;
    }

    private Token string(char quote) {
        int start = at++;
        StringBuilder text = new StringBuilder();
        while (at < source.length() && source.charAt(at) != quote) {
            char c = source.charAt(at++);
            if (c == '\\' && at < source.length()) {
                escape(text);
            } else {
                text.append(c);
            }
        }
        if (at >= source.length()) {
            throw failure(start, "string without end");
        }
        at++;
        return new Token(Token.Kind.STRING, text.toString(), line(start));
    }

    private void escape(StringBuilder text) {
        char c = source.charAt(at++);
        switch (c) {
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 'r' -> text.append('\r');
            case '\\', '\'', '"' -> text.append(c);
            case '\n' -> { }
            case 'x' -> text.appendCodePoint(hex(2));
            case 'u' -> text.appendCodePoint(hex(4));
            default -> text.append('\\').append(c);
        }
    }

    private int hex(int digits) {
        int end = at + digits;
        if (end > source.length() || !source.substring(at, end).matches("[0-9a-fA-F]+")) {
            throw failure(at, "escape without " + digits + " hexadecimal digits");
        }
        int value = Integer.parseInt(source.substring(at, end), 16);
        at = end;
        return value;
    }

    /** Line of a position not before the last one asked for, or near it: counted on from there. */
    private int line(int position) {
        for (; lineAt < position; lineAt++) {
            line += source.charAt(lineAt) == '\n' ? 1 : 0;
        }
        return line;
    }

    private TemplateException failure(int position, String problem) {
        return new TemplateException("chat template line " + line(position) + ": " + problem);
    }
}
