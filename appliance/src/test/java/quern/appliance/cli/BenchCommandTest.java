package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quern.appliance.cli.FakeServer.Outcome;
import quern.inference.EmbeddedModel;

/** {@code bench} as llama-bench's users use it. */
class BenchCommandTest {

    @TempDir
    Path directory;

    private String model;

    @BeforeEach
    void unpackNano() {
        model = EmbeddedModel.unpack(directory).toString();
    }

    private Outcome run(String... arguments) {
        var line = new ArrayList<>(List.of("bench", "--data", directory.resolve("none").toString()));
        line.addAll(List.of(arguments));
        Outcome outcome = FakeServer.runAlone(line.toArray(String[]::new));
        assertFalse(Files.exists(directory.resolve("none")), "the data directory was touched");
        return outcome;
    }

    @Test
    void shouldListARowForEachTestWhenJsonIsWanted() throws IOException {
        Outcome outcome = run("--model", model, "--threads", "1", "--prompt", "16,40", "--generate", "5",
                "--streams", "1,3", "--rounds", "2", "--json");
        assertEquals(0, outcome.exitCode(), outcome.err());
        JsonNode rows = ApiClient.JSON.readTree(outcome.out());
        assertTrue(rows.isArray(), outcome.out());
        assertEquals(List.of("pp16", "pp40", "tg5", "pp16x3", "pp40x3", "tg5x3"),
                rows.valueStream().map(row -> row.path("test").asText()).toList());
        for (JsonNode row : rows) {
            List<Double> samples = row.path("samples_ts").valueStream().map(JsonNode::asDouble).toList();
            assertEquals(2, samples.size());
            assertEquals((samples.get(0) + samples.get(1)) / 2, row.path("avg_ts").asDouble(), 1e-6);
            assertEquals(Math.abs(samples.get(0) - samples.get(1)) / Math.sqrt(2),
                    row.path("stddev_ts").asDouble(), 1e-6);
            assertEquals(1, row.path("threads").asInt());
            assertTrue(row.path("avg_ts").asDouble() > 0, row.toString());
            String share = row.path("n_prompt").asInt() > 0 ? "macs_peak_share" : "bandwidth_share";
            assertTrue(row.path(share).asDouble() > 0, row.toString());
        }
    }

    @Test
    void shouldPrintATableForPeople() {
        Outcome outcome = run("--model", model, "--prompt", "0", "--generate", "3", "--depth", "40", "--streams", "2",
                "--shared", "--rounds", "1");
        assertEquals(0, outcome.exitCode(), outcome.err());
        List<String> lines = outcome.out().lines().toList();
        assertTrue(lines.get(0).matches("\\| model +\\| size +\\| params +\\| backend \\| threads \\| test +\\| t/s.*"),
                lines.get(0));
        assertTrue(lines.get(2).contains("| tg3x2@d40 shared |"), lines.get(2));
        assertTrue(lines.get(2).contains(" \u00b1 0.00 "), lines.get(2));
        assertTrue(outcome.out().contains("multiply-adds/s of floats"), outcome.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--threads 0 | --threads 0: expected 1 to 1024",
        "--rounds 0 | --rounds 0: expected 1",
        "--streams 0 | --streams 0: expected 1",
        "--prompt -1 | --prompt -1: expected 0",
        "--depth 1048577 | --depth 1048577: expected 0 to 1048576",
        "--prompt 0 --generate 0 | nothing to measure",
        "--prompt 12,99999 | pp99999 needs a context of 100000 tokens",
        "--generate 64 --depth 8191 | needs a context of",
        "--shared | --shared: expected a --depth",
        "--draft 64 | draft-tokens-max"})
    void shouldNameTheOptionThatIsWrong(String arguments, String reason) {
        var line = new ArrayList<>(List.of("--model", model));
        line.addAll(List.of(arguments.strip().split(" ")));
        Outcome outcome = run(line.toArray(String[]::new));
        assertEquals(ExitCode.USAGE, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains(reason.strip()), outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void shouldSayWhichModelIsAbsent() {
        Outcome outcome = run("--model", directory.resolve("no-such.gguf").toString());
        assertEquals(ExitCode.USAGE, outcome.exitCode());
        assertTrue(outcome.err().contains("no-such.gguf"), outcome.err());
    }
}
