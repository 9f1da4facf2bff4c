package quern.curation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

/** Reference files, and short ways to compile recipes and make samples. */
public final class Reference {

    static final CurationConfig CONFIG = new CurationConfig(10, 0, DataSize.parse("1MiB"), DataSize.parse("1MiB"),
            DataSize.parse("1MiB"), DataSize.parse("64MiB"), 2, java.time.Duration.ofMinutes(1), 64);

    private Reference() {}

    /** With checkpoints as often as given, and as much memory. */
    static CurationConfig config(int checkpointSamples, String memory) {
        return new CurationConfig(checkpointSamples, CONFIG.threads(), CONFIG.shard(), CONFIG.sampleMax(),
                CONFIG.recipeMax(), DataSize.parse(memory), CONFIG.generationParallel(),
                CONFIG.generationTimeout(), CONFIG.generationTokens());
    }

    /**
     * A file of the Data-Juicer cases; the test is skipped, or fails where reference files are required, if it is
     * absent.
     */
    static Path file(String name) {
        Path path = Path.of(System.getProperty("quern.root", "../..")).resolve("../shared/cases/data-juicer")
                .resolve(name);
        if (System.getProperty("quern.reference", "optional").equals("required")) {
            assertTrue(Files.exists(path), () -> "reference file is absent: " + path);
        }
        Assumptions.assumeTrue(Files.exists(path), () -> "reference file is absent: " + path);
        return path;
    }

    public static JsonNode json(String name) throws IOException {
        return Json.MAPPER.readTree(Files.readAllBytes(file(name)));
    }

    /** The head of a recipe that asks for Data-Juicer's behaviour, faults and all. */
    static final String COMPAT = "compat: data-juicer-1.4.3\n";

    /** A recipe of one operator with parameters. */
    static Operator operator(String name, JsonNode parameters) {
        return pipeline(name, parameters, "").operators().getFirst();
    }

    /** The same as Data-Juicer has it. */
    static Operator compatible(String name, JsonNode parameters) {
        return pipeline(name, parameters, COMPAT).operators().getFirst();
    }

    static Pipeline pipeline(String name, JsonNode parameters, String head) {
        String recipe = head + "process:\n  - " + name + ": " + parameters + "\n";
        return new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse(recipe, CONFIG));
    }

    static Pipeline pipeline(String recipe) {
        return new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse(recipe, CONFIG));
    }

    static Draft draft(String text) {
        return new Draft(sample(0, text));
    }

    static Sample sample(int index, String text) {
        ObjectNode fields = Json.object().put("text", text);
        return new Sample(fields, "document-" + index, 0, text.length(), 0);
    }

    static List<Sample> samples(JsonNode list) {
        List<Sample> samples = new ArrayList<>();
        for (JsonNode one : list) {
            ObjectNode fields = one.deepCopy();
            samples.add(new Sample(fields, "document-" + samples.size(), 0, one.path("text").asText().length(), 0));
        }
        return samples;
    }

    /** Runs to the end and gives the lines of the dataset. */
    static List<JsonNode> run(Pipeline pipeline, List<Sample> samples, Path directory) throws IOException {
        try (PipelineRun run = PipelineRun.open(pipeline, new ListSource(samples), directory, CONFIG, List.of())) {
            while (run.step(7)) {
                continue;
            }
            assertTrue(run.report().addsUp(), () -> "the report does not add up: " + run.report());
            return lines(run.manifest(), directory);
        }
    }

    static List<JsonNode> lines(DatasetManifest manifest, Path directory) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (DatasetManifest.Shard shard : manifest.shards()) {
            for (String line : Files.readAllLines(directory.resolve(shard.file()))) {
                lines.add(Json.MAPPER.readTree(line));
            }
        }
        return lines;
    }
}
