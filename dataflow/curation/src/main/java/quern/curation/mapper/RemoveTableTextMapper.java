package quern.curation.mapper;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import quern.curation.TextMapper;
import quern.curation.text.BoundedText;

/**
 * Deletes tables written as text: two or more lines, after a line feed, of the same number of tokens between single
 * spaces, tabs or bars.
 *
 * <p>Recipe key {@code remove_table_text_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public final class RemoveTableTextMapper implements TextMapper {

    private final String textKey;
    private final List<Pattern> patterns = new ArrayList<>();

    /** @param minCol fewest columns of a table; at least 2 */
    public RemoveTableTextMapper(String textKey, int minCol, int maxCol) {
        this.textKey = textKey;
        for (int columns = minCol; columns <= maxCol; columns++) {
            patterns.add(Pattern.compile("(?<=\\n)((\\S+?)([ |\\t](\\S+?)){" + (columns - 1) + "}\\n+){2,}",
                    Pattern.DOTALL | Pattern.UNICODE_CHARACTER_CLASS));
        }
    }

    @Override
    public String name() {
        return "remove_table_text_mapper";
    }

    @Override
    public String textKey() {
        return textKey;
    }

    @Override
    public String map(String text) {
        String result = text;
        for (Pattern pattern : patterns) {
            result = pattern.matcher(new BoundedText(result)).replaceAll("");
        }
        return result.equals(text) ? text : result;
    }
}
