package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.filter.TextLengthFilter;
import quern.ingest.Sample;

class RecipeTest {

    @TempDir
    Path directory;

    @Test
    void shouldReportEveryProblemWithLineAndNearestNameWhenRecipeIsWrong() {
        RecipeException e = assertThrows(RecipeException.class, () -> Reference.pipeline("""
                projekt_name: x
                executor_type: ray
                export_type: xml
                process:
                  - text_lenght_filter:
                  - text_length_filter: {min_lem: 3}
                  - words_num_filter: {min_num: many, tokenization: true}
                  - perplexity_filter:
                  - image_blurry_filter:
                  - python_lambda_mapper:
                  - replace_content_mapper: {pattern: "(", repl: x}
                  - {a: 1, b: 2}
                """));
        String message = e.getMessage();
        assertTrue(e.problems().size() >= 10, message);
        for (String part : List.of("line 1: projekt_name: unknown key, did you mean project_name?", "executor_type",
                "expected jsonl, json or parquet",
                "line 5: text_lenght_filter: unknown operator, did you mean text_length_filter?",
                "line 6: text_length_filter: unknown parameter 'min_lem', did you mean min_len?",
                "line 7: words_num_filter: min_num is 'many', expected a number",
                "line 8: perplexity_filter: perplexity_filter needs", "image_blurry_filter: samples are text here",
                "runs Python code", "is no pattern Java knows", "found 2 keys")) {
            assertTrue(message.contains(part), () -> part + "\nis not in\n" + message);
        }
    }

    @Test
    void shouldReadNumbersWhenYamlTakesThemForTexts() {
        Pipeline pipeline = Reference.pipeline("process:\n  - text_length_filter: {min_len: 1e2, max_len: 2e5}\n");
        assertEquals(Interval.closed(100, 200_000), ((TextLengthFilter) pipeline.operators().getFirst()).keep());
    }

    @Test
    void shouldMergeMapsWhenAnchorsAreUsedAgain() {
        Pipeline pipeline = Reference.pipeline("""
                process:
                  - text_length_filter: &wide
                      <<: [{min_len: 3, max_closed_interval: false}, {min_len: 4, max_len: 50}]
                      max_len: 70
                  - text_length_filter:
                      min_len: 9
                      <<: *wide
                """);
        assertEquals(new Interval(3, 70, true, false, false),
                ((TextLengthFilter) pipeline.operators().getFirst()).keep());
        assertEquals(new Interval(9, 70, true, false, false),
                ((TextLengthFilter) pipeline.operators().getLast()).keep());
        RecipeException e = assertThrows(RecipeException.class, () -> Reference.pipeline(
                "process:\n  - text_length_filter: {<<: 5}\n"));
        assertTrue(e.getMessage().contains("line 2: <<: expected a map or a list of maps to merge"), e.getMessage());
    }

    @Test
    void shouldSayWhatHasNoEffectWhenKeysAreOfLaterVersionsOrOfACluster() {
        Recipe recipe = Recipe.parse("""
                enable_optimizer: true
                optimizer_strategies: [op_reorder]
                partition: {mode: auto}
                checkpoint: {enabled: true}
                event_logging: {enabled: true}
                keep_hashes_in_res_ds: true
                process: []
                """, RecipeOverride.of(List.of("--checkpoint.n_ops", "3")), Reference.CONFIG);
        assertEquals(List.of(), recipe.problems());
        assertEquals(7, recipe.notes().size(), recipe.notes()::toString);
        assertTrue(recipe.notes().contains("checkpoint.n_ops has no effect: every run is checkpointed and resumed"));
        assertTrue(Recipe.parse("executor_type: ray", Reference.CONFIG).problems().getFirst().message()
                .contains("give executor_type: default"));
    }

    @Test
    void shouldTakeTheListsThatComeAlongWhenTheRecipeNamesDataJuicersDownloads() {
        assertEquals(1, Reference.pipeline(
                "process:\n  - stopwords_filter: {stopwords_dir: ./assets}\n").operators().size());
        RecipeException e = assertThrows(RecipeException.class, () -> Reference.pipeline(
                "process:\n  - stopwords_filter: {stopwords_dir: ./my-words}\n"));
        assertTrue(e.getMessage().contains("stopwords_dir './my-words' is no directory"), e.getMessage());
    }

    @Test
    void shouldDropSamplesWithoutAnyOfTheTextKeysAndGiveOperatorsTheFirst() throws IOException {
        Pipeline pipeline = Reference.pipeline(
                "text_keys: [text, meta.b]\nprocess:\n  - text_length_filter: {min_len: 1}\n");
        List<JsonNode> kept = Reference.run(pipeline, Reference.samples(Json.MAPPER.readTree("""
                [{"text": "one", "meta": {"b": ""}}, {"text": "two", "meta": {"b": null}}, {"text": "three"},
                 {"text": "", "meta": {"b": "x"}}, {"text": "five", "meta": {"b": 5}}]""")), directory);
        assertEquals(List.of("one", "five"), kept.stream().map(one -> one.path("text").asText()).toList());
        assertTrue(Files.readString(directory.resolve(RejectLog.FILE)).contains("nothing in field meta.b"));
    }

