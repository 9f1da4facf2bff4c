package quern.curation.mapper;

import java.util.regex.Pattern;
import quern.curation.TextMapper;

/**
 * LaTeX: deletes comments within lines, each with the one character before it, and lines that are comments.
 *
 * <p>An escaped percent sign begins no comment, nor does one with nothing behind it.
 *
 * <p>Recipe key {@code remove_comments_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record RemoveCommentsMapper(String textKey, boolean inline, boolean wholeLines) implements TextMapper {

    private static final int LINES = Pattern.MULTILINE | Pattern.UNIX_LINES;
    private static final Pattern INLINE = Pattern.compile("[^\\\\]%.+$", LINES);
    private static final Pattern WHOLE_LINE = Pattern.compile("^%.*\\n?", LINES);

    @Override
    public String name() {
        return "remove_comments_mapper";
    }

    @Override
    public String map(String text) {
        String result = inline ? INLINE.matcher(text).replaceAll("") : text;
        result = wholeLines ? WHOLE_LINE.matcher(result).replaceAll("") : result;
        return result.equals(text) ? text : result;
    }
}
