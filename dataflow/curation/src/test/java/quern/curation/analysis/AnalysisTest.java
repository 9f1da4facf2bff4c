package quern.curation.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.curation.AnalysisKeys;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RunManner;
import quern.curation.SampleSource;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

class AnalysisTest {

    private static final CurationConfig CONFIG = new CurationConfig(13, 0, DataSize.parse("1MiB"),
            DataSize.parse("1MiB"), DataSize.parse("1MiB"), DataSize.parse("1MiB"), 2, Duration.ofMinutes(1), 64);
    private static final String RECIPE = """
            # a comment
            project_name: to analyse
            percentiles: [0.1, 0.999]
            process:
              - clean_email_mapper:
              - text_length_filter: {min_len: 3}
              - general_field_filter: {filter_condition: text_len > 2}
              - text_length_filter: {min_len: 0, max_len: 4}
              - document_deduplicator:
            """;

    @TempDir
    Path directory;

    private static final class Texts implements SampleSource {
        private final List<String> texts;
        private int next;

        Texts(List<String> texts) {
            this.texts = texts;
        }

        @Override
        public void seek(String position) {
            next = Integer.parseInt(position);
        }

        @Override
        public Item next() {
            return next == texts.size() ? null : new Read(new Sample(JsonNodeFactory.instance.objectNode()
                    .put("text", texts.get(next)), "d" + next, 0, texts.get(next++).length(), 0));
        }

        @Override
        public String position() {
            return Integer.toString(next);
        }

        @Override
        public void close() {}
    }

    private Pipeline compiled(String recipe) {
        return Analysis.pipeline(new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse(recipe, CONFIG)));
    }

    private Analysis analysed(Pipeline pipeline, List<String> texts) {
        Path run = directory.resolve("run");
        try (PipelineRun open = PipelineRun.open(pipeline, new Texts(texts), run, CONFIG, List.of(),
                RunManner.ANALYSIS)) {
            while (open.step(2)) {
                continue;
            }
        }
        var keys = AnalysisKeys.of(pipeline.recipe(), List.of());
        return new Analysis(pipeline, run, new Analysis.Choice(keys.percentiles(), 0.25,
                0.75));
    }

    @Test
    void shouldWriteWhatPandasDescribesWhenSamplesAreMeasured() throws IOException {
        Analysis analysis = analysed(compiled(RECIPE), List.of("a", "bb", "cccc", "ddddddd", "bb"));
        JsonNode report = analysis.write(directory.resolve("out"));
        assertEquals("""
                ,text_len,general_field_filter_condition
                count,5.0,5
                mean,3.2,
                std,2.3874672772626644,
                min,1.0,
                10%,1.4,
                25%,2.0,
                50%,2.0,
                75%,4.0,
                99.9%,6.9879999999999995,
                max,7.0,
                unique,,1
                top,,False
                freq,,5
                """, Files.readString(directory.resolve("out/overall.csv")));
        assertEquals(5, report.path("kept").asLong());
        String page = Files.readString(directory.resolve("out/report.html"));
        assertTrue(page.contains("Proposed thresholds") && page.contains("nothing was filtered"), page);
    }

    @Test
    void shouldProposeWhatPercentilesSayWhenThresholdsAreAskedFor() {
        Analysis analysis = analysed(compiled(RECIPE), List.of("a", "bb", "cccc", "ddddddd", "bb"));
        analysis.write(directory.resolve("out"));
        assertEquals(List.of(new Proposal("text_length_filter", "text_len", 5, 2, 4, 1, 1, 3),
                new Proposal("text_length_filter#2", "text_len", 5, 2, 4, 1, 1, 1)), analysis.proposals());
        String proposed = new ProposedRecipe(Recipe.parse(RECIPE, CONFIG), new BuiltInOperators())
                .with(analysis.proposals());
        Recipe read = Recipe.parse(proposed, CONFIG);
        assertEquals(List.of(), read.problems());
        assertEquals(5, read.steps().size());
        assertEquals("{min_len=2, max_len=4}", read.steps().get(1).parameters().toString());
        assertEquals("to analyse", read.projectName());
    }

    @Test
    void shouldMeasureTextsAsTheyComeWhenItIsToBeAsInDataJuicer() {
        assertEquals(4, compiled(RECIPE).operators().size());
        assertEquals(3, compiled(RECIPE + "compat: data-juicer-1.4.3\n").operators().size());
    }

    @Test
    void shouldNameEveryFilterWithAThresholdWhenAllAreAskedFor() {
        List<String> names = Analysis.measuringFilters(new BuiltInOperators(), CONFIG);
        assertTrue(names.containsAll(List.of("alphanumeric_filter", "text_length_filter", "words_num_filter",
                "language_id_score_filter")), names::toString);
        assertFalse(names.contains("perplexity_filter") || names.contains("general_field_filter"), names::toString);
    }

    @Test
    void shouldWriteFloatsAsPythonDoes() {
        assertEquals("1.0", OverallTable.repr(1));
        assertEquals("0.0001", OverallTable.repr(1e-4));
        assertEquals("1.2e-05", OverallTable.repr(1.2e-5));
        assertEquals("1e+16", OverallTable.repr(1e16));
        assertEquals("123456789012345.6", OverallTable.repr(123456789012345.6));
        assertEquals("", OverallTable.repr(Double.NaN));
        assertEquals("99.9%", OverallTable.label(0.999));
        assertEquals("50%", OverallTable.label(0.5));
    }
}
