package quern.curation.mapper;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a regular expression of Python's {@code regex} package from left to right and writes Java's for it. */
final class PythonSyntax {

    private static final Pattern QUANTIFIER = Pattern.compile("\\{(\\d*)(,?)(\\d*)\\}");
    private static final Pattern MANY_LINES = Pattern.compile("\\(\\?[a-zA-Z]*m");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");
    private static final Map<String, String> POSIX = Map.ofEntries(Map.entry("alnum", "\\p{IsAlphabetic}0-9"),
            Map.entry("alpha", "\\p{IsAlphabetic}"), Map.entry("ascii", "\\x00-\\x7F"),
            Map.entry("blank", "\\t\\p{Zs}"), Map.entry("cntrl", "\\p{Cc}"), Map.entry("digit", "0-9"),
            Map.entry("lower", "\\p{IsLowercase}"), Map.entry("punct", "\\p{P}\\p{S}"),
            Map.entry("space", "\\s"), Map.entry("upper", "\\p{IsUppercase}"), Map.entry("word", "\\w"),
            Map.entry("xdigit", "0-9A-Fa-f"));

    private final String python;
    private final boolean manyLines;
    private final StringBuilder java = new StringBuilder();
    private int at;

    private PythonSyntax(String python) {
        this.python = python;
        this.manyLines = MANY_LINES.matcher(python).find();
    }

    static String toJava(String python) {
        PythonSyntax syntax = new PythonSyntax(python);
        while (syntax.at < python.length()) {
            syntax.outside();
        }
        return syntax.java.toString();
    }

    /** Java's group names have no underscore. */
    static String name(String python) {
        return python.replace("_", "U95");
    }

    private void outside() {
        char c = python.charAt(at);
        switch (c) {
            case '\\' -> escape();
            case '[' -> characterClass();
            case '(' -> group();
            case '{' -> brace();
            case '^' -> {
                // Java's matches not at the end, as behind a last line's end or in an empty text.
                java.append(manyLines ? "(?:\\A|(?<=\n))" : "^");
                at++;
            }
            default -> {
                java.append(c);
                at++;
            }
        }
    }

    private void escape() {
        if (at + 1 == python.length()) {
            java.append('\\');
            at++;
            return;
        }
        char next = python.charAt(at + 1);
        int end = at + 2;
        switch (next) {
            case 'Z' -> java.append("\\z");
            case 'v' -> java.append("\\x0B");
            case 'U' -> {
                end = Math.min(python.length(), at + 10);
                java.append("\\x{").append(python, at + 2, end).append('}');
            }
            case '0' -> {
                boolean octal = end < python.length() && Character.digit(python.charAt(end), 8) >= 0;
                java.append(octal ? "\\0" : "\\x00");
            }
            case 'p', 'P' -> {
                int close = python.indexOf('}', at);
                if (end < python.length() && python.charAt(end) == '{' && close > 0) {
                    property(next, python.substring(end + 1, close));
                    end = close + 1;
                } else {
                    java.append('\\').append(next);
                }
            }
            default -> java.append('\\').append(next);
        }
        at = end;
    }

    /** Scripts, blocks and categories by their names alone, as Python has them; {@code ^} in front denies. */
    private void property(char letter, String name) {
        boolean denied = name.startsWith("^");
        String plain = denied ? name.substring(1) : name;
        char sign = denied == (letter == 'P') ? 'p' : 'P';
        for (String form : new String[] {plain, "Is" + plain, "Is" + plain.replace('_', ' ')}) {
            String property = "\\" + sign + "{" + form + "}";
            try {
                Pattern.compile(property);
                java.append(property);
                return;
            } catch (IllegalArgumentException e) {
                continue;
            }
        }
        java.append('\\').append(sign).append('{').append(plain).append('}');
    }

    /** Within brackets a bracket or two ampersands mean themselves, {@code \b} is a backspace. */
    private void characterClass() {
        java.append(python.charAt(at++));
        if (at < python.length() && python.charAt(at) == '^') {
            java.append(python.charAt(at++));
        }
        boolean first = true;
        while (at < python.length() && (first || python.charAt(at) != ']')) {
            member(python.charAt(at));
            first = false;
        }
        if (at < python.length()) {
            java.append(python.charAt(at++));
        }
    }

    private void member(char c) {
        int close = c == '[' && python.startsWith("[:", at) ? python.indexOf(":]", at) : -1;
        if (close > 0) {
            String name = python.substring(at + 2, close);
            boolean denied = name.startsWith("^");
            String posix = POSIX.get(denied ? name.substring(1) : name);
            if (posix != null) {
                java.append(denied ? "[^" + posix + "]" : posix);
                at = close + 2;
                return;
            }
        }
        if (c == '\\' && python.startsWith("\\b", at)) {
            java.append("\\x08");
            at += 2;
        } else if (c == '\\') {
            escape();
        } else {
            java.append(c == '[' || c == ']' || c == '&' ? "\\" : "").append(c);
            at++;
        }
    }

    private void group() {
        Matcher name = NAME.matcher(python);
        if (python.startsWith("(?P=", at) && name.find(at + 4) && name.start() == at + 4) {
            java.append("\\k<").append(name(name.group())).append('>');
            at = name.end() + 1;
        } else if (python.startsWith("(?P<", at) && name.find(at + 4) && name.start() == at + 4) {
            named(name);
        } else if (python.startsWith("(?<", at) && name.find(at + 3) && name.start() == at + 3) {
            named(name);
        } else if (python.startsWith("(?#", at)) {
            int close = python.indexOf(')', at);
            at = close < 0 ? python.length() : close + 1;
        } else {
            java.append('(');
            at++;
        }
    }

    private void named(Matcher name) {
        java.append("(?<").append(name(name.group()));
        at = name.end();
    }

    /** A brace that begins no quantifier means itself. */
    private void brace() {
        Matcher quantifier = QUANTIFIER.matcher(python).region(at, python.length());
        boolean repeats = quantifier.lookingAt() && quantifier.end() - quantifier.start() > 2 && at > 0
                && !quantifier.group().equals("{,}");
        if (!repeats) {
            java.append("\\{");
            at++;
            return;
        }
        String least = quantifier.group(1).isEmpty() ? "0" : quantifier.group(1);
        java.append('{').append(least).append(quantifier.group(2)).append(quantifier.group(3)).append('}');
        at = quantifier.end();
    }
}
