package quern.curation.mapper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.parser.Parser;
import org.jsoup.select.NodeVisitor;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.SampleException;

/**
 * Writes the tables of an HTML text beside it: under {@code __dj__meta__}, a list of tables, each a list of rows,
 * each a list of cell texts; or the tables' HTML.
 *
 * <p>Recipe key {@code extract_tables_from_html_mapper}. Rows of nested tables count for the outer one too; empty
 * rows and tables are left out. Compatible with Data-Juicer 1.4.3, but that a text of tables within tables, of which
 * each is written out with all that it holds, is dropped when they are deeper than {@value #DEPTH_MAX} or make more
 * than eight times the text and a megabyte.
 *
 * @param withTags whether a table is kept as HTML
 * @param withHeader whether rows with a header cell are kept
 */
public record ExtractTablesMapper(String textKey, String fieldName, boolean withTags, boolean withHeader)
        implements Mapper {

    private static final int DEPTH_MAX = 64;
    private static final long CHARACTERS_FREELY = 1 << 20;
    private static final long CHARACTERS_FACTOR = 8;

    @Override
    public String name() {
        return "extract_tables_from_html_mapper";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        ObjectNode fields = draft.fields();
        ObjectNode meta = fields.get(Draft.META) instanceof ObjectNode present ? present : fields.putObject(Draft.META);
        ArrayNode tables = meta.putArray(fieldName);
        String text = draft.text(textKey);
        Document page = Parser.parse(text, "");
        checkDepth(page);
        long charactersLeft = CHARACTERS_FREELY + CHARACTERS_FACTOR * text.length();
        for (Element table : page.select("table")) {
            long written = withTags ? addHtml(tables, table) : addRows(tables, table);
            charactersLeft -= written;
            if (charactersLeft < 0) {
                throw new SampleException("tables within tables make more than "
                        + (CHARACTERS_FREELY + CHARACTERS_FACTOR * text.length()) + " characters");
            }
        }
        return List.of(draft);
    }

    private static void checkDepth(Document page) {
        int[] open = new int[1];
        page.traverse(new NodeVisitor() {
            @Override
            public void head(Node node, int depth) {
                open[0] += isTable(node) ? 1 : 0;
                if (open[0] > DEPTH_MAX) {
                    throw new SampleException("tables within tables deeper than " + DEPTH_MAX);
                }
            }

            @Override
            public void tail(Node node, int depth) {
                open[0] -= isTable(node) ? 1 : 0;
            }
        });
    }

    private static boolean isTable(Node node) {
        return node.normalName().equals("table");
    }

    private static long addHtml(ArrayNode tables, Element table) {
        String html = table.outerHtml();
        tables.add(html);
        return html.length();
    }

    /** @return the characters of its cells */
    private long addRows(ArrayNode tables, Element table) {
        ArrayNode rows = tables.arrayNode();
        long characters = 0;
        for (Element row : table.select("tr")) {
            characters += addRow(rows, row);
        }
        if (!rows.isEmpty()) {
            tables.add(rows);
        }
        return characters;
    }

    private long addRow(ArrayNode rows, Element row) {
        ArrayNode cells = rows.arrayNode();
        boolean header = false;
        long characters = 0;
        for (Element cell : row.children()) {
            header |= cell.normalName().equals("th");
            if (cell.normalName().equals("td") || cell.normalName().equals("th")) {
                String text = cell.wholeText().strip();
                cells.add(text);
                characters += text.length() + 1;
            }
        }
        if (!cells.isEmpty() && (withHeader || !header)) {
            rows.add(cells);
        }
        return characters;
    }
}
