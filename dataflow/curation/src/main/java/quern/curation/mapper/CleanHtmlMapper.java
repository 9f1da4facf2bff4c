package quern.curation.mapper;

import org.jsoup.nodes.Document;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.parser.Parser;
import org.jsoup.select.NodeVisitor;
import quern.curation.TextMapper;

/**
 * Keeps the text of an HTML document's body, entities decoded, list items on lines of their own with an asterisk.
 *
 * <p>Recipe key {@code clean_html_mapper}. As Data-Juicer 1.4.3: exactly {@code <li>} and {@code <ol>} become a line
 * feed and an asterisk; the texts are joined by nothing.
 */
public record CleanHtmlMapper(String textKey) implements TextMapper {

    @Override
    public String name() {
        return "clean_html_mapper";
    }

    @Override
    public String map(String text) {
        String listed = text.replace("<li>", "\n*").replace("</li>", "").replace("<ol>", "\n*").replace("</ol>", "");
        Document document = Parser.parse(listed, "");
        StringBuilder result = new StringBuilder(text.length());
        document.body().traverse(new NodeVisitor() {
            @Override
            public void head(Node node, int depth) {
                if (node instanceof TextNode part) {
                    result.append(part.getWholeText());
                }
            }
        });
        return result.toString();
    }
}
