package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WritingMappersTest {

    private static final String PAIR =
            "{\"text\": \"The fox is red.\", \"query\": \"Colour?\", \"response\": \"Blue.\"}";
    private static final String PASSAGE = "{\"text\": \"The red  fox\\nlives in a den. It hunts at night.\", \"k\": 7}";

    @ParameterizedTest
    @CsvSource({"calibrate_qa_mapper,Q2,A2", "calibrate_query_mapper,Q2,Blue.", "calibrate_response_mapper,Colour?,A2",
        "optimize_qa_mapper,Q2,A2", "optimize_query_mapper,Q2,Blue.", "optimize_response_mapper,Colour?,A2"})
    void shouldRewriteWhatTheOperatorIsFor(String operator, String query, String response) {
        ScriptedGenerator model = ScriptedGenerator.of("{\"question\": \" Q2 \", \"answer\": \"A2\"}");
        JsonNode kept = Asked.run(model, "- " + operator + ":", PAIR).only();
        assertEquals(query, kept.path("query").textValue());
        assertEquals(response, kept.path("response").textValue());
        String input = model.requests().getFirst().messages().getLast().content();
        assertEquals(operator.startsWith("calibrate"), input.contains("The fox is red."), input);
        assertTrue(input.contains("Colour?") && input.contains("Blue."), input);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no", "{\"question\": \"\", \"answer\": \"A\"}", "{\"question\": 3, \"answer\": \"A\"}",
        "{\"question\": \"Q\""})
    void shouldStayAsItIsWhenTheRewriteIsUnusable(String answer) {
        Asked asked = Asked.run(ScriptedGenerator.of(answer), "- optimize_qa_mapper: {try_num: 2}", PAIR);
        assertEquals("Colour?", asked.only().path("query").textValue());
        assertEquals("Blue.", asked.only().path("response").textValue());
        assertEquals(1, asked.notes().get("left without an answer"));
    }

    @Test
    void shouldReadByThePatternWhenTheRecipeGivesOne() {
        ScriptedGenerator model = ScriptedGenerator.of("Q: new one\nA: new answer");
        JsonNode kept = Asked.run(model, "- calibrate_qa_mapper: {output_pattern: 'Q:(.*?)A:(.*)', query_key: q, "
                + "response_key: r, qa_pair_template: '<{}|{}>', reference_template: 'ref {}', "
                + "input_template: '{qa_pair} {reference}', system_prompt: mine}",
                "{\"text\": \"T\", \"q\": \"Q1\", \"r\": \"R1\"}").only();
        assertEquals("new one", kept.path("q").textValue());
        assertEquals("new answer", kept.path("r").textValue());
        assertEquals("mine", model.requests().getFirst().messages().getFirst().content());
        assertEquals("<Q1|R1> ref T", model.requests().getFirst().messages().getLast().content());
        assertTrue(model.requests().getFirst().schema().isEmpty());
    }

    @Test
    void shouldDropWithAReasonWhenThereIsNoQuestion() {
        Asked asked = Asked.run(ScriptedGenerator.of("x"), "- optimize_qa_mapper:", "{\"text\": \"T\", \"query\": 3}");
        assertEquals("text field missing or no text", asked.rejected().getFirst().reason());
    }

    @Test
    void shouldKeepOnlyPairsWhoseEvidenceStandsInTheText() {
        ScriptedGenerator model = ScriptedGenerator.of("""
                {"pairs": [{"evidence": "red fox lives", "question": "Where?", "answer": "In a den."},
                           {"evidence": "the green fox", "question": "Which?", "answer": "Green."},
                           {"evidence": " ", "question": "Why?", "answer": "So."},
                           {"evidence": "at night.", "question": "Where? ", "answer": "Again."},
                           {"evidence": "at night.", "question": "", "answer": "Night."},
                           {"evidence": "It hunts at night.", "question": "When?", "answer": "At night."},
                           {"evidence": "den", "question": "Too many?", "answer": "Yes."}]}""");
        Asked asked = Asked.run(model, "- generate_qa_from_text_mapper: {max_num: 2}", PASSAGE);
        assertEquals(2, asked.kept().size());
        JsonNode first = asked.kept().getFirst();
        assertEquals("Where?", first.path("query").textValue());
        assertEquals("red  fox\nlives", first.path("evidence").textValue());
        assertEquals(7, first.path("k").intValue());
        assertEquals(4, first.path("__quern__").path("from").intValue());
        assertEquals(18, first.path("__quern__").path("to").intValue());
        assertEquals(2, asked.notes().get("pair kept"));
        for (String reason : List.of("evidence is not in the text", "no evidence", "question asked before",
                "question or answer is empty", "more pairs than asked for")) {
            assertEquals(1, asked.notes().get("pair rejected: " + reason), reason);
        }
    }

    @Test
    void shouldDropTheSampleWhenNoPairIsLeft() {
        Asked asked = Asked.run(ScriptedGenerator.of("garbage", new ScriptedGenerator.Cut("{\"pairs\": [{"), ""),
                "- generate_qa_from_text_mapper:", PASSAGE, "{\"text\": \"  \"}");
        assertEquals(List.of(), asked.kept());
        assertEquals("no question and answer made of it", asked.rejected().getFirst().reason());
        assertEquals(1, asked.notes().get("answer not used: cut off"));
    }

    @Test
    void shouldReadHumanAndAssistantWhenDataJuicersPatternIsGiven() {
        Asked asked = Asked.run(ScriptedGenerator.of("Human: a?\nAssistant: b.\nHuman: c?\nAssistant: d."),
                "- generate_qa_from_text_mapper: {output_pattern: 'Human:(.*?)Assistant:(.*?)(?=Human|$)'}", PASSAGE);
        assertEquals(2, asked.kept().size());
        assertEquals("c?", asked.kept().get(1).path("query").textValue());
        assertEquals("d.", asked.kept().get(1).path("response").textValue());
        assertFalse(asked.kept().get(1).has("evidence"));
    }

    @Test
    void shouldMakeConversationsWhenTheyAreForTuning() {
        Asked asked = Asked.run(ScriptedGenerator.of(
                "{\"pairs\": [{\"evidence\": \"den\", \"question\": \"Where?\", \"answer\": \"In a den.\"}]}"),
                "- generate_qa_from_text_mapper: {chat: true, query_key: question, response_key: answer}", PASSAGE);
        JsonNode sample = asked.only();
        assertEquals("In a den.", sample.at("/messages/1/content").textValue());
        assertEquals("Where?", sample.path("question").textValue());
        assertFalse(sample.has("text"));
    }

    @Test
    void shouldAddAWorseAnswerOrEmptyFields() {
        Asked asked = Asked.run(ScriptedGenerator.of("{\"answer\": \"Blue.\", \"reason\": \"same\"}",
                "{\"answer\": \"Green.\", \"reason\": \"wrong\"}", "no", "", ScriptedGenerator.timeout()),
                "- pair_preference_mapper: {reason_key: why}", PAIR, PAIR);
        assertEquals("Green.", asked.kept().get(0).path("rejected_response").textValue());
        assertEquals("wrong", asked.kept().get(0).path("why").textValue());
        assertEquals("", asked.kept().get(1).path("rejected_response").textValue());
        assertEquals(1, asked.notes().get("answer not used: the answer is the one there was"));
    }

    @Test
    void shouldWriteAVariantIntoTheSecondField() {
        ScriptedGenerator model = ScriptedGenerator.of(" \"A red fox it is.\" ");
        JsonNode kept = Asked.run(model, "- sentence_augmentation_mapper: {task_sentence: Say it otherwise., "
                + "text_key_second: other, max_new_tokens: 9}", PAIR).only();
        assertEquals("A red fox it is.", kept.path("other").textValue());
        assertEquals(9, model.requests().getFirst().sampling().tokensMax().getAsInt());
        assertEquals(0.2, model.requests().getFirst().sampling().temperature().getAsDouble());
        assertThrows(RecipeException.class,
                () -> Asked.pipeline(model, "- sentence_augmentation_mapper: {text_key_second: other}"));
    }
}
