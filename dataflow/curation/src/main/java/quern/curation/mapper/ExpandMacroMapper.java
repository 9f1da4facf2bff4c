package quern.curation.mapper;

import java.util.LinkedHashMap;
import java.util.Map;
import quern.curation.SampleException;
import quern.curation.TextMapper;
import quern.curation.text.CodePoints;

/**
 * LaTeX: replaces macros without arguments by what the text defines them as, in their definitions too.
 *
 * <p>Recipe key {@code expand_macro_mapper}. Compatible with Data-Juicer 1.4.3, but that a text which macros make more
 * than eight times as long and a megabyte longer is dropped.
 */
public record ExpandMacroMapper(String textKey) implements TextMapper {

    /** Beyond these a text is no paper but an attack: macros of macros double its length each time. */
    private static final long LONG_FREELY = 1 << 20;
    private static final long LONG_FACTOR = 8;
    private static final long READ_FREELY = 1 << 26;
    private static final long READ_FACTOR = 1 << 10;

    @Override
    public String name() {
        return "expand_macro_mapper";
    }

    @Override
    public String map(String text) {
        Map<String, String> macros = new LinkedHashMap<>();
        define(text, "\\newcommand", false, macros);
        define(text, "\\def", true, macros);
        String result = text;
        long read = 0;
        for (Map.Entry<String, String> macro : macros.entrySet()) {
            read += result.length();
            if (read > READ_FREELY + READ_FACTOR * text.length()) {
                throw new SampleException("too many macros for a text of its length");
            }
            result = expand(result, macro.getKey(), macro.getValue(), LONG_FREELY + LONG_FACTOR * text.length());
        }
        return result.equals(text) ? text : result;
    }

    /**
     * Adds what a command defines: a name without arguments, and a value in braces of which the last ends a line.
     *
     * @param spaced whether white space may stand around the name, which is in braces otherwise
     */
    private static void define(String text, String command, boolean spaced, Map<String, String> macros) {
        int lineEnd = -1;
        int next;
        for (int at = text.indexOf(command); at >= 0; at = text.indexOf(command, next)) {
            next = at + 1;
            int name = nameFrom(text, at + command.length(), spaced);
            int nameTo = nameTo(text, name);
            int open = spaced ? spacesTo(text, nameTo) : nameTo + 1;
            if (nameTo < 0 || !text.startsWith(spaced ? "{" : "}{", spaced ? open : nameTo)) {
                continue;
            }
            if (lineEnd < open) {
                int feed = text.indexOf('\n', open);
                lineEnd = feed < 0 ? text.length() : feed;
            }
            if (lineEnd - 1 > open && text.charAt(lineEnd - 1) == '}') {
                macros.put(text.substring(name, nameTo), text.substring(open + 1, lineEnd - 1));
                next = lineEnd;
            }
        }
    }

    private static int nameFrom(String text, int from, boolean spaced) {
        if (spaced) {
            return spacesTo(text, from);
        }
        int brace = text.startsWith("*", from) ? from + 1 : from;
        return text.startsWith("{", brace) ? brace + 1 : -1;
    }

    /** Behind a backslash, letters and digits; -1 where there are none. */
    private static int nameTo(String text, int from) {
        if (!text.startsWith("\\", from)) {
            return -1;
        }
        int to = from + 1;
        while (to < text.length() && isOfName(text.charAt(to))) {
            to++;
        }
        return to > from + 1 ? to : -1;
    }

    private static int spacesTo(String text, int from) {
        int to = from;
        while (to >= 0 && to < text.length() && CodePoints.isSpace(text.charAt(to))) {
            to++;
        }
        return to;
    }

    /** Puts the value where the name stands before something that is of no name, which stays. */
    private static String expand(String text, String name, String value, long charactersMax) {
        int at = text.indexOf(name);
        if (at < 0) {
            return text;
        }
        StringBuilder expanded = new StringBuilder(text.length());
        int from = 0;
        for (; at >= 0; at = text.indexOf(name, at)) {
            int behind = at + name.length();
            if (behind == text.length() || isOfName(text.charAt(behind))) {
                at = behind;
                continue;
            }
            expanded.append(text, from, at).append(value);
            from = behind;
            // What stays behind a name begins no other.
            at = behind + Character.charCount(text.codePointAt(behind));
            if (expanded.length() > charactersMax) {
                throw new SampleException("macros make the text longer than " + charactersMax + " characters");
            }
        }
        return expanded.append(text, from, text.length()).toString();
    }

    private static boolean isOfName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
