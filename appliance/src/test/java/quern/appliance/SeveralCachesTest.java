package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.actors.models.ModelImport;
import quern.actors.models.ModelStore;
import quern.actors.models.StagedModel;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;

/** What is told of the tiers when several models use them. */
class SeveralCachesTest {

    private static final String STANDING = "stories260K";
    private static final String OTHER = "other";
    private static final int FULL_BLOCKS = 3;
    /** The full ones, and what the prompt ends with. */
    private static final int BLOCKS = FULL_BLOCKS + 1;
    private static final int PROMPT_TOKENS = FULL_BLOCKS * 32 + 5;

    private TestAppliance appliance;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        ApplianceConfig config = ConfigLoader.defaults(data);
        Path file = TestAppliance.storiesModel().resolveSibling("quant").resolve("stories260K-ffn192-q8_0.gguf");
        try (ModelImport running = ModelImport.into(data, (stage, done, total) -> { })) {
            StagedModel staged = running.stage(
                    new ModelImport.Order(file, Optional.of(OTHER), true, Optional.empty()));
            try (DataDirectory opened = DataDirectory.open(data, config.encryption(), Map.of());
                    Catalogue catalogue = Catalogue.open(
                            opened.catalogue(), config.jobs().eventsPerJobMax(), opened.vault())) {
                new ModelStore(opened.root(), catalogue, config.start()).add(staged);
            }
            running.complete();
        }
        appliance = TestAppliance.start(data, Map.of("kv.warm-enabled", "true", "kv.cold-enabled", "true",
                "kv.warm", "1MiB", "kv.cold", "8MiB", "start.warm-up", "0ms", "engine.scheduling.profile", "0ms"));
    }

    @AfterEach
    void stop() {
        appliance.close();
    }

    private void ask(String model, int seed) throws Exception {
        JsonNode answer = TestAppliance.json(appliance.post("/v1/completions", "{\"model\": \"" + model
                + "\", \"max_tokens\": 1, \"prompt\": "
                + Arrays.toString(new Random(seed).ints(PROMPT_TOKENS, 3, 500).toArray()) + "}"));
        assertTrue(answer.has("usage"), answer.toString());
    }

    private Map<String, Double> samples() throws Exception {
        Map<String, Double> samples = new HashMap<>();
        appliance.get("/metrics").body().lines().filter(line -> line.startsWith("quern_kv_")).forEach(line -> {
            int value = line.lastIndexOf(' ');
            samples.put(line.substring(0, value), Double.valueOf(line.substring(value + 1)));
        });
        return samples;
    }

    private static String tier(String name, String model, String tier) {
        return "quern_kv_tier_" + name + "{model=\"" + model + "\",tier=\"" + tier + "\"}";
    }

    private JsonNode written() throws Exception {
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> {
            for (JsonNode model : stat().path("models")) {
                if (model.path("waiting_to_be_written").intValue() > 0) {
                    return false;
                }
            }
            return true;
        }));
        return stat();
    }

    private JsonNode stat() {
        try {
            return TestAppliance.json(appliance.get("/v1/cache"));
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }

    @Test
    void shouldShowEachModelsArenaAndTheTiersOnDiskOnce() throws Exception {
        ask(STANDING, 1);
        ask(OTHER, 1);
        ask(OTHER, 2);
        JsonNode stat = written();
        assertEquals(List.of(STANDING, OTHER), stat.path("models").findValuesAsText("model"), stat.toString());
        assertEquals(BLOCKS, stat.at("/models/0/tiers/0/blocks").intValue(), stat.toString());
        assertEquals(2 * BLOCKS, stat.at("/models/1/tiers/0/blocks").intValue(), stat.toString());
        assertEquals(List.of("warm", "cold"), stat.path("shared").findValuesAsText("tier"));
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () ->
                stat().at("/shared/0/blocks").intValue() + stat().at("/shared/1/blocks").intValue() == 3 * BLOCKS),
                () -> stat().toString());
        Map<String, Double> samples = samples();
        assertTrue(samples.get(tier("bytes", STANDING, "hot")) > 0);
        assertEquals(2 * BLOCKS * stat.at("/models/1/block_bytes").doubleValue(),
                samples.get(tier("bytes", OTHER, "hot")));
        assertTrue(samples.get(tier("bytes", "", "warm")) > 0, samples.toString());
        assertFalse(samples.containsKey(tier("bytes", OTHER, "warm")), "the files are everybody's");
        assertTrue(samples.containsKey("quern_kv_loads_total{model=\"other\",tier=\"warm\"}"), samples.toString());
        double looked = samples.get(tier("misses_total", OTHER, "hot"));
        ask(OTHER, 2);
        assertTrue(samples().get(tier("hits_total", OTHER, "hot")) >= BLOCKS);
        assertEquals(looked, samples().get(tier("misses_total", OTHER, "hot")));
    }

    @Test
    void shouldForgetTheArenaAndKeepWhatTheFilesDidWhenAModelIsUnloaded() throws Exception {
        ask(OTHER, 1);
        written();
        unload();
        assertFalse(samples().containsKey(tier("bytes", OTHER, "hot")), samples().toString());
        ask(OTHER, 1);
        Map<String, Double> samples = samples();
        assertEquals(BLOCKS, samples.get("quern_kv_loads_total{model=\"other\",tier=\"warm\"}"), samples.toString());
        assertEquals(BLOCKS, samples.get(tier("hits_total", "", "warm")), samples.toString());
        unload();
        assertEquals(BLOCKS, samples().get(tier("hits_total", "", "warm")), "a counter went back");
    }

    private void unload() throws Exception {
        assertEquals(200, appliance.post("/v1/models/" + OTHER + "/unload", "{}").statusCode());
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> stat().path("models").size() == 1));
    }
}
