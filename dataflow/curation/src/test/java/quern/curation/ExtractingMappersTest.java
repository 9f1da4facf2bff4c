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

class ExtractingMappersTest {

    private static final String TEXT = "{\"text\": \"Tom calls Elizabeth Lizzy.  She lives\\nin Paris.\"}";
    private static final String DIALOG = "{\"text\": \"t\", \"history\": [[\"Hello\", \"Hi\"], [\"Bad!\", \"Sorry\"]], "
            + "\"query\": \"Thanks\", \"response\": \"Welcome\"}";

    private static JsonNode meta(Asked asked) {
        return asked.only().path("__dj__meta__");
    }

    @Test
    void shouldLabelEveryTurnWithWhatCameBefore() {
        ScriptedGenerator model = ScriptedGenerator.by(request -> {
            String input = request.messages().getLast().content();
            return "{\"analysis\": \"a" + input.split("User:").length + "\", \"label\": \"l"
                    + input.split("Label: l").length + "\"}";
        });
        JsonNode meta = meta(Asked.run(model, "- dialog_intent_detection_mapper: {max_round: 1}", DIALOG));
        assertEquals("[\"l1\",\"l2\",\"l2\"]", meta.path("dialog_intent_labels").toString());
        assertEquals("[\"a2\",\"a3\",\"a3\"]", meta.path("dialog_intent_labels_analysis").toString());
        assertEquals("User: Bad!\nAnalysis: a3\nLabel: l2\nAssistant: Sorry\nUser: Thanks\n",
                model.requests().getLast().messages().getLast().content());
    }

    @Test
    void shouldHoldIntensitiesToTheirRangeAndLabelsToTheirCandidates() {
        Asked asked = Asked.run(ScriptedGenerator.of("{\"analysis\": \"a\", \"label\": 7}",
                "{\"analysis\": \"a\", \"label\": -5}"),
                "- dialog_sentiment_intensity_mapper: {try_num: 1, intensities_key: i, analysis_key: why}", DIALOG);
        assertEquals("[0,-5,-5]", meta(asked).path("i").toString());
        assertEquals("[\"\",\"a\",\"a\"]", meta(asked).path("why").toString());
        assertEquals(1, asked.notes().get("answer not used: label out of range"));
        ScriptedGenerator model = ScriptedGenerator.of("{\"analysis\": \"a\", \"label\": \"sad\"}",
                "{\"analysis\": \"a\", \"label\": \"glad\"}");
        Asked topics = Asked.run(model, "- dialog_topic_detection_mapper: {topic_candidates: [glad, mad]}", DIALOG);
        assertEquals("[\"glad\",\"glad\",\"glad\"]", meta(topics).path("dialog_topic_labels").toString());
        assertTrue(model.requests().getFirst().messages().getLast().content().startsWith("Choose from: glad, mad\n"));
        assertEquals("[\"glad\",\"mad\"]",
                model.requests().getFirst().schema().orElseThrow().at("/properties/label/enum").toString());
    }

    @Test
    void shouldReadADialogByPatternsWhenTheRecipeGivesThem() {
        Asked asked = Asked.run(ScriptedGenerator.of("Why: so\nWhat: happy\n"), "- dialog_sentiment_detection_mapper: "
                + "{analysis_pattern: 'Why: (.*?)\\n', labels_pattern: 'What: (.*?)($|\\n)'}", DIALOG);
        assertEquals("[\"happy\",\"happy\",\"happy\"]", meta(asked).path("dialog_sentiment_labels").toString());
        assertThrows(RecipeException.class, () -> Asked.pipeline(ScriptedGenerator.of(""),
                "- dialog_sentiment_detection_mapper: {labels_pattern: x}"));
    }

    @Test
    void shouldLeaveADialogAloneWhenItHasNoTurnsOrIsLabelled() {
        ScriptedGenerator model = ScriptedGenerator.of("");
        Asked asked = Asked.run(model, "- dialog_topic_detection_mapper:", "{\"text\": \"t\", \"history\": 3}",
                "{\"text\": \"t\", \"query\": \"q\", \"__dj__meta__\": {\"dialog_topic_labels\": [], "
                        + "\"dialog_topic_labels_analysis\": []}}");
        assertEquals(2, asked.kept().size());
        assertEquals(List.of(), model.requests());
    }

