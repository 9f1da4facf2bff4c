package quern.curation.mapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.TextMapper;
import quern.curation.text.BoundedText;

/**
 * LaTeX: replaces macros without arguments by what the text defines them as, in their definitions too.
 *
 * <p>Recipe key {@code expand_macro_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record ExpandMacroMapper(String textKey) implements TextMapper {

    private static final int LINES = Pattern.MULTILINE | Pattern.UNIX_LINES;
    private static final List<Pattern> DEFINITIONS = List.of(
            Pattern.compile("\\\\newcommand\\b\\*?\\{(\\\\[a-zA-Z0-9]+?)\\}\\{(.*?)\\}$", LINES),
            Pattern.compile("\\\\def\\s*(\\\\[a-zA-Z0-9]+?)\\s*\\{(.*?)\\}$", LINES));

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
        for (Map.Entry<String, String> macro : macros.entrySet()) {
            Pattern use = Pattern.compile(Pattern.quote(macro.getKey()) + "([^a-zA-Z0-9])", Pattern.DOTALL);
            result = use.matcher(result).replaceAll(Matcher.quoteReplacement(macro.getValue()) + "$1");
        }
        return result.equals(text) ? text : result;
    }
}
