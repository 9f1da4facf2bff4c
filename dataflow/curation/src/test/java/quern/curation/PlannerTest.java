package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.ingest.Sample;

/** The order in which filters run: what it gains, and that it changes nothing but who drops a sample. */
class PlannerTest {

    private static final List<String> FILTERS = List.of("character_repetition_filter: {max_ratio: 0.3}",
            "text_length_filter: {min_len: 60}", "word_repetition_filter: {rep_len: 2, max_ratio: 0.2}",
            "words_num_filter: {min_num: 9}", "special_characters_filter: {max_ratio: 0.5}",
            "alphanumeric_filter: {min_ratio: 0.75}");

    @TempDir
    private Path directory;

    private static List<Sample> samples() {
        Random random = new Random(3);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            StringBuilder text = new StringBuilder();
            for (int words = random.nextInt(40); words >= 0; words--) {
                text.append(i % 5 == 0 ? "again and" : Integer.toString(random.nextInt(40_000), 36))
                        .append(random.nextInt(9) == 0 ? " -- " : " ");
            }
            samples.add(Reference.sample(i, text.toString()));
        }
        return samples;
    }

    private static List<PlannedStep> explain(String recipe) {
        return PipelineRun.explain(Reference.pipeline(recipe), new ListSource(samples()), Reference.CONFIG);
    }

    @Test
    void shouldKeepTheSameSamplesWhateverTheOrderWhenFiltersChangePlaces() throws IOException {
        Random random = new Random(17);
        for (int round = 0; round < 6; round++) {
            List<String> filters = new ArrayList<>(FILTERS);
            Collections.shuffle(filters, random);
            filters.add(random.nextInt(filters.size()), "whitespace_normalization_mapper:");
            filters.add(random.nextInt(filters.size()), "document_deduplicator:");
            String process = "process:\n  - " + String.join("\n  - ", filters) + "\n";
            List<JsonNode> planned = Reference.run(Reference.pipeline(process), samples(),
                    directory.resolve("planned-" + round));
            List<JsonNode> written = Reference.run(Reference.pipeline("compat: data-juicer-1.4.3\n" + process),
                    samples(), directory.resolve("written-" + round));
            assertEquals(written, planned, process);
            assertTrue(planned.size() > 5 && planned.size() < 600, "kept " + planned.size());
        }
    }

    @Test
    void shouldPutCheapFiltersThatDropMuchFirstWhenTheyFollowEachOther() {
        List<PlannedStep> steps = explain("""
                process:
                  - character_repetition_filter: {max_ratio: 0.99}
                  - word_repetition_filter: {max_ratio: 0.99}
                  - text_length_filter: {min_len: 100}
                  - clean_email_mapper:
                  - words_num_filter:
                  - general_field_filter: {filter_condition: "__dj__stats__.num_words > 3"}
                  - text_length_filter: {max_len: 9999}
                """);
        assertEquals(List.of(2, 1, 0, 3, 4, 5, 6), steps.stream().map(PlannedStep::index).toList());
        assertEquals(Planner.SAMPLES, steps.getFirst().seen());
        assertTrue(steps.getFirst().dropped() > Planner.SAMPLES / 4, steps::toString);
        assertFalse(steps.get(5).movable());
        assertEquals("text_length_filter#2", steps.getLast().label());
    }

    @Test
    void shouldKeepTheRecipesOrderWhenAnErrorOrDataJuicersRulesWouldShowIt() {
        String process = "process:\n  - character_repetition_filter:\n  - text_length_filter:\n";
        assertTrue(Planner.isOpen(Reference.pipeline(process)));
        assertFalse(Planner.isOpen(Reference.pipeline("compat: data-juicer-1.4.3\n" + process)));
        assertFalse(Planner.isOpen(Reference.pipeline("skip_op_error: false\n" + process)));
    }

    @Test
    void shouldGoOnInTheSameOrderWhenARunIsOpenedAgain() {
        String process = "process:\n  - character_repetition_filter:\n  - text_length_filter: {min_len: 90}\n";
        Pipeline pipeline = Reference.pipeline(process);
        PipelineRun killed = PipelineRun.open(pipeline, new ListSource(samples()), directory.resolve("a"),
                Reference.CONFIG, List.of());
        killed.step(100);
        assertEquals(List.of(1, 0), Checkpoint.read(directory.resolve("a")).order());
        killed.close();
        assertNotEquals(pipeline.order(), Checkpoint.read(directory.resolve("a")).order());
        try (PipelineRun resumed = PipelineRun.open(pipeline, new ListSource(samples()), directory.resolve("a"),
                Reference.CONFIG, List.of())) {
            while (resumed.step(100)) {
                continue;
            }
            assertTrue(resumed.report().addsUp());
        }
    }
}
