package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.CurationConfig;
import quern.ingest.Sample;

class GrouperTest {

    private static final String THREE = "[{\"text\": \"one\", \"meta\": {\"language\": \"en\"}},"
            + " {\"text\": \"two\", \"meta\": {\"language\": \"en\"}, \"extra\": 1},"
            + " {\"text\": \"\u4e09\", \"meta\": {\"language\": \"zh\"}}]";

    @TempDir
    Path directory;

    @Test
    void shouldMakeOneSampleOfListsForEachKeyWhenGrouped() throws IOException {
        List<JsonNode> lines = run("  - key_value_grouper: {group_by_keys: [meta.language]}\n", "a");
        assertEquals(2, lines.size());
        assertEquals(Json.MAPPER.readTree("[\"one\", \"two\"]"), lines.getFirst().path("text"));
        assertEquals(Json.MAPPER.readTree("[null, 1]"), lines.getFirst().path("extra"));
        assertEquals(Json.MAPPER.readTree("[\"\u4e09\"]"), lines.getLast().path("text"));
        assertEquals(Json.MAPPER.readTree("[\"document-0\", \"document-1\"]"),
                lines.getFirst().path("__quern__").path("documents"));
        assertEquals(List.of("document-0", "document-1", "document-2"),
                DatasetManifest.read(directory.resolve("a")).documentIds());
    }

    @Test
    void shouldMakeOneSampleWhenGroupedWithoutKeys() throws IOException {
        List<JsonNode> lines = run("  - naive_grouper:\n", "a");
        assertEquals(1, lines.size());
        assertEquals(3, lines.getFirst().path("text").size());
        assertEquals(List.of(), run("  - text_length_filter: {min_len: 100}\n  - naive_grouper:\n", "empty"));
    }

    @Test
    void shouldGiveTheSamplesBackWhenGroupsAreTakenApart() throws IOException {
        List<JsonNode> lines = run("  - key_value_grouper: {group_by_keys: [meta.language]}\n"
                + "  - naive_reverse_grouper: {batch_meta_export_path: " + directory.resolve("meta.jsonl") + "}\n"
                + "  - text_length_filter: {min_len: 2}\n", "a");
        assertEquals(List.of("one", "two"), lines.stream().map(line -> line.path("text").asText()).toList());
        assertEquals("document-1", lines.getLast().path("__quern__").path("document").asText());
        assertEquals(List.of("{}", "{}"), Files.readAllLines(directory.resolve("meta.jsonl")));
    }

    @Test
    void shouldDropTheGroupWithItsReasonWhenFieldsAreNoLists() throws IOException {
        assertEquals(List.of(), run("  - naive_reverse_grouper:\n", "a"));
        RunReport report = RunReport.read(directory.resolve("a"));
        assertEquals(3, report.operators().getLast().dropped().get("fields are not all lists of one length"));
    }

    @Test
    void shouldStopAndNameTheLimitWhenAGroupIsTooLarge() {
        CurationConfig small = Reference.config(7, "1MiB");
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            samples.add(Reference.sample(i, "x".repeat(10_000)));
        }
        Pipeline pipeline = Reference.pipeline("process:\n  - naive_grouper:\n");
        try (PipelineRun run = PipelineRun.open(pipeline, new ListSource(samples), directory.resolve("a"), small,
                List.of())) {
            RunException e = assertThrows(RunException.class, () -> {
                while (run.step(7)) {
                    continue;
                }
            });
            assertTrue(e.getMessage().contains("a group of 40 samples needs"), e.getMessage());
            assertTrue(e.getMessage().contains("curation.deduplication-memory"), e.getMessage());
        }
    }

    @Test
    void shouldGiveTheSameBytesWhenRunIsOpenedAgainBetweenGroups() throws IOException {
        CurationConfig often = Reference.config(1, "1MiB");
        Pipeline pipeline = Reference.pipeline("process:\n  - key_value_grouper: {group_by_keys: [rank]}\n"
                + "  - naive_reverse_grouper:\n  - key_value_grouper: {group_by_keys: [text]}\n");
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Sample sample = Reference.sample(i, "text " + i % 7);
            sample.fields().put("rank", i % 4);
            samples.add(sample);
        }
        DatasetManifest whole = runAndStop(pipeline, samples, directory.resolve("whole"), often, 1000);
        assertEquals(7, whole.kept());
        assertEquals(whole.id(), runAndStop(pipeline, samples, directory.resolve("parts"), often, 3).id());
    }

    private static DatasetManifest runAndStop(Pipeline pipeline, List<Sample> samples, Path directory,
            CurationConfig config, int steps) {
        boolean going = true;
        while (going) {
            try (PipelineRun run = PipelineRun.open(pipeline, new ListSource(samples), directory, config, List.of())) {
                for (int i = 0; i < steps && going; i++) {
                    going = run.step(2);
                }
                if (!going) {
                    assertTrue(run.report().addsUp(), () -> "the report does not add up: " + run.report());
                }
            }
        }
        return DatasetManifest.read(directory);
    }

    @Test
    void shouldRunTheListedOperatorsInOrderWhenFused() throws IOException {
        List<JsonNode> lines = run("""
                  - general_fused_op:
                      batch_size: 2
                      fused_op_list:
                        - replace_content_mapper: {pattern: o, repl: oo}
                        - text_length_filter: {min_len: 4}
                        - whitespace_normalization_mapper:
                """, "a");
        assertEquals(List.of("oone", "twoo"), lines.stream().map(line -> line.path("text").asText()).toList());
        RecipeException e = assertThrows(RecipeException.class, () -> Reference.pipeline("process:\n"
                + "  - general_fused_op: {fused_op_list: [{document_deduplicator: null}, 3,"
                + " {text_length_filter: {min_lem: 3}}], fused: 1}\n"));
        assertEquals(4, e.problems().size(), e.getMessage());
    }

    private List<JsonNode> run(String steps, String name) throws IOException {
        Pipeline pipeline = Reference.pipeline("process:\n" + steps);
        return Reference.run(pipeline, Reference.samples(Json.MAPPER.readTree(THREE)), directory.resolve(name));
    }
}
