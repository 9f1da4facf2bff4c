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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quern curate} over local files, as it is typed. */
class CurateFilesCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;
    private Path recipe;
    private Path result;

    @BeforeEach
    void write() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add("{\"text\": \"row " + i + " of a small file" + " and more".repeat(i % 4) + "\"}");
        }
        rows.add("{\"text\": null}");
        Path corpus = Files.write(directory.resolve("corpus.jsonl"), rows);
        result = directory.resolve("out/kept.jsonl");
        recipe = Files.writeString(directory.resolve("r.yaml"), """
                dataset_path: %s
                export_path: %s
                process:
                  - character_repetition_filter: {max_ratio: 0.9}
                  - text_length_filter: {min_len: 32}
                """.formatted(corpus, result));
    }

    private FakeServer.Outcome curate(String... more) {
        List<String> arguments = new ArrayList<>(List.of("curate", recipe.toString()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--data", directory.resolve("data").toString()));
        return FakeServer.runAlone(arguments.toArray(String[]::new));
    }

    @Test
    void shouldReportWhatBecameOfEachSampleWhenARecipeRunsOverFiles() throws IOException {
        var outcome = curate("--json");
        assertEquals(0, outcome.exitCode(), outcome.err());
        JsonNode report = JSON.readTree(outcome.out());
        assertEquals(41, report.path("read").asInt());
        assertEquals(1, report.path("dropped").path("reader").path("no text in field text").asInt());
        int kept = report.path("kept").asInt();
        assertEquals(40 - report.path("dropped").path("text_length_filter").path("text_len too low").asInt(), kept);
        assertEquals(kept, Files.readAllLines(result).size());
        assertTrue(report.path("seconds").asDouble() > 0 && report.path("megabytesPerSecond").asDouble() > 0);
        assertEquals(result.toString(), report.path("files").path(0).asText());
        assertTrue(curate().out().contains("41 in = " + kept + " kept"), outcome.out());
    }

    @Test
    void shouldLetKeysOfTheCommandLineWinWhenTheyAreGiven() throws IOException {
        Path other = directory.resolve("other.jsonl.zst");
        var outcome = curate("--export_path", other.toString(), "--text_length_filter.min_len", "1", "--np", "8",
                "--json");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(40, JSON.readTree(outcome.out()).path("kept").asInt());
        assertTrue(Files.exists(other) && !Files.exists(result));
    }

    @Test
    void shouldSayWhatWouldBeDoneAndDoNothingWhenAsked() throws IOException {
        var planned = curate("--dry-run", "--json");
        assertEquals(0, planned.exitCode(), planned.err());
        assertEquals(result.toString(), JSON.readTree(planned.out()).path("result").asText());
        JsonNode steps = JSON.readTree(curate("--explain", "--json").out()).path("steps");
        assertEquals("text_length_filter", steps.path(0).path("label").asText(), steps::toString);
        assertEquals(40, steps.path(0).path("seen").asInt());
        assertTrue(curate("--explain").out().contains("character_repetition_filter"));
        assertFalse(Files.exists(result.getParent()), "something was written");
    }

    @Test
    void shouldNameWhatIsWrongWhenFilesOrKeysAre() throws IOException {
        var mistyped = curate("--text_lenght_filter.min_len", "3");
        assertEquals(1, mistyped.exitCode());
        assertTrue(mistyped.err().contains("did you mean text_length_filter"), mistyped.err());
        Path remote = Files.writeString(directory.resolve("remote.yaml"),
                "dataset: {configs: [{type: remote, source: huggingface, path: a/b}]}\nprocess: []\n");
        var fetched = FakeServer.runAlone("curate", remote.toString(), "--dry-run", "--data",
                directory.resolve("data").toString());
        assertEquals(1, fetched.exitCode());
        assertTrue(fetched.err().contains("download it and give its path"), fetched.err());
        var absent = curate("--dataset_path", "/nowhere/at-all.jsonl");
        assertEquals(1, absent.exitCode());
        assertTrue(absent.err().contains("/nowhere/at-all.jsonl does not exist"), absent.err());
        Files.writeString(recipe, "process:\n  - text_length_filter:\n");
        var job = curate("--labl", "x");
        assertEquals(2, job.exitCode());
        assertTrue(job.err().contains("unknown option --labl"), job.err());
    }

    @Test
    void shouldTakeTheRecipeAndItsKeysWhenTheyAreTypedAsForDataJuicer() throws IOException {
        Path other = directory.resolve("typed.jsonl");
        var outcome = FakeServer.runAlone("curate", "--np", "8", "--text_length_filter.min_len=1", "--config",
                recipe.toString(), "--text_keys", "[text]", "--skip_op_error", "True", "--export_path",
                other.toString(), "--json", "--data", directory.resolve("data").toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(40, JSON.readTree(outcome.out()).path("kept").asInt());
        assertTrue(Files.exists(other));
        assertTrue(curate("--config", "other.yaml").err().contains("two recipes"));
        var nothing = FakeServer.runAlone("curate", "--data", directory.resolve("data").toString());
        assertEquals(2, nothing.exitCode());
        assertTrue(nothing.err().contains("give a recipe: quern curate RECIPE.yaml"), nothing.err());
    }
}
