package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.ingest.Sample;

class DuplicateClustersTest {

    @TempDir
    Path directory;

    @Test
    void shouldFindTheLargestClustersInAsManyPassesAsItTakes() {
        try (DuplicateLog log = new DuplicateLog(directory, Map.of())) {
            for (int i = 0; i < 3000; i++) {
                int first = i % 100 < 90 ? i % 100 : 200 + i;
                String operator = first == 3 && i % 200 == 3 ? "b" : "a";
                log.append(new RejectLog.Entry("s" + i, "d", operator, "duplicate", Double.NaN, Double.NaN, first == 7
                        ? "" : "s" + (first < 100 && first % 30 == 5 ? 5 : first), List.of()));
            }
            log.force();
        }
        ObjectNode inOne = new DuplicateClusters(directory, 1 << 20).count();
        assertEquals(3000 - 30, inOne.path("samples").asLong());
        assertEquals(90 - 1 - 2 + 1 + 300, inOne.path("clusters").asLong());
        assertEquals(20, inOne.path("largest").size());
        assertEquals("s5", inOne.path("largest").get(0).path("stands_for").asText());
        assertEquals(90, inOne.path("largest").get(0).path("samples").asLong());
        assertEquals("[\"s5\",\"s35\",\"s65\",\"s105\",\"s135\"]", inOne.path("largest").get(0).path("dropped")
                .toString());
        assertEquals(30, inOne.path("largest").get(1).path("samples").asLong());
        assertEquals(inOne, new DuplicateClusters(directory, 50).count());
    }

    @Test
    void shouldCountNothingWhenNoSampleWasADuplicate() throws IOException {
        assertEquals("{\"samples\":0,\"clusters\":0}",
                DuplicateClusters.of(directory, "text", List.of()).toString());
    }

    @Test
    void shouldShowTheTextThatStandsForAClusterWhereverTheDatasetKeepsItsPlaces() throws IOException {
        List<Sample> samples = List.of(Reference.sample(1, "  the same text  "),
                Reference.sample(2, "  the same text  "), Reference.sample(3, "another one"));
        for (String suffix : List.of("", ".zst")) {
            for (boolean provenance : new boolean[] {true, false}) {
                Path run = directory.resolve("run" + suffix + provenance);
                Pipeline pipeline = Reference.pipeline("export_path: out.jsonl" + suffix + "\nprocess:\n"
                        + "  - document_deduplicator:\n  - whitespace_normalization_mapper:\n");
                try (PipelineRun open = PipelineRun.open(pipeline, new ListSource(samples), run, Reference.CONFIG,
                        List.of(), new RunManner(provenance, false, RecipeFiles.Tracing.NONE))) {
                    while (open.step(10)) {
                        continue;
                    }
                }
                assertEquals("{\"samples\":1,\"clusters\":1,\"largest\":[{\"samples\":1,\"operator\":"
                        + "\"document_deduplicator\",\"stands_for\":\"document-1@0-17\",\"dropped\":"
                        + "[\"document-2@0-17\"],\"text\":\"the same text\",\"cut\":false}]}",
                        Json.read(run.resolve("report.json")).path("duplicates").toString());
            }
        }
    }
}
