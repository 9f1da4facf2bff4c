package quern.curation.mapper;

import quern.curation.TextMapper;
import quern.curation.text.LetterCase;

/**
 * Removes copyright comments of source code: the first {@code /* ... *}{@code /} block if it says "copyright";
 * without such a block, the lines at the beginning that are empty or start with {@code //}, {@code #} or {@code --}.
 *
 * <p>Recipe key {@code clean_copyright_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record CleanCopyrightMapper(String textKey) implements TextMapper {

    @Override
    public String name() {
        return "clean_copyright_mapper";
    }

    @Override
    public String map(String text) {
        int from = text.indexOf("/*");
        int close = from < 0 ? -1 : text.indexOf("*/", from + 2);
        if (close >= 0) {
            int to = close + 2;
            boolean copyright = LetterCase.lower(text.substring(from, to)).contains("copyright");
            return copyright ? text.substring(0, from) + text.substring(to) : text;
        }
        int at = 0;
        while (at < text.length()) {
            boolean comment = text.startsWith("//", at) || text.startsWith("#", at) || text.startsWith("--", at);
            if (!comment && text.charAt(at) != '\n') {
                break;
            }
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end + 1;
        }
        return at == 0 ? text : text.substring(at);
    }
}
