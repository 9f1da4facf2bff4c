package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenSetTest {

    @TempDir
    Path directory;

    @Test
    void shouldFindWhatAMapFindsWhenMemoryIsSmall() throws IOException {
        Random random = new Random(4);
        Map<String, Long> expected = new HashMap<>();
        int runsMost = 0;
        try (SeenSet seen = new SeenSet(new Scratch(directory, "seen-", 16 << 10))) {
            for (int i = 0; i < 60_000; i++) {
                long high = mixed(random.nextInt(30_000));
                long low = random.nextInt(4) == 0 ? 0 : mixed(high);
                Long known = expected.putIfAbsent(high + "/" + low, (long) i);
                assertEquals(known == null ? -1 : known, seen.find(high, low), "key " + i);
                if (known == null) {
                    seen.put(high, low, i);
                }
                runsMost = Math.max(runsMost, seen.runCount());
            }
            assertEquals(expected.size(), seen.count());
            assertTrue(runsMost > 1, "never spilled");
            assertEquals(-1, seen.find(1, 2));
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(0, left.count(), "files left behind");
        }
    }

    @Test
    void shouldTakeTheExtremeKeysWhenSlotsAscendWithThem() {
        try (SeenSet seen = new SeenSet(new Scratch(directory, "seen-", 16 << 10))) {
            for (int i = 0; i < 3000; i++) {
                seen.put(-1 - (i & 1), i, i);
                seen.put(0, i, i + 10_000L);
            }
            for (int i = 0; i < 3000; i++) {
                assertEquals(i, seen.find(-1 - (i & 1), i));
                assertEquals(i + 10_000, seen.find(0, i));
            }
        }
    }

    private static long mixed(long value) {
        long z = (value + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        return z ^ z >>> 27;
    }
}
