package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quern analyze} over local files, as it is typed. */
class AnalyzeCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS = 100;

    @TempDir
    private Path directory;
    private Path recipe;

    @BeforeEach
    void write() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 1; i <= ROWS; i++) {
            rows.add("{\"text\": \"" + "x".repeat(i) + "\"}");
        }
        Files.write(directory.resolve("corpus.jsonl"), rows);
        recipe = Files.writeString(directory.resolve("r.yaml"), """
                dataset_path: %s
                export_path: %s
                process:
                  - text_length_filter: {min_len: 51}
                  - document_deduplicator:
                """.formatted(directory.resolve("corpus.jsonl"), directory.resolve("out/kept.jsonl")));
    }

    private FakeServer.Outcome run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", directory.resolve("data").toString()));
        return FakeServer.runAlone(all.toArray(String[]::new));
    }

    @Test
    void shouldProposeThresholdsThatARunThenKeepsToWhenAsked() throws IOException {
        Path proposed = directory.resolve("proposed.yaml");
        var outcome = run("analyze", recipe.toString(), "--lowest", "0.1", "--highest", "0.9", "--percentiles", "0.99",
                "--propose", proposed.toString(), "--json");
        assertEquals(0, outcome.exitCode(), outcome.err());
        JsonNode proposal = JSON.readTree(outcome.out()).path("proposals").path(0);
        assertEquals("text_len", proposal.path("stat").asText());
        assertEquals(50, proposal.path("dropped_now").asInt());
        assertEquals(9, proposal.path("below").asInt());
        assertEquals(9, proposal.path("above").asInt());
        String overall = Files.readString(directory.resolve("out/analysis/overall.csv"));
        assertTrue(overall.contains("\nmean,50.5\n") && overall.contains("\n99%,99.01\n"), overall);
        assertEquals(ROWS, Files.readAllLines(directory.resolve("out/kept_stats.jsonl")).size());
        assertTrue(Files.exists(directory.resolve("out/analysis/report.html")));
        assertFalse(Files.exists(directory.resolve("out/kept.jsonl")));
        try (Stream<Path> left = Files.list(directory.resolve("out"))) {
            assertEquals(2, left.count(), "nothing else is left");
        }

        var curated = run("curate", proposed.toString(), "--json");
        assertEquals(0, curated.exitCode(), curated.err());
        assertEquals(ROWS - 18, JSON.readTree(curated.out()).path("kept").asInt());
    }

    @Test
    void shouldMeasureWithEveryFilterWhenAllAreAskedFor() throws IOException {
        Path automatic = Files.writeString(directory.resolve("auto.yaml"), "auto: true\nauto_num: 30\n"
                + "export_original_dataset: true\n");
        var outcome = run("analyze", automatic.toString(), "--dataset_path",
                directory.resolve("corpus.jsonl").toString(), "--export_path",
                directory.resolve("all/x.jsonl").toString(), "--json");
        assertEquals(0, outcome.exitCode(), outcome.err());
        JsonNode printed = JSON.readTree(outcome.out());
        assertEquals(30, printed.path("read").asInt());
        assertTrue(printed.path("proposals").size() > 8, printed::toString);
        List<String> samples = Files.readAllLines(directory.resolve("all/x.jsonl"));
        assertEquals(30, samples.size());
        assertEquals(30, JSON.readTree(samples.get(29)).at("/__dj__stats__/text_len").asInt());
    }

    @Test
    void shouldTakeWhatDataJuicersUsersTypeWhenTheyAnalyze() throws IOException {
        var automatic = run("analyze", "--auto", "--auto_num", "20", "--percentiles", "[0.1,0.9]", "--dataset_path",
                directory.resolve("corpus.jsonl").toString(), "--export_path",
                directory.resolve("auto/x.jsonl").toString(), "--json");
        assertEquals(0, automatic.exitCode(), automatic.err());
        assertEquals(20, JSON.readTree(automatic.out()).path("read").asInt());
        String overall = Files.readString(directory.resolve("auto/analysis/overall.csv"));
        assertTrue(overall.contains("\n90%,"), overall);
        var recipes = run("analyze", "--config", recipe.toString(), "--text_length_filter.min_len", "61", "--json");
        assertEquals(0, recipes.exitCode(), recipes.err());
        assertEquals(60, JSON.readTree(recipes.out()).path("proposals").path(0).path("dropped_now").asInt());
    }

    @Test
    void shouldAskAModelWhenFiltersMeasureByOne() throws IOException {
        Path asking = Files.writeString(directory.resolve("asking.yaml"), """
                process:
                  - token_num_filter: {min_num: 3}
                  - llm_perplexity_filter:
                """);
        var outcome = run("analyze", asking.toString(), "--dataset_path",
                directory.resolve("corpus.jsonl").toString(), "--export_path",
                directory.resolve("asked/x.jsonl").toString(), "--json");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(ROWS, JSON.readTree(outcome.out()).path("read").asInt());
        List<String> stats = Files.readAllLines(directory.resolve("asked/x_stats.jsonl"));
        assertEquals(ROWS - 1, stats.size(), "a text of one token has no perplexity");
        assertTrue(JSON.readTree(stats.getLast()).at("/__dj__stats__/llm_perplexity").asDouble() > 1, stats.getLast());
        assertTrue(JSON.readTree(stats.getLast()).at("/__dj__stats__/num_token").asInt() > 1, stats.getLast());
    }

    @Test
    void shouldSayWhatIsMissingWhenThereIsNothingToRead() {
        assertTrue(run("analyze").err().contains("--all"));
        assertTrue(run("analyze", "--all").err().contains("--dataset_path"));
        assertTrue(run("analyze", recipe.toString(), "--lowest", "0.9", "--highest", "0.1").err().contains("lowest"));
        assertTrue(run("analyze", "--all", "--dataset", "ds-none").err().contains("no dataset 'ds-none'"));
    }
}
