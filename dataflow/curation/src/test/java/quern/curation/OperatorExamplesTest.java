package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import quern.curation.library.BuiltInOperators;

/** What the operators' documentation shows, and what the refusals say. */
class OperatorExamplesTest {

    private final BuiltInOperators library = new BuiltInOperators();

    @Test
    void shouldCompileWhenAnExampleIsCopied() {
        List<String> tried = new ArrayList<>();
        for (String name : library.names()) {
            String example = library.page(name).map(OperatorPage::example).orElse("");
            if (!example.isEmpty() && !example.contains("_model:")) {
                tried.add(name);
                Reference.pipeline("process:\n" + example.indent(2));
            }
        }
        assertTrue(tried.size() >= 5, tried::toString);
    }

    @Test
    void shouldSayWhatToUseInsteadWhenAnOperatorIsRefused() {
        List<String> without = new ArrayList<>();
        for (String name : BuiltInOperators.refusedNames()) {
            String message = library.refusal(name).orElse("");
            if (library.find(name).isEmpty()
                    && !message.matches("(?s).*(use|with|ask|compare|ingest|write|let|run)\\b.*;?.*")) {
                without.add(name + ": " + message);
            }
        }
        assertEquals(List.of(), without);
        for (String name : List.of("python_lambda_mapper", "python_file_mapper")) {
            assertTrue(library.refusal(name).orElse("").contains("expression_mapper"), name);
        }
        assertTrue(library.refusal("download_file_mapper").orElse("").contains("quern ingest"));
        assertTrue(library.refusal("ray_bts_minhash_deduplicator").orElse("").contains("without ray_"));
        assertTrue(library.refusal("image_blurry_filter").orElse("").contains("ingest the text"));
    }
}
