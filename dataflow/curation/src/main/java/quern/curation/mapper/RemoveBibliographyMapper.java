package quern.curation.mapper;

import java.util.List;
import quern.curation.TextMapper;

/**
 * LaTeX: deletes from the appendix or the references to the end of the text.
 *
 * <p>Recipe key {@code remove_bibliography_mapper}. Compatible with Data-Juicer 1.4.3.
 */
public record RemoveBibliographyMapper(String textKey) implements TextMapper {

    private static final List<String> ALWAYS = List.of("\\appendix", "\\begin{references}", "\\begin{REFERENCES}",
            "\\begin{thebibliography}");
    private static final String NAMED = "\\bibliography{";

    @Override
    public String name() {
        return "remove_bibliography_mapper";
    }

    @Override
    public String map(String text) {
        int named = text.indexOf(NAMED);
        int begin = named >= 0 && text.indexOf('}', named) >= 0 ? named : text.length();
        for (String always : ALWAYS) {
            int at = text.indexOf(always);
            begin = at >= 0 ? Math.min(at, begin) : begin;
        }
        return begin < text.length() ? text.substring(0, begin) : text;
    }
}
