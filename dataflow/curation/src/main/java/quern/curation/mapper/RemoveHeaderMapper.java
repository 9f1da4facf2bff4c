package quern.curation.mapper;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.TextMapper;
import quern.curation.text.BoundedText;

/**
 * LaTeX: deletes everything before the first chapter, part, section of any depth or paragraph.
 *
 * <p>Recipe key {@code remove_header_mapper}. A text without any becomes empty, or is left as it is with
 * {@code drop_no_head: false}. With {@code compat: data-juicer-1.4.3} it is always left as it is, and a paragraph
 * counts only with a subparagraph directly behind it.
 */
public record RemoveHeaderMapper(String textKey, boolean dropNoHead, boolean compatible) implements TextMapper {

    private static final String NAME = "\\*?(?:\\[.*?\\])?\\{.*?\\}";
    private static final Pattern COMPATIBLE = Pattern.compile(
            "\\\\(?:chapter|part|section|subsection|subsubsection)\\b" + NAME
            + "|\\\\paragraph\\b" + NAME + "\\\\subparagraph\\b" + NAME, Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile(
            "\\\\(?:chapter|part|section|subsection|subsubsection|paragraph|subparagraph)\\b" + NAME, Pattern.DOTALL);

    @Override
    public String name() {
        return "remove_header_mapper";
    }

    @Override
    public String map(String text) {
        Matcher header = (compatible ? COMPATIBLE : HEADER).matcher(new BoundedText(text));
        if (!header.find()) {
            return dropNoHead && !compatible ? "" : text;
        }
        return header.start() > 0 ? text.substring(header.start()) : text;
    }
}
