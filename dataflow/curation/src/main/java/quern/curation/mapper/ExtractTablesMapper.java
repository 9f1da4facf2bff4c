package quern.curation.mapper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import quern.curation.Draft;
import quern.curation.Mapper;

/**
 * Writes the tables of an HTML text beside it: under {@code __dj__meta__}, a list of tables, each a list of rows,
 * each a list of cell texts; or the tables' HTML.
 *
 * <p>Recipe key {@code extract_tables_from_html_mapper}. Rows of nested tables count for the outer one too; empty
 * rows and tables are left out. Compatible with Data-Juicer 1.4.3.
 *
 * @param withTags whether a table is kept as HTML
 * @param withHeader whether rows with a header cell are kept
 */
public record ExtractTablesMapper(String textKey, String fieldName, boolean withTags, boolean withHeader)
        implements Mapper {

    @Override
    public String name() {
        return "extract_tables_from_html_mapper";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        ObjectNode fields = draft.fields();
        ObjectNode meta = fields.get(Draft.META) instanceof ObjectNode present ? present : fields.putObject(Draft.META);
        ArrayNode tables = meta.putArray(fieldName);
        for (Element table : Parser.parse(draft.text(textKey), "").select("table")) {
            if (withTags) {
                tables.add(table.outerHtml());
                continue;
            }
            ArrayNode rows = tables.arrayNode();
            table.select("tr").forEach(row -> addRow(rows, row));
            if (!rows.isEmpty()) {
                tables.add(rows);
            }
        }
        return List.of(draft);
    }

    private void addRow(ArrayNode rows, Element row) {
        ArrayNode cells = rows.arrayNode();
        boolean header = false;
        for (Element cell : row.children()) {
            header |= cell.normalName().equals("th");
            if (cell.normalName().equals("td") || cell.normalName().equals("th")) {
                cells.add(cell.wholeText().strip());
            }
        }
        if (!cells.isEmpty() && (withHeader || !header)) {
            rows.add(cells);
        }
    }
}
