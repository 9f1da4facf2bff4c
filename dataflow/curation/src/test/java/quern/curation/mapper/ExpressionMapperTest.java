package quern.curation.mapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quern.curation.Draft;
import quern.ingest.Sample;

class ExpressionMapperTest {

    @Test
    void shouldSeeWhatAnEarlierAssignmentSetWhenAssigning() throws IOException {
        Map<String, String> assignments = new LinkedHashMap<>();
        assignments.put("text", "text.strip()");
        assignments.put("meta.length", "len(text)");
        assignments.put("long", "meta.length > 3");
        assignments.put("gone", "None");
        ObjectNode fields = (ObjectNode) JsonMapper.builder().build().readTree("{\"text\": \" word \", \"meta\": {}}");
        Draft draft = new Draft(new Sample(fields, "d", 0, 6, 0));
        draft.view("text").codePointCount();
        new ExpressionMapper(assignments).apply(draft);
        assertEquals("{\"text\":\"word\",\"meta\":{\"length\":4},\"long\":true,\"gone\":null}",
                draft.fields().toString());
        assertEquals(4, draft.view("text").codePointCount());
    }

    @Test
    void shouldRefuseWhenNothingIsAssigned() {
        assertThrows(IllegalArgumentException.class, () -> new ExpressionMapper(Map.of()));
    }
}