    @Test
    void shouldUseTheDefaultsWhenAnOperatorHasNoParametersOrNulls() {
        Pipeline pipeline = Reference.pipeline("process:\n  - text_length_filter:\n  - text_length_filter: "
                + "{min_len: null}\n"
                + "  - text_length_filter\n");
        assertEquals(3, pipeline.operators().size());
        pipeline.operators().forEach(o -> assertEquals(Interval.closed(10, 0x1p63), ((TextLengthFilter) o).keep()));
    }

    @Test
    void shouldKeepWhatIsOutsideWhenReversed() {
        Interval compatible = Interval.reversedAsDataJuicer(2, 4, true, true);
        assertTrue(compatible.contains(2) && compatible.contains(4) && compatible.contains(5)
                && !compatible.contains(3));
        Interval reversed = new Interval(2, 4, true, true, true);
        assertTrue(reversed.contains(1.9) && reversed.contains(5) && !reversed.contains(2) && !reversed.contains(4));
        Interval open = new Interval(2, 4, false, false, false);
        assertFalse(open.contains(2) || open.contains(4) || !open.contains(3));
        assertFalse(Interval.closed(0, 1).contains(Double.NaN));
    }

    @Test
    void shouldCompileOrNameWhatIsMissingWhenRecipesAreDataJuicers() throws IOException {
        List<String> refused = new ArrayList<>();
        try (Stream<Path> files = Files.list(Reference.file("recipes"))) {
            for (Path file : files.sorted().toList()) {
                Recipe recipe = Recipe.parse(Files.readString(file), Reference.CONFIG);
                assertEquals(List.of(), recipe.problems(), file.toString());
                try {
                    Reference.pipeline(recipe.text());
                } catch (RecipeException e) {
                    refused.add(file.getFileName().toString());
                    assertTrue(e.getMessage().contains("perplexity_filter needs a language model")
                            && e.getMessage().contains("tokenization: true needs a tokenizer"), e.getMessage());
                }
            }
        }
        assertEquals(List.of("pile-europarl-refine.yaml", "redpajama-c4-refine.yaml"), refused);
    }

    @Test
    void shouldKeepTheGoldenSamplesWhenTheDemoRecipesRun() throws IOException {
        assertEquals(List.of(2, 4), keptLines("configs_demo_process.yaml", "demo-dataset.jsonl"));
        assertEquals(List.of(0, 1, 5, 6, 7), keptLines("configs_demo_dedup.yaml", "demo-dataset-deduplication.jsonl")
                .subList(0, 5));
    }

    private List<Integer> keptLines(String recipe, String data) throws IOException {
        Pipeline pipeline = Reference.pipeline(Files.readString(Reference.file("recipes/" + recipe)));
        List<Sample> samples = new ArrayList<>();
        for (String line : Files.readAllLines(Reference.file(data))) {
            samples.addAll(Reference.samples(Json.MAPPER.readTree("[" + line + "]")));
        }
        List<Sample> numbered = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            numbered.add(new Sample(samples.get(i).fields(), "" + i, 0, samples.get(i).to(), 0));
        }
        return Reference.run(pipeline, numbered, directory.resolve(recipe)).stream()
                .map(line -> Integer.valueOf(line.path("__quern__").path("document").asText())).toList();
    }

    @Test
    void shouldNeverFailOtherThanByProblemsWhenYamlIsMutated() {
        Random random = new Random(5);
        String good = """
                project_name: &a x
                text_keys: [text, other]
                export_shard_size: 1e6
                process:
                  - text_length_filter: {min_len: 1, max_len: 9}
                  - replace_content_mapper: {pattern: ['a+', b], repl: "\\\\1"}
                  - document_minhash_deduplicator: {window_size: 3, jaccard_threshold: 0.5, num_permutations: 16}
                """;
        String pieces = "{}[]&*!|>%@`'\"#:,-?\n\t 0\u00e9\u0000~<=";
        int refused = 0;
        for (int round = 0; round < 1500; round++) {
            StringBuilder text = new StringBuilder(good);
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = random.nextInt(Math.max(1, text.length() - 1));
                switch (random.nextInt(3)) {
                    case 0 -> text.delete(at, at + 1);
                    case 1 -> text.insert(at, pieces.charAt(random.nextInt(pieces.length())));
                    default -> text.setLength(Math.max(1, at));
                }
            }
            try {
                Reference.pipeline(text.toString());
            } catch (RecipeException e) {
                refused++;
                assertFalse(e.problems().isEmpty());
            }
        }
        assertTrue(refused > 300, "only " + refused + " refused");
    }

    @Test
    void shouldRefuseConditionsThatPythonWouldRunButAreNoComparisons() {
        for (String condition : List.of("a +", "not a", "a in b", "f(x)", "a > -1", "(a", "a b", "'open", "1 < ",
                "import os",
                "(".repeat(5000))) {
            assertThrows(RecipeException.class, () -> Reference.compatible("general_field_filter",
                    Json.object().put("filter_condition", condition)), condition);
        }
    }

    @Test
    void shouldRefuseWhenYamlIsDeepOrExpandsOrIsTooLarge() {
        String bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                + "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
                + "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n" + "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
                + "process: [*e,*e,*e,*e,*e,*e,*e]\n";
        for (String text : List.of("[".repeat(5000), "process: " + "{a: ".repeat(300), bomb, "x".repeat(2 << 20),
                "&a [*a]", "process: &p [*p]", "- 1", "!!javax.script.ScriptEngineManager [x]")) {
            assertThrows(RecipeException.class, () -> Reference.pipeline(text),
                    () -> text.substring(0, Math.min(20, text.length())));
        }
    }
}
