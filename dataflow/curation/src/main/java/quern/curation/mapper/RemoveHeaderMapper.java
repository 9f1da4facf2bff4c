package quern.curation.mapper;

import java.util.List;
import quern.curation.TextMapper;

/**
 * LaTeX: deletes everything before the first chapter, part, section of any depth or paragraph.
 *
 * <p>Recipe key {@code remove_header_mapper}. A text without any becomes empty, or is left as it is with
 * {@code drop_no_head: false}. With {@code compat: data-juicer-1.4.3} it is always left as it is, and a paragraph
 * counts only with a subparagraph directly behind it. A text is read a fixed number of times, whatever is in it.
 */
public record RemoveHeaderMapper(String textKey, boolean dropNoHead, boolean compatible) implements TextMapper {

    private static final List<String> ALWAYS = List.of("chapter", "part", "section", "subsection", "subsubsection");
    private static final String PARAGRAPH = "paragraph";
    private static final String SUBPARAGRAPH = "subparagraph";

    @Override
    public String name() {
        return "remove_header_mapper";
    }

    @Override
    public String map(String text) {
        int begin = new Scan(text).begin(compatible);
        if (begin < 0) {
            return dropNoHead && !compatible ? "" : text;
        }
        return begin > 0 ? text.substring(begin) : text;
    }

    /**
     * One pass over a text. A title is {@code {...}}, or {@code [...]{...}}, and either may hold anything: so it ends
     * somewhere if the last place where it can end is behind its beginning, and nobody has to look for the nearest.
     */
    private record Scan(String text) {

        /** Where the first heading begins; -1 without one. */
        int begin(boolean compatible) {
            Ends any = new Ends(text, text.lastIndexOf('}'));
            Ends beforeSubparagraph = compatible ? new Ends(text, lastSubparagraph(any)) : any;
            for (int at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 1)) {
                for (String word : ALWAYS) {
                    if (isTitled(at, word, any)) {
                        return at;
                    }
                }
                if (isTitled(at, PARAGRAPH, beforeSubparagraph) || !compatible && isTitled(at, SUBPARAGRAPH, any)) {
                    return at;
                }
            }
            return -1;
        }

        private boolean isTitled(int at, String word, Ends ends) {
            if (!text.startsWith(word, at + 1)) {
                return false;
            }
            int behind = at + 1 + word.length();
            int title = text.startsWith("*", behind) ? behind + 1 : behind;
            return text.startsWith("{", title) && title < ends.brace
                    || text.startsWith("[", title) && title < ends.option;
        }

        /** The last brace that ends a title and has a titled subparagraph behind it; -1 without one. */
        private int lastSubparagraph(Ends any) {
            String joint = "}\\" + SUBPARAGRAPH;
            int at = text.lastIndexOf(joint);
            while (at >= 0 && !isTitled(at + 1, SUBPARAGRAPH, any)) {
                at = text.lastIndexOf(joint, at - 1);
            }
            return at;
        }
    }

    /**
     * Where titles can end at the latest.
     *
     * @param brace the last brace that ends one; -1 without one
     * @param option the last bracket that ends an option with a title behind it; -1 without one
     */
    private record Ends(int brace, int option) {

        Ends(String text, int brace) {
            this(brace, brace < 2 ? -1 : text.lastIndexOf("]{", brace - 2));
        }
    }
}
