package quern.inference.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Small templates over the same variables, made at random and rendered by Jinja2 3.1.6 (immutable sandbox, trim_blocks,
 * lstrip_blocks, loop controls). A case is a template and its text, or a template alone where Jinja2 fails.
 */
class JinjaCasesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void shouldRenderOrRefuseAsJinjaDoesWhenTemplatesAreMadeAtRandom() throws IOException {
        JsonNode root;
        try (InputStream in = JinjaCasesTest.class.getResourceAsStream("jinja-cases.json")) {
            root = JSON.readTree(in);
        }
        var variables = JSON.convertValue(root.path("variables"), new TypeReference<Map<String, Object>>() {});
        assertTrue(root.path("cases").size() > 1000, root.path("cases").size() + " cases");
        for (JsonNode one : root.path("cases")) {
            String source = one.get(0).asText();
            if (one.size() == 1) {
                assertThrows(TemplateException.class, () -> render(source, variables), source);
            } else {
                assertEquals(one.get(1).asText(), render(source, variables), source);
            }
        }
    }

    private static String render(String source, Map<String, Object> variables) {
        return ChatTemplate.parse(source).render(variables, LocalDateTime.of(2026, 1, 2, 3, 4, 5)).text();
    }
}