    @ParameterizedTest
    @ValueSource(strings = {"- extract_keyword_mapper:", "- extract_nickname_mapper:",
        "- relation_identity_mapper: {source_entity: Tom, target_entity: Lizzy}",
        "- extract_entity_relation_mapper:",
        "- extract_entity_attribute_mapper: {query_entities: [Tom], query_attributes: [age]}",
        "- extract_support_text_mapper:"})
    void shouldLeaveTheFieldEmptyWhenTheAnswerIsUnusable(String recipe) {
        String sample = "{\"text\": \"Tom calls Lizzy.\", \"__dj__meta__\": {\"event_description\": \"A call.\"}}";
        for (Object answer : List.of("", "garbage", new ScriptedGenerator.Cut("{\"keywords\": [\"a\""), "{}",
                ScriptedGenerator.timeout(), ScriptedGenerator.tooLong())) {
            Asked asked = Asked.run(ScriptedGenerator.of(answer), recipe, sample);
            JsonNode meta = meta(asked);
            String text = meta.toString().replace("\"event_description\":\"A call.\"", "");
            assertTrue(text.matches("\\{,?(\"\\w+\":(\\[]|\"\"|\\[\"\"]|\\[\\[]]|\\[\"(Tom|age)\"]"
                    + "|\"A call\\.\"),?)+}"), text);
            assertEquals(1, asked.notes().get("left without an answer"), asked.notes()::toString);
        }
    }

    @Test
    void shouldExtractKeywordsAndDropTheText() {
        Asked asked = Asked.run(ScriptedGenerator.of("{\"keywords\": [\" a \", \"b\", \"a\", \"\"]}"),
                "- extract_keyword_mapper: {drop_text: true, keyword_key: words}", TEXT);
        assertEquals("[\"a\",\"b\"]", meta(asked).path("words").toString());
        assertFalse(asked.only().has("text"));
        ScriptedGenerator model = ScriptedGenerator.of("(\"content_keywords\" \"x, y\")<|COMPLETE|>");
        Asked free = Asked.run(model, "- extract_keyword_mapper: {output_pattern: '\\(\"content_keywords\"(.*?)\\)', "
                + "prompt_template: 'Do {input_text} {completion_delimiter}'}", TEXT);
        assertEquals("[\"x\",\"y\"]", meta(free).path("keyword").toString());
        assertTrue(model.requests().getFirst().messages().getFirst().content().endsWith("Paris. <|COMPLETE|>"));
    }

    @Test
    void shouldExtractNicknamesThatAreNoNames() {
        Asked asked = Asked.run(ScriptedGenerator.of("{\"nicknames\": ["
                + "{\"speaker\": \"Tom\", \"person\": \"Elizabeth\", \"nickname\": \"Lizzy\"},"
                + "{\"speaker\": \"Tom\", \"person\": \"Elizabeth\", \"nickname\": \"Lizzy\"},"
                + "{\"speaker\": \"Tom\", \"person\": \"Ann\", \"nickname\": \"Ann\"}]}"),
                "- extract_nickname_mapper:", TEXT);
        assertEquals("[{\"relation_source_entity\":\"Tom\",\"relation_target_entity\":\"Elizabeth\","
                + "\"relation_description\":\"Lizzy\",\"relation_keywords\":[\"nickname\"],"
                + "\"relation_strength\":null}]", meta(asked).path("nickname").toString());
    }

