package quern.curation.mapper;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.TextMapper;
import quern.curation.text.BoundedText;

/**
 * LaTeX: deletes everything before the first chapter, part or section of any depth. A text without one is left as it
 * is.
 *
 * <p>Recipe key {@code remove_header_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record RemoveHeaderMapper(String textKey) implements TextMapper {

    private static final String NAME = "\\*?(?:\\[.*?\\])?\\{.*?\\}";
    private static final Pattern HEADER = Pattern.compile("\\\\(?:chapter|part|section|subsection|subsubsection)\\b"
            + NAME
            + "|\\\\paragraph\\b" + NAME + "\\\\subparagraph\\b" + NAME, Pattern.DOTALL);

    @Override
    public String name() {
        return "remove_header_mapper";
    }

    @Override
    public String map(String text) {
        Matcher header = HEADER.matcher(new BoundedText(text));
        return header.find() && header.start() > 0 ? text.substring(header.start()) : text;
    }
}
