package quern.curation.mapper;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions as recipes write them, for Python, turned into Java's. */
public final class PythonPattern {

    private static final int PATTERN_CHARACTERS_MAX = 10_000;

    private PythonPattern() {}

    /**
     * Unicode classes and a dot that matches line ends, as Data-Juicer compiles all of its patterns. A wrapper
     * {@code r'...'} or {@code r"..."} is cut off.
     *
     * @throws IllegalArgumentException if Java has no such pattern
     */
    public static Pattern compile(String parameter, String pattern) {
        String plain = unwrap(pattern).replace("(?P<", "(?<").replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>")
                .replace("\\Z", "\\z");
        if (plain.length() > PATTERN_CHARACTERS_MAX) {
            throw new IllegalArgumentException(parameter + " has " + plain.length() + " characters, at most "
                    + PATTERN_CHARACTERS_MAX);
        }
        try {
            return Pattern.compile(plain, Pattern.DOTALL | Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE);
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
                java.append(Character.isDigit(group.isEmpty() ? 'x' : group.charAt(0)) ? "$" + group : "${" + group
                        + "}");
                i = close;
            } else if (c == '\\' && Character.isDigit(next)) {
                java.append('$').append(next);
                i++;
            } else if (c == '\\' && (next == 'n' || next == 't')) {
                java.append(next == 'n' ? '\n' : '\t');
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
