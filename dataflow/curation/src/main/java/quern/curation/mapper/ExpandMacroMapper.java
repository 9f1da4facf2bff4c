package quern.curation.mapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.SampleException;
import quern.curation.TextMapper;
import quern.curation.text.BoundedText;

/**
 * LaTeX: replaces macros without arguments by what the text defines them as, in their definitions too.
 *
 * <p>Recipe key {@code expand_macro_mapper}. Compatible with Data-Juicer 1.4.3, but that a text which macros make more
 * than eight times as long and a megabyte longer is dropped.
 */
public record ExpandMacroMapper(String textKey) implements TextMapper {

    private static final int LINES = Pattern.MULTILINE | Pattern.UNIX_LINES;
    private static final List<Pattern> DEFINITIONS = List.of(
            Pattern.compile("\\\\newcommand\\b\\*?\\{(\\\\[a-zA-Z0-9]+?)\\}\\{(.*?)\\}$", LINES),
            Pattern.compile("\\\\def\\s*(\\\\[a-zA-Z0-9]+?)\\s*\\{(.*?)\\}$", LINES));

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
        for (Pattern definition : DEFINITIONS) {
            Matcher matcher = definition.matcher(new BoundedText(text));
            while (matcher.find()) {
                macros.put(matcher.group(1), matcher.group(2));
            }
        }
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
