package quern.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import quern.config.CurationConfig;
import quern.curation.ClusterDeduplicator;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.library.BuiltInOperators;
import quern.curation.text.TextView;

/**
 * How fast texts are signed for near deduplication on one core: MinHash with 256 permutations over shingles of five
 * words, and SimHash. In turns with the definition: SHA-1 of each shingle by the JDK, and as many multiplications with
 * a remainder. The signatures must have the checksum they had when they were compared with the definition.
 */
public final class MinHashBenchmark {

    private static final int ROUNDS = 7;
    private static final int PERMUTATIONS = 250;
    private static final long PRIME = (1L << 61) - 1;
    private static final long MINHASH_CHECKSUM = 1_081_733_401L;

    private MinHashBenchmark() {}

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        CurationConfig config = CurationBenchmark.CONFIG;
        ClusterDeduplicator minHash = operator("document_minhash_deduplicator:", config);
        ClusterDeduplicator simHash = operator("document_simhash_deduplicator:", config);
        List<String> texts = texts(2000);
        long bytes = texts.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
        long shingles = texts.stream().mapToLong(text -> Math.max(0, text.split(" +").length - 4)).sum();
        System.out.printf("%d texts, %.2f MB, %.1f bytes for each shingle; %s, %s%n", texts.size(), bytes / 1e6,
                (double) bytes / shingles, System.getProperty("java.vm.version"), LocalDate.now());
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        for (int round = 0; round < ROUNDS; round++) {
            long start = cpuNanos();
            long checksum = sign(minHash, texts);
            best[0] = Math.min(best[0], (cpuNanos() - start) / 1e9);
            if (checksum != MINHASH_CHECKSUM) {
                throw new IllegalStateException("wrong answer: checksum " + checksum + ", expected "
                        + MINHASH_CHECKSUM);
            }
            start = cpuNanos();
            sign(simHash, texts);
            best[1] = Math.min(best[1], (cpuNanos() - start) / 1e9);
            start = cpuNanos();
            define(texts.subList(0, texts.size() / 8));
            best[2] = Math.min(best[2], (cpuNanos() - start) / 1e9 * 8);
        }
        System.out.printf("minhash %.1f MB/s per core, %.0f ns a shingle; the definition %.2f MB/s; simhash %.1f "
                + "MB/s%n", bytes / 1e6 / best[0], best[0] * 1e9 / shingles, bytes / 1e6 / best[2],
                bytes / 1e6 / best[1]);
    }

    /** Words as long as those of English text: 5.9 bytes each with what parts them; documents of 2 kB. */
    private static List<String> texts(int count) {
        Random random = new Random(42);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int word = 150 + random.nextInt(400); word > 0; word--) {
                for (int letters = 1 + (int) (random.nextDouble() * random.nextDouble() * 15); letters > 0; letters--) {
                    text.append("etaoinsrhldcumfpgwybvk".charAt(random.nextInt(1 + random.nextInt(22))));
                }
                text.append(random.nextInt(9) == 0 ? ", " : random.nextInt(12) == 0 ? ".\n" : " ");
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static ClusterDeduplicator operator(String step, CurationConfig config) {
        return (ClusterDeduplicator) new RecipeCompiler(new BuiltInOperators())
                .compile(Recipe.parse("process:\n  - " + step + "\n", config)).operators().getFirst();
    }

    private static long sign(ClusterDeduplicator deduplicator, List<String> texts) {
        CRC32C checksum = new CRC32C();
        byte[] signature = new byte[deduplicator.signatureBytes()];
        for (String text : texts) {
            deduplicator.sign(new TextView(text), signature, 0);
            checksum.update(signature);
        }
        return checksum.getValue();
    }

    /** The same work as it is written down, with arbitrary factors. */
    private static long define(List<String> texts) throws NoSuchAlgorithmException {
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        long[] least = new long[PERMUTATIONS];
        for (String text : texts) {
            java.util.Arrays.fill(least, Long.MAX_VALUE);
            String[] words = text.toLowerCase(java.util.Locale.ROOT).split(" +");
            for (int i = 0; i + 5 <= words.length; i++) {
                byte[] shingle = String.join(" ", List.of(words).subList(i, i + 5)).getBytes(StandardCharsets.UTF_8);
                long hash = java.nio.ByteBuffer.wrap(sha1.digest(shingle)).getInt() & 0xFFFFFFFFL;
                for (int k = 0; k < PERMUTATIONS; k++) {
                    long value = Long.remainderUnsigned(hash * (k * 0x9E3779B97F4A7C15L | 1) + k, PRIME);
                    least[k] = Math.min(least[k], value & 0xFFFFFFFFL);
                }
            }
        }
        return least[0];
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
