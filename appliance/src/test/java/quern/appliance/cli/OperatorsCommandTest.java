package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OperatorsCommandTest {

    private record Outcome(int code, String out) {}

    private static Outcome run(String... arguments) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
            return new Outcome(QuernCommand.execute(arguments), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void shouldShowMeaningParametersAndDifferenceWhenAnOperatorIsNamed() throws Exception {
        JsonNode shown = ApiClient.JSON.readTree(run("operators", "text_length_filter", "--json").out());
        assertEquals("filter", shown.path("kind").asText());
        assertTrue(shown.path("meaning").asText().contains("code points"));
        JsonNode last = shown.path("parameters").path(shown.path("parameters").size() - 1);
        assertEquals("max_len", last.path("name").asText());
        assertTrue(last.path("default").isNull());
        String text = run("operators", "remove_header_mapper").out();
        assertTrue(text.contains("Unlike Data-Juicer 1.4.3: ") && text.contains("drop_no_head"), text);
    }

    @Test
    void shouldListWhatThereIsAndWhatIsRefusedWhenNothingIsNamed() throws Exception {
        JsonNode all = ApiClient.JSON.readTree(run("operators", "--json").out());
        assertTrue(all.path("operators").size() > 60, () -> all.path("operators").size() + " operators");
        assertTrue(all.path("refused").findValuesAsText("name").contains("python_lambda_mapper"));
        assertTrue(run("operators").out().contains("clean_links_mapper"));
    }

    @Test
    void shouldSayWhatToUseInsteadWhenTheOperatorIsRefused() {
        Outcome outcome = run("operators", "python_lambda_mapper");
        assertEquals(ExitCode.OK, outcome.code());
        assertTrue(outcome.out().contains("expression_mapper"), outcome.out());
        assertEquals(ExitCode.USAGE, run("operators", "no_such_filter").code());
    }
}
