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
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%\\}");
    private static final Pattern WORD = Pattern.compile(
            "(?<float>[0-9](?:_?[0-9])*(?:(?:\\.[0-9](?:_?[0-9])*)?[eE][+-]?[0-9](?:_?[0-9])*"
                    + "|\\.[0-9](?:_?[0-9])*))"
                    + "|(?<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+"
                    + "|[1-9](?:_?[0-9])*|0(?:_?0)*)"
                    + "|(?<operator>//|\\*\\*|==|!=|<=|>=|[-+*/%~<>=()\\[\\]{}.,:|])");

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
                char last = end > start + 2 ? source.charAt(end - 1) : ' ';
                afterTag(end + 2, last, true);
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
            while (end > from && Strings.isSpace(source.charAt(end - 1))) {
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
        return c != '\n' && Strings.isSpace(c);
    }

    private void raw(int from, String sign) {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(from)) {
            throw failure(from, "raw without endraw");
        }
        afterTag(from, sign.equals("-") ? '-' : ' ', false);
        plain(Math.min(at, end.start()), end.start(), end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), true);
        afterTag(end.end(), end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0), true);
    }

    private void afterTag(int end, char sign, boolean statement) {
        at = end;
        if (sign == '-') {
            while (at < source.length() && Strings.isSpace(source.charAt(at))) {
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
            while (at < source.length() && Strings.isSpace(source.charAt(at))) {
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
            if (")]}".contains(token.text()) && token.kind() == Token.Kind.OPERATOR && brackets == 0) {
                throw failure(at, "unexpected '" + token.text() + "'");
            }
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
        if (isNameStart(source.codePointAt(at))) {
            int end = at;
            while (end < source.length() && isNamePart(source.codePointAt(end))) {
                end += Character.charCount(source.codePointAt(end));
            }
            Token name = new Token(Token.Kind.NAME, source.substring(at, end), line(at));
            at = end;
            return name;
        }
        Matcher word = WORD.matcher(source).region(at, source.length());
        if (!word.lookingAt()) {
            throw failure(at, "unexpected character '" + first + "'");
        }
        // After a point a number is an item's, so that a.1.2 has two of them.
        boolean item = at > 0 && source.charAt(at - 1) == '.' && word.group("float") != null;
        int end = item ? at + digits(at) : word.end();
        Token.Kind kind = item || word.group("integer") != null ? Token.Kind.INTEGER
                : word.group("float") != null ? Token.Kind.FLOAT : Token.Kind.OPERATOR;
        String text = source.substring(at, end);
        Token token = new Token(kind, kind == Token.Kind.OPERATOR ? text : text.replace("_", ""), line(at));
        at = end;
        return token;
    }

    private int digits(int from) {
        int end = from;
        while (end < source.length() && Character.isDigit(source.charAt(end))) {
            end++;
        }
        return end - from;
    }

    static boolean isNameStart(int c) {
        return c == '_' || Character.isUnicodeIdentifierStart(c);
    }

    static boolean isNamePart(int c) {
        return Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c);
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
            case 'a' -> text.append('\u0007');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'v' -> text.append('\u000b');
            case '\\', '\'', '"' -> text.append(c);
            case '\n' -> { }
            case 'x' -> text.appendCodePoint(hex(2));
            case 'u' -> text.append((char) hex(4));
            case 'U' -> text.appendCodePoint(hex(8));
            case 'N' -> throw failure(at, "escape \\N is not supported");
            case '0', '1', '2', '3', '4', '5', '6', '7' -> text.appendCodePoint(octal());
            default -> text.append('\\').append(c);
        }
    }

    private int octal() {
        int from = at - 1;
        while (at < source.length() && at < from + 3 && source.charAt(at) >= '0' && source.charAt(at) <= '7') {
            at++;
        }
        return Integer.parseInt(source.substring(from, at), 8);
    }

    private int hex(int digits) {
        int end = at + digits;
        if (end > source.length() || !source.substring(at, end).matches("[0-9a-fA-F]+")) {
            throw failure(at, "escape without " + digits + " hexadecimal digits");
        }
        long value = Long.parseLong(source.substring(at, end), 16);
        if (value > Character.MAX_CODE_POINT) {
            throw failure(at, "escape beyond the last character");
        }
        at = end;
        return (int) value;
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
