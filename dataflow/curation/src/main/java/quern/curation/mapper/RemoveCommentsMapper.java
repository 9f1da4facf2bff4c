package quern.curation.mapper;

import java.util.regex.Pattern;
import quern.curation.TextMapper;

/**
 * LaTeX: deletes comments behind text, to the end of the line, and lines that are only comment.
 *
 * <p>Recipe key {@code remove_comments_mapper}. An escaped percent sign begins no comment. With
 * {@code compat: data-juicer-1.4.3} a comment takes the one character before it with it, which may be a line end; one
 * with nothing behind the percent sign stays, and so does one behind two backslashes; and comment lines are those
 * that begin with the sign.
 *
 * @param inline whether comments behind text are deleted
 * @param wholeLines whether comment lines are
 */
public record RemoveCommentsMapper(String textKey, boolean inline, boolean wholeLines, boolean compatible)
        implements TextMapper {

    private static final int LINES = Pattern.MULTILINE | Pattern.UNIX_LINES;
    private static final Pattern INLINE = Pattern.compile("[^\\\\]%.+$", LINES);
    private static final Pattern WHOLE_LINE = Pattern.compile("^%.*\\n?", LINES);

    @Override
    public String name() {
        return "remove_comments_mapper";
    }

    @Override
    public String map(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        if (compatible) {
            String result = inline ? INLINE.matcher(text).replaceAll("") : text;
            result = wholeLines ? WHOLE_LINE.matcher(result).replaceAll("") : result;
            return result.equals(text) ? text : result;
        }
        StringBuilder result = new StringBuilder(text.length());
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            int next = end < 0 ? to : end + 1;
            int comment = comment(text, from, to);
            boolean whole = comment >= 0 && text.substring(from, comment).isBlank();
            if (comment < 0 || !(whole ? wholeLines : inline)) {
                result.append(text, from, next);
            } else if (!whole) {
                result.append(text, from, comment).append(text, to, next);
            }
            from = next;
        }
        return result.length() == text.length() ? text : result.toString();
    }

    /** The first percent sign that an even number of backslashes stands before; -1 without one. */
    private static int comment(String text, int from, int to) {
        int slashes = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%' && slashes % 2 == 0) {
                return i;
            }
            slashes = c == '\\' ? slashes + 1 : 0;
        }
        return -1;
    }
}
