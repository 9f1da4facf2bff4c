package quern.curation.mapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;
import quern.curation.Draft;
import quern.curation.SampleException;
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

    @Test
    void shouldRefuseWhenTablesWithinTablesMakeTooMuch() {
        for (boolean tags : new boolean[] {false, true}) {
            var mapper = new ExtractTablesMapper("text", "t", tags, true);
            String nested = "<table><tr><td>".repeat(64);
            tables(nested + "a", mapper);
            var deep = assertThrows(SampleException.class, () -> tables(nested + "<table><tr><td>a", mapper));
            assertEquals("tables within tables deeper than 64", deep.getMessage());
            var much = assertThrows(SampleException.class, () -> tables(nested + "a".repeat(200_000), mapper));
            assertTrue(much.getMessage().startsWith("tables within tables make more than"), much.getMessage());
        }
    }

    private static String tables(String text, ExtractTablesMapper mapper) {
        var fields = JsonNodeFactory.instance.objectNode().put("text", text);
        Draft draft = mapper.apply(new Draft(new Sample(fields, "d", 0, text.length(), 0))).getFirst();
        return draft.fields().path(Draft.META).path("t").toString();
    }
}
