package quern.curation.kenlm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models are written here as KenLM's format says, and scored by the definition of back-off. */
class KenlmModelTest {

    @TempDir
    Path directory;

    /** N-grams (words joined by a space) with probability and back-off, for each length. */
    private static final class Grams {
        final List<Map<String, float[]>> byLength = new ArrayList<>();

        /** The probability of a word after others: the longest n-gram that is there, and the back-offs of the rest. */
        float probability(List<String> context, String word) {
            for (int from = 0; from <= context.size(); from++) {
                List<String> used = context.subList(from, context.size());
                float[] found = of(used, word);
                if (found != null) {
                    float sum = found[0];
                    for (int shorter = from - 1; shorter >= 0; shorter--) {
                        List<String> history = context.subList(shorter, context.size());
                        float[] backoff = of(history.subList(0, history.size() - 1), history.getLast());
                        sum += backoff == null ? 0 : backoff[1];
                    }
                    return sum;
                }
            }
            return byLength.getFirst().get("<unk>")[0];
        }

        private float[] of(List<String> context, String word) {
            if (context.size() >= byLength.size()) {
                return null;
            }
            String key = context.isEmpty() ? word : String.join(" ", context) + " " + word;
            return byLength.get(context.size()).get(key);
        }

        /** Whether an n-gram is longer than this by a word before it. */
        boolean extendsLeft(int length, String gram) {
            return length < byLength.size() && byLength.get(length).keySet().stream()
                    .anyMatch(longer -> longer.endsWith(" " + gram));
        }

        float score(List<String> sentence) {
            List<String> all = new ArrayList<>(List.of("<s>"));
            sentence.forEach(word -> all.add(byLength.getFirst().containsKey(word) ? word : "<unk>"));
            all.add("</s>");
            float total = 0;
            for (int i = 1; i < all.size(); i++) {
                total += probability(all.subList(Math.max(0, i - byLength.size() + 1), i), all.get(i));
            }
            return total;
        }
    }

    private static Grams random(int order, Random random) {
        List<String> words = List.of("<unk>", "<s>", "</s>", "a", "b", "\u2581the", "\u4E2D", "word");
        Grams grams = new Grams();
        for (int n = 1; n <= order; n++) {
            Map<String, float[]> own = new TreeMap<>();
            for (int i = 0; i < (n == 1 ? words.size() : 40); i++) {
                String word = words.get(n == 1 ? i : 3 + random.nextInt(5));
                String context = n == 1 ? "" : pick(grams.byLength.get(n - 2), random);
                boolean fits = n == 1 || !context.endsWith("</s>") && !context.contains("<unk>")
                        && (n == 2 || grams.byLength.get(n - 2).containsKey(
                                context.substring(context.indexOf(' ') + 1) + " " + word));
                if (fits) {
                    own.put(n == 1 ? word : context + " " + word,
                            new float[] {-random.nextFloat() * 3, n == order ? 0 : -random.nextFloat()});
                }
            }
            grams.byLength.add(own);
        }
        return grams;
    }

    private static String pick(Map<String, float[]> from, Random random) {
        return new ArrayList<>(from.keySet()).get(random.nextInt(from.size()));
    }

