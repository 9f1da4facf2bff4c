package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.inference.engine.StepProfile;
import quern.kv.DataDirectory;

class PreparationTest {

    @TempDir
    private Path directory;

    private ApplianceConfig config(ConfigSources more) {
        return ConfigLoader.load(more.with("data", directory.toString()).with("kv.hot", "1MiB")
                .with("kv.warm-enabled", "false").with("kv.cold-enabled", "false")).config();
    }

    private EngineParts load(Machine machine, ConfigSources more) {
        return EngineParts.load(config(more), machine, path -> Optional.empty(), reason -> { }, Runnable::run);
    }

    @Test
    void shouldMeasureOnceAndFindItAtTheNextStart() {
        ConfigSources config = ConfigSources.none().with("start.warm-up", "20ms");
        try (DataDirectory data = DataDirectory.open(directory);
                Machine machine = Machine.open(config(config), data)) {
            StepProfile measured;
            try (EngineParts parts = load(machine, config)) {
                Preparation preparation = parts.preparation();
                assertEquals(StepProfile.NONE, preparation.profile());
                int pieces = 1;
                while (preparation.getAsBoolean()) {
                    pieces++;
                }
                assertTrue(pieces > 2, pieces + " pieces: each is short, so that requests need not wait for long");
                measured = preparation.profile();
                assertFalse(measured.points().isEmpty());
                assertFalse(preparation.getAsBoolean());
            }
            try (EngineParts parts = load(machine, config)) {
                assertEquals(measured, parts.preparation().profile());
            }
            try (EngineParts parts = load(machine, config.with("engine.max-batched-tokens", "64"))) {
                assertEquals(StepProfile.NONE, parts.preparation().profile(), "other steps");
            }
        }
    }

    @Test
    void shouldDoNothingWhenNothingIsWanted() {
        ConfigSources config =
                ConfigSources.none().with("start.warm-up", "0ms").with("engine.scheduling.profile", "0ms");
        try (DataDirectory data = DataDirectory.open(directory);
                Machine machine = Machine.open(config(config), data); EngineParts parts = load(machine, config)) {
            assertFalse(parts.preparation().getAsBoolean());
            assertEquals(StepProfile.NONE, parts.preparation().profile());
        }
    }
}
