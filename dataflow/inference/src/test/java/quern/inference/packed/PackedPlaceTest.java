package quern.inference.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.DataSize;
import quern.config.EngineConfig.LoadType;
import quern.config.StartConfig;

class PackedPlaceTest {

    private static final String FINGERPRINT = "ab".repeat(32);

    @TempDir
    private Path directory;

    private PackedPlace place(boolean wanted, Path elsewhere) {
        return new PackedPlace(new StartConfig(
                Duration.ZERO, wanted, Optional.ofNullable(elsewhere), DataSize.parse("10B")),
                directory.resolve("data").resolve("packed"));
    }

    @Test
    void shouldLieBesideAFileAndInTheDataDirectoryForADirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("m.gguf"), "x");
        assertEquals(directory.resolve("m.gguf.packed"), place(true, null).of(file, LoadType.AS_STORED, FINGERPRINT));
        assertEquals(directory.resolve("m.gguf.q4_0.packed"), place(true, null).of(file, LoadType.Q4_0, FINGERPRINT));
        Path whole = Files.createDirectory(directory.resolve("model"));
        assertEquals(directory.resolve("data/packed/" + "ab".repeat(16) + ".packed"),
                place(true, null).of(whole, LoadType.AS_STORED, FINGERPRINT));
        Path elsewhere = directory.resolve("elsewhere");
        assertEquals(elsewhere.resolve("ab".repeat(16) + ".packed"),
                place(true, elsewhere).of(file, LoadType.AS_STORED, FINGERPRINT));
    }

    @Test
    void shouldBeWantedOnlyForLargeModelsAndWhenConfigured() {
        assertTrue(place(true, null).isWanted(64L << 20));
        assertFalse(place(true, null).isWanted((64L << 20) - 1));
        assertFalse(place(false, null).isWanted(1L << 40));
    }

    @Test
    void shouldRemoveTheOldestBeyondTheLimitAndNeverTheOneInUse() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        for (int i = 0; i < 4; i++) {
            Path kept = Files.writeString(elsewhere.resolve(i + ".packed"), "12345");
            Files.setLastModifiedTime(kept, FileTime.fromMillis(1000L * i));
        }
        Path used = Files.writeString(elsewhere.resolve("ab".repeat(16) + ".packed"), "123456789012345");
        Files.setLastModifiedTime(used, FileTime.fromMillis(0));
        Path other = Files.writeString(elsewhere.resolve("notes.txt"), "123456789012345");
        place(true, elsewhere).of(directory.resolve("m.gguf"), LoadType.AS_STORED, FINGERPRINT);
        assertEquals(List.of(false, false, true, true, true, true),
                List.of(0, 1, 2, 3).stream().map(i -> Files.exists(elsewhere.resolve(i + ".packed")))
                        .collect(java.util.stream.Collectors.collectingAndThen(
                                java.util.stream.Collectors.toList(), list -> {
                                    list.add(Files.exists(used));
                                    list.add(Files.exists(other));
                                    return list;
                                })));
    }
}
