package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import quern.curation.language.OpenNlpDetector;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

class AggregatorsTest {

    private static final TextModel WORDS = new TextModel() {
        @Override
        public String name() {
            return "words";
        }

        @Override
        public String[] pieces(String text) {
            return text.split(" ");
        }

        @Override
        public double perplexity(String text) {
            return 0;
        }
    };

    /** The operator on a group of samples with these meta fields. */
    private static Draft group(TextGenerator model, String operator, String... metas) {
        try {
            var fields = Json.object();
            var list = fields.putArray("__dj__meta__");
            for (String meta : metas) {
                list.add(Json.MAPPER.readTree(meta));
            }
            Draft draft = new Draft(new Sample(fields, "group", 0, 0, 0));
            Recipe recipe = Recipe.parse("process:\n  " + operator, Reference.CONFIG);
            Operator made = new RecipeCompiler(new BuiltInOperators(WORDS, model, new OpenNlpDetector()))
                    .compile(recipe).operators().getFirst();
            assertTrue(made.waits());
            assertEquals(List.of(draft), ((Mapper) made).apply(draft));
            return draft;
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode batchMeta(Draft draft) {
        return draft.fields().path("__dj__batch_meta__");
    }

    private static String[] events(String... texts) {
        List<String> metas = new ArrayList<>();
        for (String text : texts) {
            metas.add("{\"event_description\": \"" + text + "\"}");
        }
        return metas.toArray(String[]::new);
    }

    @Test
    void shouldSumUpGroupsAndThenTheirSums() {
        ScriptedGenerator model = ScriptedGenerator.by(request -> {
            String input = request.messages().getLast().content();
            return "\"" + input.replaceAll("# Piece\\n|# Summary\\n|\\n", "").replace(" ", "") + "\"";
        });
        Draft draft = group(model, "- nested_aggregator: {max_token_num: 4}", events("a b", "c d", "e f", "g h i j k"));
        assertEquals("abcdefghijk", batchMeta(draft).path("event_description").textValue()
                .replace(" ", ""));
        assertEquals(3, model.requests().size());
        Draft whole = group(model, "- nested_aggregator: {output_key: sum}", events("a", "b", "c"));
        assertEquals("abc", batchMeta(whole).path("sum").textValue());
        assertEquals("only", batchMeta(group(model, "- nested_aggregator:", events("only")))
                .path("event_description").textValue());
        assertEquals("", batchMeta(group(model, "- nested_aggregator:")).path("event_description").textValue());
    }

    @Test
    void shouldGoTwoByTwoWhenEachTextFillsAGroup() {
        ScriptedGenerator model = ScriptedGenerator.of("x y z");
        Draft draft = group(model, "- nested_aggregator: {max_token_num: 2}", events("a b c", "d e f", "g h i"));
        assertEquals("x y z", batchMeta(draft).path("event_description").textValue());
        assertEquals(2, model.requests().size());
    }

    @Test
    void shouldComeToAnEndWhenTheModelSaysNothing() {
        Draft draft = group(ScriptedGenerator.of(""), "- nested_aggregator: {max_token_num: 2}",
                events("a b c", "d e f", "g h i"));
        assertEquals("g h i", batchMeta(draft).path("event_description").textValue());
        assertTrue(draft.takeNotes().contains("left without an answer"));
    }

    @Test
    void shouldLeaveASampleAloneWhenItIsNoGroup() {
        ScriptedGenerator model = ScriptedGenerator.of("x");
        Draft draft = group(model, "- nested_aggregator:", "{\"event_description\": 3}");
        assertTrue(batchMeta(draft).isMissingNode());
        assertEquals(List.of("no group with texts in event_description"), draft.takeNotes());
        assertEquals(List.of(), model.requests());
    }

    @Test
    void shouldSumUpAnAttribute() {
        ScriptedGenerator model = ScriptedGenerator.of("no", "{\"summary\": \"Red.\"}");
        Draft draft = group(model, "- entity_attribute_aggregator: {entity: Fox, attribute: colour, word_limit: 7}",
                events("a", "b"));
        assertEquals("Red.", batchMeta(draft).path("entity_attribute").textValue());
        String prompt = model.requests().getFirst().messages().getFirst().content();
        assertTrue(prompt.contains("the colour of Fox") && prompt.contains("at most 7 words"), prompt);
        assertThrows(RecipeException.class, () -> group(model, "- entity_attribute_aggregator: {entity: Fox}"));
        Draft matched = group(ScriptedGenerator.of("# Fox\n## colour\nBrown. "), "- entity_attribute_aggregator: "
                + "{entity: Fox, attribute: colour, output_pattern_template: '\\#\\s*{entity}\\s*\\#\\#\\s*{attribute}"
                + "\\s*(.*?)\\Z'}", events("a", "b"));
        assertEquals("Brown.", batchMeta(matched).path("entity_attribute").textValue());
    }

    @Test
    void shouldNameEntitiesOfWhatFitsAndNoteTheRest() {
        ScriptedGenerator model = ScriptedGenerator.of("{\"analysis\": \"a\", \"entities\": [\"Bear\", \"Wolf\"]}");
        Draft draft = group(model, "- most_relevant_entities_aggregator: {entity: Fox, query_entity_type: animal, "
                + "max_token_num: 3}", events("one two", "three four"));
        assertEquals("[\"Bear\",\"Wolf\"]", batchMeta(draft).path("most_relevant_entities").toString());
        assertTrue(model.requests().getFirst().messages().getLast().content().contains("one two\n"));
        assertTrue(draft.takeNotes().contains("texts beyond max_token_num not read"));
        Draft none = group(ScriptedGenerator.of("{\"entities\": []}"),
                "- most_relevant_entities_aggregator: {entity: Fox, query_entity_type: animal}", events("x"));
        assertEquals("[]", batchMeta(none).path("most_relevant_entities").toString());
    }

    @Test
    void shouldMergeTagsInPlace() {
        ScriptedGenerator model = ScriptedGenerator.of("{\"merged\": [{\"tag\": \"glad\", \"into\": \"sunny\"}]}",
                "{\"merged\": [{\"tag\": \"glad\", \"into\": \"happy\"}, {\"tag\": \"mad\", \"into\": \"angry\"}]}");
        Draft draft = group(model, "- meta_tags_aggregator: {meta_tag_key: tags, target_tags: [happy, angry]}",
                "{\"tags\": [\"glad\", \"mad\"]}", "{\"tags\": \"glad\"}", "{\"tags\": [\"odd\"]}");
        assertEquals("[{\"tags\":[\"happy\",\"angry\"]},{\"tags\":\"happy\"},{\"tags\":[\"odd\"]}]",
                draft.fields().path("__dj__meta__").toString());
        assertTrue(model.requests().getFirst().messages().getLast().content().contains("| glad | 2 |"));
        Draft same = group(ScriptedGenerator.of("garbage"), "- meta_tags_aggregator: {meta_tag_key: tags}",
                "{\"tags\": \"glad\"}");
        assertEquals("[{\"tags\":\"glad\"}]", same.fields().path("__dj__meta__").toString());
        assertTrue(group(model, "- meta_tags_aggregator:", "{\"tags\": 3}").takeNotes().contains("tags are no texts"));
    }
}
