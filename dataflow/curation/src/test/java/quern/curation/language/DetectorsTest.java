package quern.curation.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;

class DetectorsTest {

    @TempDir
    Path directory;

    @Test
    void shouldNameTheLanguageWhenTextIsASentence() {
        OpenNlpDetector detector = new OpenNlpDetector();
        for (String[] pair : new String[][] {{"en", "this is a plain english sentence about a garden."},
            {"de", "der schnelle braune fuchs springt über den faulen hund."},
            {"fr", "bonjour tout le monde, comment allez-vous aujourd'hui ?"},
            {"ru", "это предложение на русском языке."},
            {"zh", "你好，请问你是谁"}, {"ja", "これは日本語の文章です。"}, {"el", "αυτή είναι μια πρόταση"}, {"ko", "안녕하세요 여러분"}}) {
            var guess = detector.guess(pair[1]);
            assertEquals(pair[0], guess.language(), pair[1]);
            assertTrue(guess.score() > 0.5, () -> pair[1] + " " + guess);
        }
        for (String noLanguage : List.of("", "a", "a=1 b c=1+2+3+5 d=6", "a v s e e f g a qkc", "12345 !!")) {
            assertTrue(detector.guess(noLanguage).score() < 0.5, noLanguage);
        }
    }

    @Test
    void shouldFollowTheWordsWhenModelIsSmall() throws IOException {
        FastTextDetector detector = new FastTextDetector(write(model()));
        assertEquals("aa", detector.guess("up up").language());
        assertEquals("bb", detector.guess("down").language());
        assertEquals(1 / (1 + Math.exp(-2)) + 1e-5, detector.guess("up").score(), 1e-6);
    }

    @Test
    void shouldRefuseWithoutHarmWhenModelIsCutOrLies() throws IOException {
        byte[] good = model();
        for (int length = 0; length < good.length; length += 3) {
            Path cut = write(Arrays.copyOf(good, length));
            assertThrows(QuernException.class, () -> new FastTextDetector(cut), "cut to " + length);
        }
        Random random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            byte[] wrong = good.clone();
            wrong[random.nextInt(wrong.length)] = (byte) random.nextInt(256);
            try {
                new FastTextDetector(write(wrong)).guess("up down");
            } catch (QuernException e) {
                refused++;
            }
        }
        assertTrue(refused > 50, "only " + refused + " refused");
    }

    @Test
    void shouldScoreAsTheReferenceWhenTheModelOf176LanguagesIsThere() throws IOException {
        Path shared = Path.of(System.getProperty("quern.root", "../..")).resolve("../shared");
        Path model = shared.resolve("models/lid/lid.176.ftz");
        Path golden = shared.resolve("cases/data-juicer/golden.json");
        boolean required = System.getProperty("quern.reference", "optional").equals("required");
        for (Path reference : List.of(model, golden)) {
            Assumptions.assumeTrue(required || Files.exists(reference), () -> "reference file is absent: " + reference);
        }
        FastTextDetector detector = new FastTextDetector(model);
        JsonNode values = JsonMapper.builder().build().readTree(Files.readAllBytes(golden))
                .path("language_id_with_lid176_ftz").path("values");
        for (JsonNode value : values) {
            var guess = detector.guess(value.path("text").asText().toLowerCase(Locale.ROOT).replace('\n', ' '));
            assertEquals(value.path("lang").asText(), guess.language());
            assertEquals(value.path("score").asDouble(), guess.score(), 2e-6);
        }
    }

    private Path write(byte[] bytes) throws IOException {
        Path path = directory.resolve("model-" + Arrays.hashCode(bytes) + ".bin");
        return Files.write(path, bytes);
    }

    /** Two words, two labels, two dimensions, softmax, no n-grams of characters. */
    private static byte[] model() {
        ByteBuffer file = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(793712314).putInt(12);
        file.putInt(2).putInt(5).putInt(5).putInt(1).putInt(5).putInt(1).putInt(3).putInt(3).putInt(0).putInt(0)
                .putInt(0);
        file.putInt(100).putDouble(1e-4);
        file.putInt(4).putInt(2).putInt(2).putLong(4).putLong(-1);
        for (String entry : List.of("up", "down", "__label__aa", "__label__bb")) {
            file.put(entry.getBytes(StandardCharsets.UTF_8)).put((byte) 0).putLong(1);
            file.put((byte) (entry.startsWith("__") ? 1 : 0));
        }
        file.put((byte) 0).putLong(2).putLong(2).putFloat(1).putFloat(0).putFloat(0).putFloat(1);
        file.put((byte) 0).putLong(2).putLong(2).putFloat(1).putFloat(-1).putFloat(-1).putFloat(1);
        return Arrays.copyOf(file.array(), file.position());
    }
}