    private static byte[] written(Grams grams) {
        int order = grams.byLength.size();
        float multiplier = 1.5f;
        ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        out.put("mmap lm http://kheafield.com/code format version 5\n".getBytes(StandardCharsets.US_ASCII));
        out.position(56).putFloat(0).putFloat(1).putFloat(-0.5f).putInt(1).putInt(-1).putInt(0).putLong(1);
        out.put((byte) order).position(92).putFloat(multiplier).putInt(0).putInt(1).putInt(0);
        grams.byLength.forEach(own -> out.putLong(own.size()));
        out.position((out.position() + 7) / 8 * 8);
        List<String> words = new ArrayList<>(grams.byLength.getFirst().keySet());
        words.remove("<unk>");
        words.addFirst("<unk>");
        out.putInt(0).putInt(words.size());
        Map<Long, byte[]> vocabulary = new TreeMap<>();
        for (String word : words.subList(1, words.size())) {
            vocabulary.put(hash(word), little(4).putInt(words.indexOf(word)).array());
        }
        table(out, vocabulary, words.size(), multiplier, 12);
        for (String word : words) {
            float[] values = grams.byLength.getFirst().get(word);
            out.putFloat(grams.extendsLeft(1, word) ? -values[0] : values[0]).putFloat(values[1]);
        }
        out.putLong(0);
        for (int n = 2; n <= order; n++) {
            Map<Long, byte[]> entries = new TreeMap<>();
            for (var gram : grams.byLength.get(n - 1).entrySet()) {
                List<String> parts = List.of(gram.getKey().split(" "));
                long key = words.indexOf(parts.getLast());
                for (int i = parts.size() - 2; i >= 0; i--) {
                    key = key * 8978948897894561157L
                            ^ (1L + words.indexOf(parts.get(i))) * Long.parseUnsignedLong("17894857484156487943");
                }
                float probability = gram.getValue()[0];
                ByteBuffer value = little(n == order ? 4 : 8)
                        .putFloat(grams.extendsLeft(n, gram.getKey()) ? -probability : probability);
                entries.put(key, (n == order ? value : value.putFloat(gram.getValue()[1])).array());
            }
            table(out, entries, grams.byLength.get(n - 1).size(), multiplier, n == order ? 12 : 16);
        }
        words.forEach(word -> out.put((word + "\0").getBytes(StandardCharsets.UTF_8)));
        return java.util.Arrays.copyOf(out.array(), out.position());
    }

    private static long hash(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        return MurmurHash.of(bytes, bytes.length);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void table(ByteBuffer out, Map<Long, byte[]> entries, int count, float multiplier, int bytes) {
        int buckets = Math.max(count + 1, (int) (multiplier * count));
        int from = out.position();
        entries.forEach((key, value) -> {
            int bucket = (int) Long.remainderUnsigned(key, buckets);
            while (out.getLong(from + bucket * bytes) != 0) {
                bucket = (bucket + 1) % buckets;
            }
            out.putLong(from + bucket * bytes, key).put(from + bucket * bytes + 8, value);
        });
        out.position(from + buckets * bytes);
    }

    @Test
    void shouldScoreAsBackOffSaysWhenModelsAreRandom() throws IOException {
        Random random = new Random(4);
        List<String> words = List.of("a", "b", "\u2581the", "\u4E2D", "word", "other", "");
        int longest = 0;
        for (int round = 0; round < 60; round++) {
            Grams grams = random(2 + round % 4, random);
            longest += grams.byLength.getLast().size();
            Path file = directory.resolve("model-" + round);
            Files.write(file, written(grams));
            KenlmModel model = KenlmModel.open(file);
            for (int i = 0; i < 20; i++) {
                List<String> sentence = new ArrayList<>();
                for (int k = random.nextInt(12); k > 0; k--) {
                    sentence.add(words.get(random.nextInt(words.size())));
                }
                assertEquals(grams.score(sentence), model.score(sentence), 1e-4f, sentence::toString);
            }
        }
        assertTrue(longest > 300, "only " + longest + " n-grams of the greatest length");
    }

    @Test
    void shouldHashWordsAsKenlmDoes() {
        assertEquals(0x1E68D17C457BF117L, hash("hello"));
        assertEquals(0, hash(""));
    }

    @Test
    void shouldMeasurePerplexityByLinesWhenAsked() throws IOException {
        Grams grams = random(3, new Random(7));
        Path file = directory.resolve("model");
        Files.write(file, written(grams));
        KenlmPerplexity perplexity = new KenlmPerplexity(KenlmModel.open(file), text -> text.split(" "));
        double expected = Math.pow(10, -(grams.score(List.of("a", "b")) + (double) grams.score(List.of("word"))) / 5);
        assertEquals(expected, perplexity.of("a b\nword"), 1e-4);
        assertEquals(0, new KenlmPerplexity(KenlmModel.open(file), _ -> new String[0]).of(""));
    }
}
