package quern.curation.mapper;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions as recipes write them, for Python, turned into Java's. */
public final class PythonPattern {

    private static final int PATTERN_CHARACTERS_MAX = 10_000;

    private static final int FLAGS = Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE;
    private static final String ESCAPES = "ntrfva";
    private static final String ESCAPED = "\n\t\r\f\u000B\u0007";

    private PythonPattern() {}

    /**
     * Unicode classes and a dot that matches line ends, as Data-Juicer compiles all of its patterns. A wrapper
     * {@code r'...'} or {@code r"..."} is cut off.
     *
     * @throws IllegalArgumentException if Java has no such pattern
     */
    public static Pattern compile(String parameter, String pattern) {
        return compile(parameter, pattern, FLAGS | Pattern.DOTALL);
    }

    /** The same with a dot that matches no line end, as Data-Juicer's separators and ignored patterns are compiled. */
    public static Pattern compileLines(String parameter, String pattern) {
        return compile(parameter, pattern, FLAGS);
    }

    private static Pattern compile(String parameter, String pattern, int flags) {
        String plain = unwrap(pattern);
        if (plain.length() > PATTERN_CHARACTERS_MAX) {
            throw new IllegalArgumentException(parameter + " has " + plain.length() + " characters, at most "
                    + PATTERN_CHARACTERS_MAX);
        }
        try {
            return Pattern.compile(PythonSyntax.toJava(plain), flags);
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new IllegalArgumentException(parameter + " '" + plain + "' is no pattern Java knows: "
                    + (e instanceof PatternSyntaxException syntax ? syntax.getDescription() : "too deep"), e);
        }
    }

    /** Python's {@code \1} and {@code \g<name>} as Java's {@code $1} and {@code ${name}}. */
    public static String replacement(String python) {
        StringBuilder java = new StringBuilder();
        for (int i = 0; i < python.length(); i++) {
            char c = python.charAt(i);
            char next = i + 1 < python.length() ? python.charAt(i + 1) : 0;
            int close = next == 'g' ? python.indexOf('>', i) : -1;
            if (c == '\\' && next == 'g' && close > 0 && python.startsWith("<", i + 2)) {
                String group = python.substring(i + 3, close);
                java.append(Character.isDigit(group.isEmpty() ? 'x' : group.charAt(0)) ? "$" + group : "${"
                        + PythonSyntax.name(group) + "}");
                i = close;
            } else if (c == '\\' && Character.isDigit(next)) {
                java.append('$').append(next);
                i++;
            } else if (c == '\\' && next != 0 && ESCAPES.indexOf(next) >= 0) {
                java.append(ESCAPED.charAt(ESCAPES.indexOf(next)));
                i++;
            } else if (c == '\\' && next == '\\') {
                java.append("\\\\");
                i++;
            } else {
                java.append(c == '$' || c == '\\' ? "\\" : "").append(c);
            }
        }
        return java.toString();
    }

    private static String unwrap(String pattern) {
        boolean single = pattern.startsWith("r'") && pattern.endsWith("'");
        boolean twice = pattern.startsWith("r\"") && pattern.endsWith("\"");
        return pattern.length() > 2 && (single || twice) ? pattern.substring(2, pattern.length() - 1) : pattern;
    }
}
