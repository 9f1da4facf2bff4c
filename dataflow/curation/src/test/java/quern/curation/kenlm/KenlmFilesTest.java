package quern.curation.kenlm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.QuernException;

/**
 * Files and scores of KenLM itself: two ARPA files of made-up n-grams over words of our own were turned into binary
 * files of all kinds by the {@code libkenlm.so} of the npm package {@code stt} 1.4.0, which also gave the scores
 * ({@code FullScore} of each word, and the sum). {@code mill} is of order 3 with {@code <unk>}; {@code pruned} is of
 * order 5 without it, lacks n-grams that longer ones end with, and its quantized files are without words. A line of
 * scores is a sentence, for each word and the end mark the length matched and the logarithm, and the sum.
 */
class KenlmFilesTest {

    private static final List<String> KINDS = List.of("probing", "rest-probing", "trie", "quantized-trie",
            "array-trie", "quantized-array-trie");

    @TempDir
    Path directory;

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = KenlmFilesTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static List<String> scores(String model, String kind) throws IOException {
        return new String(bytes(model + (kind.contains("quantized") ? "-quantized" : "") + ".scores"),
                StandardCharsets.UTF_8).lines().toList();
    }

    private Path copied(String name) throws IOException {
        return Files.write(directory.resolve(name), bytes(name));
    }

    private static Stream<String> words(String sentence) {
        return Arrays.stream(sentence.split(" ")).filter(word -> !word.isEmpty());
    }

