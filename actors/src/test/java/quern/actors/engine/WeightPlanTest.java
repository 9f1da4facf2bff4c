package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.QuernException;
import quern.kv.DataDirectory;

/** Memory that blocks take beside weights, where the warm tier is in memory. */
class WeightPlanTest {

    private static final Path SHARED = Path.of("/dev/shm");
    private static final long WARM = 16L << 20;

    @TempDir
    Path data;

    @BeforeAll
    static void find() throws IOException {
        assumeTrue(Files.isDirectory(SHARED) && Files.getFileStore(SHARED).type().equals("tmpfs"), "no tmpfs");
    }

    private ApplianceConfig config(String memory, Path directory) {
        return ConfigLoader.load(ConfigSources.none().with("data", data.toString()).with("kv.hot", "64MiB")
                .with("kv.warm", "16MiB").with("weights.memory", memory)
                .with("kv.warm-directory", directory.toString())).config();
    }

    @Test
    void shouldCountBlocksInMemoryAgainstTheLimitAndThoseOnADiskNot() {
        long all = WeightPlan.room(config("2GiB", data), 0);
        assertEquals(all - WARM, WeightPlan.room(config("2GiB", SHARED), 0));
        assertEquals(WeightPlan.budget(config("2GiB", data)) - WARM, WeightPlan.budget(config("2GiB", SHARED)));
    }

    @Test
    void shouldRefuseToStartWithBothSizesWhenBlocksInMemoryExceedTheLimit() throws IOException {
        ApplianceConfig tight = config("588MiB", SHARED);
        try (DataDirectory directory = DataDirectory.open(data)) {
            QuernException refused = assertThrows(QuernException.class, () -> Machine.open(tight, directory));
            assertTrue(refused.getMessage().contains("kv.warm = 16MiB in kv.warm-directory = /dev/shm is memory: "
                    + "expected at most 12.0 MiB"), refused.getMessage());
            Machine.open(config("592MiB", SHARED), directory).close();
            Machine.open(config("588MiB", data), directory).close();
        }
    }
}
