package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Data-Juicer's operators that ask a language model, all of them: where results go, and what becomes of failures. */
class LanguageModelOperatorsTest {

    private static final String TEXT = "\"text\": \"Tom calls Elizabeth Lizzy.\"";
    private static final String PAIR = "{" + TEXT + ", \"query\": \"Who?\", \"response\": \"Tom.\"}";
    private static final String DIALOG = "{" + TEXT + ", \"history\": [[\"Hi\", \"Hello\"]], \"query\": \"Bye\"}";
    private static final String EVENTS = "{" + TEXT + ", \"__dj__meta__\": {\"event_description\": \"A call.\"}}";
    private static final String SEEDS = seeds();
    private static final String SCORES = "{\"dimension_scores\": {%s}, \"tags\": {\"topic\": \"names\"}}";
    private static final String LABEL = "{\"analysis\": \"why\", \"label\": \"%s\"}";
    private static final String REWRITTEN = "{\"question\": \"Who calls?\", \"answer\": \"Tom does.\"}";

    private static String seeds() {
        try {
            Path file = Files.createTempFile("seeds", ".jsonl");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, "
                    + "{\"role\": \"assistant\", \"content\": \"b\"}]}\n").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What becomes of a sample where the model never answers. */
    private enum Failure { KEPT, DROPPED }

    /** @param results places that hold something once the model answered, and what it is; empty: anything */
    private record Row(String name, String parameters, String sample, Object answer, Failure failure,
            List<String> results) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Row row(String name, String parameters, String sample, Object answer, Failure failure,
            String... results) {
        return new Row(name, parameters, sample, answer, failure, List.of(results));
    }

    private static Row scored(String name, String parameters, String stat, Failure failure, String... dimensions) {
        List<String> scores = new ArrayList<>();
        for (String dimension : dimensions) {
            scores.add("\"" + dimension + "\": 4");
        }
        return row(name, parameters, PAIR, SCORES.formatted(String.join(", ", scores)), failure,
                "/__dj__stats__/" + stat + "_score=0.8", "/__dj__stats__/" + stat + "_record/tags/topic=\"names\"");
    }

    private static Row dialog(String kind, String keys, String label, String shown) {
        return row(kind, "", DIALOG, label, Failure.KEPT, "/__dj__meta__/" + keys + "=" + shown,
                "/__dj__meta__/" + keys + "_analysis=[\"why\",\"why\"]");
    }

    static Stream<Row> filters() {
        String task = "{\"dimension_scores\": {\"topical_relevance\": 4, \"linguistic_style_match\": 4, "
                + "\"task_match\": 4, \"knowledge_alignment\": 4, \"potential_utility\": 4}}";
        return Stream.of(
                scored("llm_analysis_filter", "", "llm_analysis", Failure.KEPT,
                        "clarity", "relevance", "usefulness", "fluency"),
                scored("llm_quality_score_filter", "", "llm_quality", Failure.DROPPED,
                        "accuracy", "grammar", "informativeness", "coherence"),
                scored("llm_difficulty_score_filter", "", "llm_difficulty", Failure.DROPPED, "linguistic_complexity",
                        "conceptual_depth", "prior_knowledge", "step_complexity", "ambiguity"),
                row("llm_task_relevance_filter", "task_desc: names", PAIR, task, Failure.DROPPED,
                        "/__dj__stats__/llm_task_relevance=0.8", "/__dj__stats__/llm_task_relevance_record="),
                row("llm_perplexity_filter", "", PAIR, "", Failure.DROPPED, "/__dj__stats__/llm_perplexity="),
                row("instruction_following_difficulty_filter", "query_template: '{query}', min_score: 0", PAIR, "",
                        Failure.DROPPED, "/__dj__stats__/ifd_score="),
                row("in_context_influence_filter", "valid_dataset: [{text: a}], min_score: 0", PAIR, "",
                        Failure.DROPPED, "/__dj__stats__/in_context_influence="),
                row("text_embd_similarity_filter", "valid_dataset: [{text: a}]", PAIR, "", Failure.KEPT,
                        "/__dj__stats__/text_embd_similarity="));
    }

    static Stream<Row> writing() {
        String pairs = "{\"pairs\": [{\"evidence\": \"calls Elizabeth\", \"question\": \"Who?\", \"answer\": \"T\"}]}";
        List<Row> rows = new ArrayList<>();
        for (String kind : List.of("calibrate", "optimize")) {
            rows.add(row(kind + "_qa_mapper", "", PAIR, REWRITTEN, Failure.KEPT, "/query=\"Who calls?\"",
                    "/response=\"Tom does.\""));
            rows.add(row(kind + "_query_mapper", "", PAIR, REWRITTEN, Failure.KEPT, "/query=\"Who calls?\"",
                    "/response=\"Tom.\""));
            rows.add(row(kind + "_response_mapper", "", PAIR, REWRITTEN, Failure.KEPT, "/query=\"Who?\"",
                    "/response=\"Tom does.\""));
        }
        rows.add(row("optimize_prompt_mapper", "gen_num: 1, keep_original_sample: true", "{" + TEXT
                + ", \"prompt\": [\"a\", \"b\"]}", "{\"prompt\": \"c\"}", Failure.KEPT, "/prompt=[\"a\",\"b\",\"c\"]"));
        rows.add(row("generate_qa_from_text_mapper", "", "{" + TEXT + "}", pairs, Failure.DROPPED, "/query=\"Who?\"",
                "/response=\"T\""));
        rows.add(row("generate_qa_from_examples_mapper", "seed_file: " + SEEDS, "{" + TEXT + "}", pairs, Failure.KEPT,
                "/query=\"Who?\"", "/response=\"T\"", "/history=[]"));
        rows.add(row("pair_preference_mapper", "", PAIR, "{\"answer\": \"Ann.\", \"reason\": \"wrong\"}", Failure.KEPT,
                "/rejected_response=\"Ann.\"", "/reason=\"wrong\""));
        rows.add(row("sentence_augmentation_mapper", "task_sentence: Again., text_key_second: other", PAIR, "Tom did.",
                Failure.KEPT, "/other=\"Tom did.\""));
        return rows.stream();
    }

    static Stream<Row> extracting() {
        String entity = "{\"name\": \"%s\", \"type\": \"person\", \"description\": \"d\"}";
        return Stream.of(
                dialog("dialog_intent_detection_mapper", "dialog_intent_labels", LABEL.formatted("greet"),
                        "[\"greet\",\"greet\"]"),
                dialog("dialog_sentiment_detection_mapper", "dialog_sentiment_labels", LABEL.formatted("glad"),
                        "[\"glad\",\"glad\"]"),
                dialog("dialog_sentiment_intensity_mapper", "dialog_sentiment_intensity",
                        "{\"analysis\": \"why\", \"label\": -3}", "[-3,-3]"),
                dialog("dialog_topic_detection_mapper", "dialog_topic_labels", LABEL.formatted("talk"),
                        "[\"talk\",\"talk\"]"),
                row("extract_keyword_mapper", "", PAIR, "{\"keywords\": [\"names\"]}", Failure.KEPT,
                        "/__dj__meta__/keyword=[\"names\"]"),
                row("extract_entity_relation_mapper", "", PAIR, "{\"entities\": [" + entity.formatted("Tom") + ", "
                        + entity.formatted("Elizabeth") + "], \"relations\": [{\"source\": \"Tom\", \"target\": "
                        + "\"Elizabeth\", \"description\": \"d\", \"keywords\": [\"k\"], \"strength\": 3}]}",
                        Failure.KEPT, "/__dj__meta__/entity/0/entity_name=\"Tom\"",
                        "/__dj__meta__/entity/0/entity_type=\"person\"",
                        "/__dj__meta__/entity/0/entity_entity_description=\"d\"",
                        "/__dj__meta__/relation/0/relation_source_entity=\"Tom\"",
                        "/__dj__meta__/relation/0/relation_target_entity=\"Elizabeth\"",
                        "/__dj__meta__/relation/0/relation_description=", "/__dj__meta__/relation/0/relation_keywords=",
                        "/__dj__meta__/relation/0/relation_strength="),
                row("extract_entity_attribute_mapper", "query_entities: [Tom], query_attributes: [act]", PAIR,
                        "{\"description\": \"He calls.\", \"quotations\": [\"Tom calls\"]}", Failure.KEPT,
                        "/__dj__meta__/main_entities=[\"Tom\"]", "/__dj__meta__/attributes=[\"act\"]",
                        "/__dj__meta__/attribute_descriptions=[\"He calls.\"]",
                        "/__dj__meta__/attribute_support_texts=[[\"Tom calls\"]]"),
                row("extract_event_mapper", "", PAIR, "{\"events\": [{\"description\": \"A call.\", \"characters\": "
                        + "[\"Tom\"]}]}", Failure.DROPPED, "/__dj__meta__/event_description=\"A call.\"",
                        "/__dj__meta__/relevant_characters=[\"Tom\"]"),
                row("extract_nickname_mapper", "", PAIR, "{\"nicknames\": [{\"speaker\": \"Tom\", \"person\": "
                        + "\"Elizabeth\", \"nickname\": \"Lizzy\"}]}", Failure.KEPT,
                        "/__dj__meta__/nickname/0/relation_description=\"Lizzy\""),
                row("extract_support_text_mapper", "", EVENTS, "{\"quotation\": \"Tom calls Elizabeth\"}",
                        Failure.KEPT, "/__dj__meta__/support_text=\"Tom calls Elizabeth\""),
                row("relation_identity_mapper", "source_entity: Tom, target_entity: Lizzy", PAIR,
                        "{\"reasoning\": \"r\", \"relation\": \"friend\"}", Failure.KEPT,
                        "/__dj__meta__/role_relation=\"friend\""));
    }

    static Stream<Row> aggregating() {
        String group = "{" + TEXT + ", \"__dj__meta__\": [{\"event_description\": \"a b\"}, {\"event_description\": "
                + "\"c\"}], \"n\": [1, 2]}";
        return Stream.of(
                row("nested_aggregator", "", group, "a b c", Failure.KEPT,
                        "/__dj__batch_meta__/event_description=\"a b c\""),
                row("entity_attribute_aggregator", "entity: Tom, attribute: act", group, "{\"summary\": \"Calls.\"}",
                        Failure.KEPT, "/__dj__batch_meta__/entity_attribute=\"Calls.\""),
                row("most_relevant_entities_aggregator", "entity: Tom, query_entity_type: person", group,
                        "{\"analysis\": \"a\", \"entities\": [\"Lizzy\"]}", Failure.KEPT,
                        "/__dj__batch_meta__/most_relevant_entities=[\"Lizzy\"]"),
                row("meta_tags_aggregator", "meta_tag_key: tags", "{" + TEXT + ", \"__dj__meta__\": [{\"tags\": "
                        + "\"glad\"}, {\"tags\": \"happy\"}]}", "{\"merged\": [{\"tag\": \"glad\", \"into\": "
                        + "\"happy\"}]}", Failure.KEPT, "/__dj__meta__/0/tags=\"happy\""));
    }

    static Stream<Row> all() {
        return Stream.of(filters(), writing(), extracting(), aggregating()).flatMap(rows -> rows);
    }

    private static String recipe(Row row) {
        return "- " + row.name() + ": {" + row.parameters() + "}";
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldPutResultsWhereDataJuicerDoesWhenTheModelAnswers(Row row) {
        Asked asked = Asked.run(ScriptedGenerator.of(row.answer()), recipe(row), row.sample());
        for (String result : row.results()) {
            String at = result.substring(0, result.indexOf('='));
            String expected = result.substring(result.indexOf('=') + 1);
            JsonNode found = asked.only().at(at);
            assertTrue(!found.isMissingNode() && (expected.isEmpty() || found.toString().equals(expected)),
                    () -> at + " is " + found + ", expected " + expected + " in " + asked.only());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldKeepOrDropAsDataJuicerDoesWhenTheModelNeverAnswers(Row row) {
        TextGenerator broken = new TextGenerator() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public Answer generate(Request request) {
                throw ScriptedGenerator.timeout();
            }

            @Override
            public List<float[]> embed(List<String> texts) {
                if (texts.equals(List.of("a"))) {
                    return List.of(new float[] {1});
                }
                throw ScriptedGenerator.timeout();
            }

            @Override
            public double[] logLikelihoods(String context, String continuation) {
                throw ScriptedGenerator.timeout();
            }
        };
        Asked asked = Asked.run(broken, recipe(row), row.sample(), row.sample());
        assertEquals(row.failure() == Failure.KEPT ? 2 : 0, asked.kept().size(), () -> asked.rejected().toString());
        assertTrue(asked.report().addsUp());
        for (RejectLog.Entry entry : asked.rejected()) {
            assertEquals(row.name(), entry.operator());
            assertTrue(!entry.reason().isEmpty() && !entry.reason().startsWith("failed: "), entry.reason());
        }
        for (JsonNode kept : asked.kept()) {
            assertEquals("Tom calls Elizabeth Lizzy.", kept.path("text").textValue());
        }
    }

    @Test
    void shouldBeAllThirtyFourAndNeedAModel() {
        List<String> names = all().map(Row::name).toList();
        assertEquals(34, names.stream().distinct().count());
        assertEquals(34, names.size());
        all().forEach(row -> {
            var refused = assertThrows(RecipeException.class, () -> Asked.pipeline(null, recipe(row)), row.name());
            assertTrue(refused.problems().stream().anyMatch(RecipeException.Problem::wantsModel), row.name());
        });
    }
}