    /** @return whether every float is KenLM's */
    private static void requireScores(KenlmModel model, List<String> lines) {
        SentenceScorer scorer = model.scorer();
        for (String line : lines) {
            String[] parts = line.split("\t");
            StringBuilder got = new StringBuilder();
            scorer.begin();
            words(parts[0]).forEach(word -> {
                float score = scorer.add(model.index(word));
                got.append(scorer.matched()).append(':').append(score).append(' ');
            });
            float total = scorer.end();
            StringBuilder expected = new StringBuilder();
            String[] each = parts[1].split(" ");
            for (String one : Arrays.copyOf(each, each.length - 1)) {
                int colon = one.indexOf(':');
                expected.append(one, 0, colon + 1).append(Float.parseFloat(one.substring(colon + 1))).append(' ');
            }
            assertEquals(expected.append(Float.parseFloat(parts[2])).toString(), got.append(total).toString(), line);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mill", "pruned"})
    void shouldGiveKenlmsFloatsWhenFilesAreOfAnyKind(String name) throws IOException {
        for (String kind : KINDS) {
            KenlmModel model = KenlmModel.open(copied(name + "-" + kind + ".bin"));
            List<String> lines = scores(name, kind);
            assertEquals(60, lines.size());
            requireScores(model, lines);
            assertEquals(kind.contains("array"), model.kind().contains("array"));
        }
        KenlmModel text = KenlmModel.open(copied(name + ".arpa"));
        assertEquals(name.equals("mill") ? 3 : 5, text.order());
        requireScores(text, scores(name, "text"));
    }

    @Test
    void shouldGiveTheSameScoresWhenThreadsShareAModel() throws Exception {
        KenlmModel model = KenlmModel.open(copied("mill-array-trie.bin"));
        List<String> lines = scores("mill", "array-trie");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> runs = Stream.<Future<?>>generate(() -> threads.submit(() -> {
                for (int round = 0; round < 20; round++) {
                    requireScores(model, lines);
                }
            })).limit(4).toList();
            for (Future<?> run : runs) {
                run.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    @Test
    void shouldRefuseOrScoreWhenFilesAreMutated() throws IOException {
        long seed = Long.getLong("quern.test.seed", 20261122);
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 600; round++) {
            String name = (random.nextBoolean() ? "mill-" : "pruned-") + KINDS.get(round % KINDS.size()) + ".bin";
            if (round % 5 == 0) {
                name = random.nextBoolean() ? "mill.arpa" : "pruned.arpa";
            }
            byte[] bad = mutated(bytes(name), random);
            Path file = Files.write(directory.resolve("mutated-" + round), bad);
            String what = "seed " + seed + ", round " + round + ", " + name;
            refused += assertTimeoutPreemptively(Duration.ofSeconds(20), () -> isRefused(file), what) ? 1 : 0;
        }
        assertTrue(refused > 250 && refused < 600, refused + " refused");
    }

    /** Whether opening it or scoring with it is refused, and as what it should be; anything else is thrown. */
    private static boolean isRefused(Path file) throws IOException {
        try {
            KenlmModel model = KenlmModel.open(file);
            for (String line : scores("mill", "probing")) {
                model.score(words(line.substring(0, line.indexOf('\t'))).toList());
            }
            return false;
        } catch (QuernException e) {
            assertTrue(e.getMessage().startsWith("KenLM model " + file), e.getMessage());
            return true;
        }
    }

    private static byte[] mutated(byte[] file, Random random) {
        int counts = 108;
        switch (random.nextInt(5)) {
            case 0 -> {
                return Arrays.copyOf(file, random.nextInt(file.length));
            }
            case 1 -> {
                long[] lies = {-1, 0, 1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, file.length, random.nextInt(5000)};
                ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(counts + 8 * random.nextInt(6),
                        lies[random.nextInt(lies.length)]);
            }
            case 2 -> file[random.nextInt(180)] = (byte) random.nextInt(256);
            case 3 -> Arrays.fill(file, counts + random.nextInt(file.length - counts), file.length,
                    (byte) random.nextInt(256));
            default -> {
                for (int i = 0; i < 40; i++) {
                    file[counts + random.nextInt(file.length - counts)] = (byte) random.nextInt(256);
                }
            }
        }
        return file;
    }

    @Test
    void shouldSayWhatWasExpectedWhenAFileIsAnother() throws IOException {
        byte[] good = bytes("mill-trie.bin");
        requireMessage(patched(good, 49, '4'), "expected version 5, found version 4");
        requireMessage(patched(good, 63, 0), "64-bit little-endian machine, found others at byte 63");
        requireMessage(patched(good, 96, 7), "expected a kind from 0 to 5, found 7");
        requireMessage(patched(good, 104, 9), "expected version 1 of the layout 'trie', found version 9");
        requireMessage(patched(good, 88, 1), "order 1 (expected 2 to 32)");
        requireMessage(patched(good, 109, 1), "within the file's " + good.length);
        requireMessage(patched(good, 96, 4), "claims");
        requireMessage("mmap lm http://kheafield.com/code incomplete\n".getBytes(StandardCharsets.US_ASCII),
                "building it did not finish");
        requireMessage(Arrays.copyOf(good, good.length - 2), "the last one is cut off");
        requireMessage(Arrays.copyOf(good, good.length - 600), "is damaged");
        requireMessage(new byte[300], "expected a binary file of KenLM");
        requireMessage(new byte[0], "expected a binary file of KenLM");
        byte[] quantized = bytes("mill-quantized-trie.bin");
        int tables = 136 + 8 * 48;
        assertEquals(2, quantized[tables]);
        requireMessage(patched(quantized, tables, 1), "quantization of version 1 to 5 and 4 bits, expected version 2");
        byte[] array = bytes("mill-array-trie.bin");
        requireMessage(patched(array, 136 + 8 * 48 + 16 * 49, 1), "array-compressed pointers");
        requireMessage(patched(bytes("mill-probing.bin"), 136, 3), "a vocabulary of version 3");
        QuernException absent = assertThrows(QuernException.class,
                () -> KenlmModel.open(directory.resolve("absent")));
        assertTrue(absent.getMessage().contains("cannot be read"), absent.getMessage());
    }

    @Test
    void shouldSayWhichLineIsWrongWhenATextIsAnother() throws IOException {
        String good = new String(bytes("mill.arpa"), StandardCharsets.UTF_8);
        requireMessage(good.replace("ngram 2=198", "ngram 2=199"), "expected a logarithm, 2 words");
        requireMessage(good.replace("ngram 2=198", "ngram 2=197"), "expected \\3-grams:, found -");
        requireMessage(good.replace("ngram 2=", "ngram 3="), "line 3: expected ngram 2=");
        requireMessage(good.replace("ngram 3=284", "ngram 3=999999999"), "a file of");
        requireMessage(good.replaceFirst("-2.652552", "2.652552"), "expected a logarithm of at most 0");
        requireMessage(good.replaceFirst("-2.652552", "-inf"), "line 7: expected a number, found -inf");
        requireMessage(good.replaceFirst("\t<s>", "\t<b>"), "expected 1-grams with <s> and </s>");
        requireMessage(good.replaceFirst(
                "(?<=[0-9]\t)\\S+(?= \\S+ \\S)", "nowhere"), "expected words that are 1-grams");
        requireMessage(good.substring(0, good.length() / 2), "expected a logarithm");
        requireMessage(good.replace("\\end\\", ""), "expected \\end\\, found the file's end");
        requireMessage("\\data\\\nngram 1=1\n\n", "expected n-grams of 2 to 32 words, found 1 counts");
        requireMessage("# a remark\n# another\n", "expected \\data\\, found the end");
        requireMessage("\u001F\u008B", "a gzip file");
        requireScores(KenlmModel.open(Files.writeString(directory.resolve("crlf.arpa"),
                "# by hand\n" + good.replace("\n", "\r\n"))), scores("mill", "text"));
    }

    private void requireMessage(String file, String part) throws IOException {
        requireMessage(file.getBytes(part.contains("gzip") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8),
                part);
    }

    private static byte[] patched(byte[] file, int at, int value) {
        byte[] copy = file.clone();
        copy[at] = (byte) value;
        return copy;
    }

    private void requireMessage(byte[] file, String part) throws IOException {
        Path path = Files.write(directory.resolve("patched.bin"), file);
        QuernException e = assertThrows(QuernException.class, () -> KenlmModel.open(path), part);
        assertTrue(e.getMessage().contains(part) && e.getMessage().contains(path.toString()), e.getMessage());
    }
}
