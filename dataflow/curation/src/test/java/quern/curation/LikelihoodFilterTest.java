package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripted model gives a word it has read before 1/2 and another 1/8. */
class LikelihoodFilterTest {

    private static final double NEW = Math.log(8);
    private static final double KNOWN = Math.log(2);

    private final ScriptedGenerator model = ScriptedGenerator.of("");

    private static double stat(Asked asked, String key) {
        return asked.only().path("__dj__stats__").path(key).doubleValue();
    }

    @Test
    void shouldTakeThePerplexityOfTheResponse() {
        assertEquals(8, stat(Asked.run(model, "- llm_perplexity_filter:", "{\"text\": \"a b\"}"), "llm_perplexity"),
                1e-9);
        assertEquals(Math.exp((KNOWN + NEW) / 2), stat(Asked.run(model, "- llm_perplexity_filter: {query_template: "
                + "'{q}', response_template: '{r}'}", "{\"text\": \"\", \"q\": \"a\", \"r\": \"a b\"}"),
                "llm_perplexity"), 1e-9);
        assertEquals(2, stat(Asked.run(model, "- llm_perplexity_filter:", "{\"text\": \"x\", \"messages\": "
                + "[{\"content\": \"a\"}, {\"content\": \" a \"}]}"), "llm_perplexity"), 1e-9);
    }

    @Test
    void shouldDropWithTheReasonWhenNothingCanBeMeasured() {
        Asked asked = Asked.run(model, "- llm_perplexity_filter: {max_score: 7}", "{\"text\": \"a b\"}",
                "{\"text\": \"TOO LONG\"}", "{\"text\": \"  \"}", "{\"text\": \"x\", \"messages\": [{}]}");
        assertEquals(List.of(), asked.kept());
        assertEquals(List.of("llm_perplexity above maximum", "not measured: longer than the model's context",
                "no token to be measured", "message without text"), asked.rejected().stream()
                .map(entry -> entry.reason().startsWith("llm_perplexity") ? "llm_perplexity above maximum"
                        : entry.reason()).toList());
        assertEquals(8, asked.rejected().getFirst().stat(), 1e-9);
    }

    @Test
    void shouldCompareWithAndWithoutTheQuery() {
        assertEquals(KNOWN / NEW, stat(Asked.run(model, "- instruction_following_difficulty_filter: {query_template: "
                + "'{q}', min_score: 0}", "{\"text\": \"a\", \"q\": \"a\"}"), "ifd_score"), 1e-9);
    }

    @Test
    void shouldCompareWithAndWithoutADemonstration(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("v.jsonl"), "{\"text\": \"a\"}\n\n{\"text\": \"z\"}\n");
        assertEquals((NEW / KNOWN + 1) / 2, stat(Asked.run(model, "- in_context_influence_filter: {min_score: 0, "
                + "valid_dataset: " + file + "}", "{\"text\": \"a b\"}"), "in_context_influence"), 1e-9);
        assertEquals(((NEW + NEW) / (KNOWN + NEW) + 1) / 2, stat(Asked.run(model, "- in_context_influence_filter: "
                + "{min_score: 0, valid_as_demo: true, valid_dataset: [{text: a}, {text: z}]}",
                "{\"text\": \"a b\"}"), "in_context_influence"), 1e-9);
        assertEquals(NEW / KNOWN, stat(Asked.run(model, "- in_context_influence_filter: {min_score: 0, n_shot: 1, "
                + "task_desc: Say it., valid_dataset: " + file + "}", "{\"text\": \"a b\"}"), "in_context_influence"),
                1e-9);
        for (String wrong : List.of("", "{valid_dataset: /nowhere.jsonl}", "{valid_dataset: [a, b]}")) {
            assertThrows(RecipeException.class,
                    () -> Asked.pipeline(model, "- in_context_influence_filter: " + wrong));
        }
    }

    @Test
    void shouldKeepBySimilarityOfEmbeddingsAndWithoutOne() {
        String recipe = "- text_embd_similarity_filter: {min_score: 0.99, valid_dataset: [{text: aaaa}]%s}";
        Asked asked = Asked.run(model, recipe.formatted(""), "{\"text\": \"bbbb\"}", "{\"text\": \"a a a a\"}",
                "{\"text\": \"TOO LONG\"}");
        assertEquals(2, asked.kept().size());
        assertEquals(1.0, asked.kept().getFirst().at("/__dj__stats__/text_embd_similarity").doubleValue(), 1e-6);
        assertTrue(asked.kept().get(1).at("/__dj__stats__/text_embd_similarity").isNull());
        assertEquals(1, asked.notes().get("kept without a similarity: longer than the model's context"));
        assertEquals(2, Asked.run(model, recipe.formatted(", ebd_dim: 1"), "{\"text\": \"bbbb\"}",
                "{\"text\": \"a a a a\"}").kept().size());
        assertThrows(RecipeException.class, () -> Asked.pipeline(model, "- text_embd_similarity_filter:"));
        assertThrows(RecipeException.class, () -> Asked.pipeline(model, recipe.formatted(", pooling: max")));
    }

    @Test
    void shouldKeepPairsThatAreAlikeWhenTheServedEncoderComparesThem() {
        String recipe = "- text_pair_similarity_filter: {encoder: served, text_key_second: other, min_score: 0.99}";
        Asked asked = Asked.run(model, recipe, "{\"text\": \"aaaa\", \"other\": \"bbbb\"}",
                "{\"text\": \"aaaa\", \"other\": \"a a a a a a\"}", "{\"text\": \"no other\"}",
                "{\"text\": \"TOO LONG\", \"other\": \"b\"}",
                "{\"text\": \"c\", \"other\": \"d\", \"__dj__stats__\": {\"text_pair_similarity\": [0.5]}}");
        assertEquals(3, asked.kept().size());
        assertEquals(1.0, asked.kept().getFirst().at("/__dj__stats__/text_pair_similarity/0").doubleValue(), 1e-6);
        assertEquals("[]", asked.kept().get(1).at("/__dj__stats__/text_pair_similarity").toString());
        assertEquals(1, asked.notes().get("kept without one of the texts"));
        assertEquals(1, asked.notes().get("kept without a similarity: longer than the model's context"));
        assertEquals(2, asked.rejected().size());
        assertEquals("text_pair_similarity too low", asked.rejected().getFirst().reason());
        for (String wrong : List.of("{text_key_second: b}", "{encoder: served}",
                "{encoder: served, text_key_second: b, any_or_all: none}", "{hf_clip: x, text_key_second: b}")) {
            assertThrows(RecipeException.class, () -> Asked.pipeline(model, "- text_pair_similarity_filter: " + wrong));
        }
    }
}