    @Test
    void shouldFindWhatOneIsToTheOther() {
        ScriptedGenerator model = ScriptedGenerator.of("{\"reasoning\": \"r\", \"relation\": \"older brother\"}");
        Asked asked = Asked.run(model,
                "- relation_identity_mapper: {source_entity: Lizzy, target_entity: Tom, output_key: is}", TEXT);
        assertEquals("older brother", meta(asked).path("is").textValue());
        assertTrue(model.requests().getFirst().messages().getFirst().content().contains("what Tom is to Lizzy"));
        assertThrows(RecipeException.class,
                () -> Asked.pipeline(model, "- relation_identity_mapper: {source_entity: a}"));
    }

    @Test
    void shouldGleanUntilNothingNewComes() {
        String entity = "{\"name\": \"%s\", \"type\": \"person\", \"description\": \"d\"}";
        String relation = "{\"source\": \"Tom\", \"target\": \"%s\", \"description\": \"d\", \"keywords\": [\"k\"], "
                + "\"strength\": 3}";
        String first = "{\"entities\": [" + entity.formatted("Tom") + "], \"relations\": ["
                + relation.formatted("Ghost") + "]}";
        String second = "{\"entities\": [" + entity.formatted("Lizzy") + "], \"relations\": ["
                + relation.formatted("Lizzy") + "]}";
        ScriptedGenerator model = ScriptedGenerator.of(first, second, second);
        Asked asked = Asked.run(model, "- extract_entity_relation_mapper: {max_gleaning: 5}", TEXT);
        assertEquals(3, model.requests().size());
        assertEquals(6, model.requests().getLast().messages().size());
        assertEquals(2, meta(asked).path("entity").size());
        assertEquals("Lizzy", meta(asked).at("/relation/0/relation_target_entity").textValue());
        assertEquals(1, meta(asked).path("relation").size());
        assertEquals(1, asked.notes().get("relation of entities that were not named"));
    }

    @Test
    void shouldKeepOnlyQuotationsThatStandInTheText() {
        Asked asked = Asked.run(ScriptedGenerator.of(
                "{\"description\": \"In Paris.\", \"quotations\": [\"She lives in Paris.\", \"He lives\"]}"),
                "- extract_entity_attribute_mapper: {query_entities: [Lizzy, Tom], query_attributes: [home]}", TEXT);
        assertEquals("[\"Lizzy\",\"Tom\"]", meta(asked).path("main_entities").toString());
        assertEquals("[\"home\",\"home\"]", meta(asked).path("attributes").toString());
        assertEquals("[\"In Paris.\",\"In Paris.\"]", meta(asked).path("attribute_descriptions").toString());
        assertEquals("[[\"She lives in Paris.\"],[\"She lives in Paris.\"]]",
                meta(asked).path("attribute_support_texts").toString());
        assertEquals(2, asked.notes().get("quotation is not in the text"));
    }

    @Test
    void shouldMakeASampleOfEachEventOrDropTheText() {
        Asked asked = Asked.run(ScriptedGenerator.of("{\"events\": [{\"description\": \"A call.\", \"characters\": "
                + "[\"Tom\"]}, {\"description\": \"A move.\", \"characters\": []}]}", "nothing"),
                "- extract_event_mapper: {try_num: 1}", TEXT, TEXT);
        assertEquals(2, asked.kept().size());
        assertEquals("A move.", asked.kept().get(1).at("/__dj__meta__/event_description").textValue());
        assertEquals("[\"Tom\"]", asked.kept().get(0).at("/__dj__meta__/relevant_characters").toString());
        assertEquals("no event found", asked.rejected().getFirst().reason());
    }

    @Test
    void shouldQuoteTheTextItselfForASummary() {
        String sample = "{\"text\": \"Tom calls Elizabeth Lizzy.  She lives\\nin Paris.\", \"__dj__meta__\": "
                + "{\"event_description\": \"Her home.\"}}";
        Asked asked = Asked.run(ScriptedGenerator.of("{\"quotation\": \"She lives in Rome.\"}",
                "{\"quotation\": \"She lives in Paris.\"}"), "- extract_support_text_mapper:", sample, TEXT);
        assertEquals("She lives\nin Paris.", asked.kept().get(0).at("/__dj__meta__/support_text").textValue());
        assertEquals(1, asked.notes().get("no summary"));
    }
}
