package quern.curation.mapper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;
import quern.curation.Draft;
import quern.ingest.Sample;

class ExtractTablesMapperTest {

    private static final String PAGE = "<p>x</p><table><tr><th>a</th><th>b</th></tr><tr><td> 1 </td><td>2</td></tr>"
            + "<tr></tr></table><table></table>";

    @Test
    void shouldWriteRowsOfCellsWhenPageHasTables() {
        assertEquals("[[[\"a\",\"b\"],[\"1\",\"2\"]]]",
                tables(PAGE, new ExtractTablesMapper("text", "t", false, true)));
        assertEquals("[[[\"1\",\"2\"]]]", tables(PAGE, new ExtractTablesMapper("text", "t", false, false)));
        assertEquals("[]", tables("no table", new ExtractTablesMapper("text", "t", false, true)));
    }

    private static String tables(String text, ExtractTablesMapper mapper) {
        var fields = JsonNodeFactory.instance.objectNode().put("text", text);
        Draft draft = mapper.apply(new Draft(new Sample(fields, "d", 0, text.length(), 0))).getFirst();
        return draft.fields().path(Draft.META).path("t").toString();
    }
}
