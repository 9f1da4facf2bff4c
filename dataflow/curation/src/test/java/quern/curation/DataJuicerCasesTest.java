package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.library.BuiltInOperators;

/** Data-Juicer's own test cases, for every operator built. */
class DataJuicerCasesTest {

    private static final int CASES_MIN = 100;

    @TempDir
    Path directory;

    @Test
    void shouldGiveTheExpectedSamplesWhenCasesRun() throws IOException {
        JsonNode cases = Reference.json("cases.json").path("cases");
        BuiltInOperators library = new BuiltInOperators();
        List<String> wrong = new ArrayList<>();
        int run = 0;
        for (JsonNode one : cases) {
            boolean needsModel = one.path("needs").asText()
                    .matches("(?s).*(fastText|[Tt]okenizer|sentencepiece|KenLM|punkt).*");
            if (library.find(one.path("op").asText()).isPresent() && !needsModel) {
                run++;
                check(one, directory.resolve("run-" + run), wrong);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(run >= CASES_MIN, "only " + run + " cases ran");
    }

    private static void check(JsonNode one, Path directory, List<String> wrong) throws IOException {
        String id = one.path("id").asText();
        Pipeline pipeline;
        try {
            pipeline = Reference.pipeline(one.path("op").asText(), one.path("params"),
                    "compat: data-juicer-1.4.3\nkeep_stats_in_res_ds: true\n");
        } catch (RecipeException e) {
            wrong.add(id + ": " + e.getMessage());
            return;
        }
        List<JsonNode> lines = Reference.run(pipeline, Reference.samples(one.path("samples")), directory);
        if (one.has("expected_texts")) {
            List<String> expected = new ArrayList<>();
            one.path("expected_texts").forEach(text -> expected.add(text.asText()));
            compare(id, expected, lines.stream().map(line -> line.path("text").asText()).toList(), wrong);
        } else if (one.has("expected_kept")) {
            List<String> expected = new ArrayList<>();
            one.path("expected_kept").forEach(kept -> expected.add(kept.path("text").asText()));
            List<String> found = lines.stream().map(line -> line.path("text").asText()).toList();
            if (one.has("order_of_output_as_run")) {
                List<String> asRun = new ArrayList<>();
                one.path("order_of_output_as_run").forEach(text -> asRun.add(text.asText()));
                compare(id, asRun, found, wrong);
            } else if (one.path("expected_order_matters").asBoolean()) {
                compare(id, expected, found, wrong);
            } else {
                Set<String> expectedSet = new TreeSet<>(expected);
                compare(id, expectedSet, new TreeSet<>(found), wrong);
            }
        }
    }

    private static void compare(String id, Object expected, Object found, List<String> wrong) {
        if (!expected.equals(found)) {
            wrong.add(id + ":\n  expected " + expected + "\n  found    " + found);
        }
    }
}
