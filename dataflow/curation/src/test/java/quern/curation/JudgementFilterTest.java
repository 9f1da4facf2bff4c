package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JudgementFilterTest {

    private static final String QUALITY = """
            {"dimension_scores": {"accuracy": %d, "grammar": 4, "informativeness": 3, "coherence": 5}, "flags": ["x"],
             "rationale": "r", "recommendation": "keep"}""";
    private static final String SAMPLE = "{\"text\": \"A fox is a small animal.\"}";

    @Test
    void shouldKeepByTheMeanOfTheDimensionsWhenTheModelAnswers() {
        ScriptedGenerator model = ScriptedGenerator.of(QUALITY.formatted(4), QUALITY.formatted(1));
        Asked asked = Asked.run(model, "- llm_quality_score_filter: {min_score: 0.7, api_or_hf_model: gpt-4o}", SAMPLE,
                SAMPLE);
        JsonNode stats = asked.only().path("__dj__stats__");
        assertEquals(0.8, stats.path("llm_quality_score").doubleValue());
        assertEquals("r", stats.path("llm_quality_record").path("rationale").textValue());
        assertEquals(0.65, asked.rejected().getFirst().stat(), 1e-12);
        assertEquals(0.7, asked.rejected().getFirst().threshold());
        assertEquals(2, asked.notes().get("scripted was asked for gpt-4o"));
        assertTrue(model.requests().getFirst().messages().getLast().content().contains("**Text**\nA fox"));
        assertTrue(model.requests().getFirst().schema().orElseThrow().at("/properties/dimension_scores/properties")
                .has("grammar"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "", "{\"dimension_scores\": {\"accuracy\": 4", "{}", "I cannot answer that.",
        "{\"dimension_scores\": {\"accuracy\": 9, \"grammar\": 4, \"informativeness\": 3, \"coherence\": 5}}",
        "[1]", "{\"dimension_scores\": {\"accuracy\": \"high\"}}"})
    void shouldTryAgainAndThenDropWithTheReasonWhenTheAnswerIsUnusable(String answer) {
        ScriptedGenerator model = ScriptedGenerator.of(answer);
        Asked asked = Asked.run(model, "- llm_difficulty_score_filter: {dim_required_keys: [accuracy]}\n", SAMPLE);
        assertEquals(3, model.requests().size());
        assertEquals(List.of(), asked.kept());
        assertTrue(asked.rejected().getFirst().reason().startsWith("not judged: "),
                () -> asked.rejected().getFirst().reason());
        assertEquals(1, asked.notes().get("left without an answer"));
        assertTrue(model.requests().get(0).sampling().temperature().isEmpty());
        assertTrue(model.requests().get(1).sampling().temperature().getAsDouble() > 0);
        assertFalse(model.requests().get(1).sampling().seed().equals(model.requests().get(2).sampling().seed()));
    }

    @Test
    void shouldUseTheAnswerWhenALaterTryIsGood() {
        ScriptedGenerator model = ScriptedGenerator.of("garbage", ScriptedGenerator.timeout(),
                "Here it is: ```json\n" + QUALITY.formatted(5) + "\n```");
        Asked asked = Asked.run(model, "- llm_quality_score_filter:", SAMPLE);
        assertEquals(1, asked.kept().size());
        assertEquals(1, asked.notes().get("answer not used: not JSON"));
        assertEquals(1, asked.notes().get("answer not used: no answer in time"));
    }

    @Test
    void shouldKeepWithTagsOrWithoutAScoreWhenItIsAnAnalysis() {
        String answer = "{\"dimension_scores\": {\"clarity\": 1, \"relevance\": 1, \"usefulness\": 1, \"fluency\": 2},"
                + "\"tags\": {\"topic\": \"foxes\", \"style\": \"plain\"}}";
        Asked asked = Asked.run(ScriptedGenerator.of(answer, new ScriptedGenerator.Cut("{\"dim")),
                "- llm_analysis_filter: {min_score: 0.25, try_num: 1}", SAMPLE, SAMPLE);
        assertEquals("foxes", asked.kept().get(0).path("__dj__stats__").path("topic").textValue());
        assertEquals(0.25, asked.kept().get(0).path("__dj__stats__").path("llm_analysis_score").doubleValue());
        assertTrue(asked.kept().get(1).path("__dj__stats__").path("llm_analysis_score").isMissingNode());
        assertTrue(asked.kept().get(1).path("__dj__stats__").path("llm_analysis_record").isNull());
        assertEquals(1, asked.notes().get("left without an answer"));
    }

    @Test
    void shouldShowTheTaskAndGiveMinusOneWhenRelevanceIsNotJudged() {
        ScriptedGenerator model = ScriptedGenerator.of(ScriptedGenerator.tooLong());
        Asked asked = Asked.run(model, "- llm_task_relevance_filter: {task_desc: about foxes, valid_dataset: "
                + "[{text: What is a fox}, {text: unseen}], n_shot: 1}", SAMPLE);
        String input = model.requests().getFirst().messages().getLast().content();
        assertTrue(input.startsWith("# Task Description\nabout foxes\n\n# Validation Data\n"
                + "'''\n**Text**\nWhat is a fox"), input);
        assertFalse(input.contains("unseen"));
        assertEquals(1, model.requests().size(), "what is too long stays too long");
        assertEquals("not judged: longer than the model's context", asked.rejected().getFirst().reason());
        RecipeException refused = assertThrows(RecipeException.class,
                () -> Asked.pipeline(model, "- llm_task_relevance_filter:"));
        assertTrue(refused.getMessage().contains("relevant to what"), refused.getMessage());
    }

    @Test
    void shouldNotAskWhenTheScoreIsThereAlready() {
        ScriptedGenerator model = ScriptedGenerator.of("garbage");
        Asked asked = Asked.run(model, "- llm_quality_score_filter:",
                "{\"text\": \"a\", \"__dj__stats__\": {\"llm_quality_score\": 0.9}}",
                "{\"text\": \"b\", \"__dj__stats__\": {\"llm_quality_score\": 0.1}}");
        assertEquals("a", asked.only().path("text").textValue());
        assertEquals(List.of(), model.requests());
    }

    @Test
    void shouldRefuseByNameWhenTheModelIsElsewhereOrUnknownParametersAreGiven() {
        ScriptedGenerator model = ScriptedGenerator.of("x");
        for (String wrong : List.of("{api_endpoint: 'https://api.openai.com/v1/chat/completions'}",
                "{model_params: {base_url: 'http://10.0.0.7:8000/v1'}}", "{sampling_params: {best_of: 3}}",
                "{sampling_params: {temperature: hot}}", "{try_num: 0}", "{input_keys: [a, b]}",
                "{input_template: '{nothing}'}", "{field_template: '{field_data!r}'}")) {
            RecipeException refused = assertThrows(RecipeException.class,
                    () -> Asked.pipeline(model, "- llm_quality_score_filter: " + wrong), wrong);
            String parameter = wrong.substring(1, wrong.indexOf(':'));
            assertTrue(refused.getMessage().contains(parameter), refused.getMessage());
        }
        assertThrows(RecipeException.class, () -> Asked.pipeline(null, "- llm_quality_score_filter:"));
        Asked.pipeline(model, "- llm_quality_score_filter: {model_params: {base_url: 'http://127.0.0.1:8642/v1', "
                + "api_key: sk-x}, api_endpoint: /chat/completions, sampling_params: {temperature: 0.9, top_p: 0.95, "
                + "max_tokens: 100, stop: ['#']}}");
    }

    @Test
    void shouldDropTheSampleAloneWhenNoFieldIsThere() {
        Asked asked = Asked.run(ScriptedGenerator.of(QUALITY.formatted(5)), "- llm_quality_score_filter: "
                + "{input_keys: [meta.answer], field_names: [Answer]}", "{\"text\": \"a\"}",
                "{\"text\": \"b\", \"meta\": {\"answer\": \"yes\"}}");
        assertEquals("b", asked.only().path("text").textValue());
        assertEquals("no field to be judged", asked.rejected().getFirst().reason());
    }
}
