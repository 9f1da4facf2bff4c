package quern.curation.mapper;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.TextMapper;
import quern.curation.text.BoundedText;

/**
 * LaTeX: deletes from the appendix or the references to the end of the text.
 *
 * <p>Recipe key {@code remove_bibliography_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record RemoveBibliographyMapper(String textKey) implements TextMapper {

    private static final Pattern BEGIN = Pattern.compile(
            "\\\\appendix|\\\\begin\\{(?:references|REFERENCES|thebibliography)\\}|\\\\bibliography\\{(?=[^}]*\\})");

    @Override
    public String name() {
        return "remove_bibliography_mapper";
    }

    @Override
    public String map(String text) {
        Matcher begin = BEGIN.matcher(new BoundedText(text));
        return begin.find() ? text.substring(0, begin.start()) : text;
    }
}
