package quern.curation.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;

/**
 * Models of random numbers over a few words of our own, written by the format's description: with a tree of labels,
 * with softmax, and quantized and pruned. What they say of some texts was asked of fastText itself, the WebAssembly
 * build in the npm package {@code fasttext.wasm.js} 1.0.0, which read the same files.
 */
class FastTextFilesTest {

    private static final List<String> MODELS = List.of("tree.bin", "softmax.bin", "quantized.ftz");

    @TempDir
    Path directory;

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = FastTextFilesTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void shouldGuessAsFastTextDoesWhenFilesAreOfAnyKind() throws IOException {
        List<String> lines = new String(bytes("guesses.jsonl"), StandardCharsets.UTF_8).lines().toList();
        assertEquals(76, lines.size());
        ObjectMapper mapper = new ObjectMapper();
        for (String name : MODELS) {
            FastTextDetector detector = new FastTextDetector(Files.write(directory.resolve(name), bytes(name)));
            for (String line : lines) {
                JsonNode expected = mapper.readTree(line);
                var guess = detector.guess(expected.path("text").asText());
                assertEquals(expected.path(name).path(0).asText(), guess.language(), line);
                assertEquals(expected.path(name).path(1).asDouble(), guess.score(), 5e-7, line);
            }
        }
    }

    @Test
    void shouldRefuseOrGuessWhenFilesAreMutated() throws IOException {
        long seed = Long.getLong("quern.test.seed", 20261122);
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 600; round++) {
            String name = MODELS.get(round % MODELS.size());
            Path file = Files.write(directory.resolve("mutated-" + round), mutated(bytes(name), random));
            refused += assertTimeoutPreemptively(Duration.ofSeconds(20), () -> isRefused(file),
                    "seed " + seed + ", round " + round + ", " + name) ? 1 : 0;
        }
        assertTrue(refused > 200 && refused < 600, refused + " refused");
    }

    private static boolean isRefused(Path file) {
        try {
            FastTextDetector detector = new FastTextDetector(file);
            for (String text : List.of("the mill and the river", "", "m\u00FChle \u78E8\u574A </s> x")) {
                detector.guess(text);
            }
            return false;
        } catch (QuernException e) {
            assertTrue(e.getMessage().startsWith("fastText model " + file), e.getMessage());
            return true;
        }
    }

    private static byte[] mutated(byte[] file, Random random) {
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(file, random.nextInt(file.length));
            }
            case 1 -> {
                int[] lies = {-1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30, file.length,
                    random.nextInt(500)};
                ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(8 + 4 * random.nextInt(22),
                        lies[random.nextInt(lies.length)]);
            }
            case 2 -> file[random.nextInt(96)] = (byte) random.nextInt(256);
            default -> {
                for (int i = 0; i < 30; i++) {
                    file[96 + random.nextInt(file.length - 96)] = (byte) random.nextInt(256);
                }
            }
        }
        return file;
    }
}
