package quern.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quern.actors.curation.FileTokenizers;
import quern.curation.PieceSource;
import quern.curation.kenlm.KenlmModel;
import quern.curation.kenlm.KenlmPerplexity;

/**
 * How fast {@code perplexity_filter} reads texts on one core with a KenLM file: cutting into pieces, scoring them, and
 * both, over generated English-like documents of 2 kB on average. Some of the answers are checked against the formula
 * first. The limit to compare with is MD5 over the same bytes, measured in the same run.
 *
 * <p>Arguments: a KenLM file and a SentencePiece model (default: made of the documents, of order 3 in the ARPA format).
 */
public final class PerplexityBenchmark {

    private static final int ROUNDS = 7;
    private static final int ORDER = 3;
    private static final int PIECE_CHARS_MAX = 6;
    private static final int PIECE_COUNT_MIN = 40;

    private PerplexityBenchmark() {}

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        // A line, as the normalization of the usual models makes of a text.
        List<String> texts = CurationBenchmark.texts(2000).stream().map(text -> text.replace('\n', ' ')).toList();
        long bytes = texts.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
        Path directory = Files.createTempDirectory("perplexity-benchmark");
        Path sentencePiece = args.length > 1 ? Path.of(args[1]) : Files.write(directory.resolve("sp.model"),
                pieceModel(texts));
        PieceSource pieces = new FileTokenizers().open(sentencePiece);
        String[][] cut = texts.stream().map(pieces::pieces).toArray(String[][]::new);
        Path kenlm = args.length > 0 ? Path.of(args[0]) : Files.writeString(directory.resolve("lm.arpa"), arpa(cut));
        long start = System.nanoTime();
        KenlmModel model = KenlmModel.open(kenlm);
        System.out.printf("%d texts, %.2f MB, %.1f bytes a piece; %s model of order %d opened in %.0f ms; %s, %s%n",
                texts.size(), bytes / 1e6, (double) bytes / Arrays.stream(cut).mapToInt(one -> one.length).sum(),
                model.kind(), model.order(), (System.nanoTime() - start) / 1e6,
                System.getProperty("java.vm.version"), LocalDate.now());
        KenlmPerplexity whole = new KenlmPerplexity(model, pieces);
        check(model, whole, texts, cut);
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        for (int round = 0; round < ROUNDS; round++) {
            best[0] = Math.min(best[0], seconds(() -> texts.forEach(pieces::pieces)));
            best[1] = Math.min(best[1], seconds(() -> Arrays.stream(cut)
                    .forEach(one -> new KenlmPerplexity(model, _ -> one).of(""))));
            best[2] = Math.min(best[2], seconds(() -> texts.forEach(whole::of)));
        }
        double limit = CurationBenchmark.md5MegabytesPerSecond(texts, bytes);
        System.out.printf("per core: pieces %.1f MB/s, scores %.1f MB/s, both %.1f MB/s; MD5 alone %.0f MB/s%n",
                bytes / 1e6 / best[0], bytes / 1e6 / best[1], bytes / 1e6 / best[2], limit);
    }

    private static double seconds(Runnable work) {
        long start = CurationBenchmark.cpuNanos();
        work.run();
        return (CurationBenchmark.cpuNanos() - start) / 1e9;
    }

    /** The formula, for texts of one line. */
    private static void check(KenlmModel model, KenlmPerplexity perplexity, List<String> texts, String[][] cut) {
        for (int i = 0; i < 100; i++) {
            double expected = Math.pow(10, -(double) model.score(List.of(cut[i])) / (cut[i].length + 1));
            if (expected != perplexity.of(texts.get(i))) {
                throw new IllegalStateException("wrong answer: " + perplexity.of(texts.get(i)) + ", expected "
                        + expected);
            }
        }
    }

    /** A unigram model of SentencePiece with the frequent parts of words, blanks joined and one put in front. */
    private static byte[] pieceModel(List<String> texts) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String text : texts.subList(0, texts.size() / 4)) {
            for (String word : text.split("\\s+")) {
                String marked = "\u2581" + word;
                for (int from = 0; from < marked.length(); from++) {
                    int most = Math.min(marked.length(), from + PIECE_CHARS_MAX);
                    for (int to = from + 1; to <= most; to++) {
                        counts.merge(marked.substring(from, to), 1, Integer::sum);
                    }
                }
            }
        }
        counts.entrySet().removeIf(entry -> entry.getKey().length() > 1 && entry.getValue() < PIECE_COUNT_MIN);
        double all = counts.values().stream().mapToLong(Integer::longValue).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(piece("<unk>", 0, 2));
        out.writeBytes(piece("<s>", 0, 3));
        out.writeBytes(piece("</s>", 0, 3));
        counts.forEach((text, count) -> out.writeBytes(piece(text, (float) Math.log(count / all), 1)));
        out.writeBytes(message(2, new byte[] {3 << 3, 1}));
        return out.toByteArray();
    }

    private static byte[] piece(String text, float score, int kind) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return message(1, ByteBuffer.allocate(utf8.length + 9).order(ByteOrder.LITTLE_ENDIAN).put((byte) (1 << 3 | 2))
                .put((byte) utf8.length).put(utf8).put((byte) (2 << 3 | 5)).putFloat(score).put((byte) (3 << 3))
                .put((byte) kind).array());
    }

    private static byte[] message(int field, byte[] bytes) {
        return ByteBuffer.allocate(bytes.length + 2).put((byte) (field << 3 | 2)).put((byte) bytes.length).put(bytes)
                .array();
    }

    /** Relative frequencies with a fixed back-off: what they say is of no matter here, how many they are is. */
    private static String arpa(String[][] cut) {
        List<Map<String, Integer>> grams = new ArrayList<>();
        for (int n = 1; n <= ORDER; n++) {
            grams.add(new HashMap<>());
        }
        for (String[] text : cut) {
            List<String> words = new ArrayList<>(List.of("<s>"));
            words.addAll(Arrays.stream(text).filter(piece -> !piece.isBlank()).toList());
            words.add("</s>");
            for (int n = 1; n <= ORDER; n++) {
                for (int from = 0; from + n <= words.size(); from++) {
                    grams.get(n - 1).merge(String.join(" ", words.subList(from, from + n)), 1, Integer::sum);
                }
            }
        }
        StringBuilder out = new StringBuilder("\\data\\\n");
        for (int n = 1; n <= ORDER; n++) {
            out.append("ngram ").append(n).append('=').append(grams.get(n - 1).size()).append('\n');
        }
        for (int n = 1; n <= ORDER; n++) {
            out.append("\n\\").append(n).append("-grams:\n");
            for (var gram : new TreeMap<>(grams.get(n - 1)).entrySet()) {
                out.append(Math.log10(gram.getValue() / 1e7)).append('\t').append(gram.getKey())
                        .append(n == ORDER ? "\n" : "\t-0.4\n");
            }
        }
        return out.append("\n\\end\\\n").toString();
    }
}
