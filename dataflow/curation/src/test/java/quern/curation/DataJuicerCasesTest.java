package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data-Juicer's own test cases, for every operator built. */
class DataJuicerCasesTest {

    /** Cases whose models are no part of the reference files, by what they need. */
    private static final Map<String, Integer> NOT_RUN = Map.of("tokenizer", 6, "sentencepiece", 6, "KenLM", 1);

    @TempDir
    Path directory;

    @Test
    void shouldGiveTheExpectedSamplesWhenCasesRun() throws IOException {
        List<String> wrong = new ArrayList<>();
        Map<String, Integer> notRun = new TreeMap<>();
        int run = 0;
        for (JsonNode one : Reference.json("cases.json").path("cases")) {
            String needs = one.path("needs").asText();
            String missing = NOT_RUN.keySet().stream().sorted().filter(needs::contains).findFirst().orElse(null);
            if (missing == null) {
                run++;
                check(withModel(one), directory.resolve("run-" + run), wrong);
            } else {
                notRun.merge(missing, 1, Integer::sum);
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(new TreeMap<>(NOT_RUN), notRun);
    }

    /** Language identification by the reference model. */
    private static JsonNode withModel(JsonNode one) {
        if (!one.path("op").asText().equals("language_id_score_filter")) {
            return one;
        }
        ObjectNode copy = one.deepCopy();
        copy.withObject("/params").put("fasttext_model", Reference.file("../../models/lid/lid.176.ftz").toString());
        return copy;
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
