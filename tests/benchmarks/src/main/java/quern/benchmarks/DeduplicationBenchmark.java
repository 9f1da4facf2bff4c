package quern.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.curation.DuplicateLog;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RunReport;
import quern.curation.SampleSource;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

/**
 * Near deduplication of many documents with little memory: MinHash with 256 permutations over generated documents, a
 * fifth of them copies of earlier ones with some words changed, a twentieth exact copies. The clusters are compared
 * with those of a table in memory for each band, sample by sample, after the largest resident size was read.
 *
 * <p>Properties: {@code documents} (default 5,000,000), {@code memory} of the deduplicator (default 64MiB) and
 * {@code directory} for the files.
 */
public final class DeduplicationBenchmark {

    private static final int SIGNATURE_BYTES = 25 * Long.BYTES;

    private DeduplicationBenchmark() {}

    public static void main(String[] args) throws IOException {
        int documents = Integer.getInteger("documents", 5_000_000);
        DataSize memory = DataSize.parse(System.getProperty("memory", "64MiB"));
        CurationConfig config = new CurationConfig(100_000, 0, DataSize.parse("64MiB"), DataSize.parse("16MiB"),
                DataSize.parse("1MiB"), memory, 2, Duration.ofMinutes(1), 64);
        String recipe = "project_name: dedup\nprocess:\n  - document_minhash_deduplicator:\n";
        Pipeline pipeline = new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse(recipe, config));
        System.out.printf("%d documents, deduplication-memory %s, heap %d MiB; %s, %s%n", documents, memory,
                Runtime.getRuntime().maxMemory() >> 20, System.getProperty("java.vm.version"), LocalDate.now());
        String given = System.getProperty("directory");
        Path directory = given == null ? Files.createTempDirectory("deduplication-benchmark")
                : Files.createDirectories(Path.of(given));
        try {
            run(pipeline, directory, documents, config);
        } finally {
            remove(directory);
        }
    }

    private static void run(Pipeline pipeline, Path directory, int documents, CurationConfig config)
            throws IOException {
        Documents source = new Documents(documents);
        Path target = directory.resolve("run");
        Path signatures = directory.resolve("signatures");
        double start = cpuSeconds();
        long wallStart = System.nanoTime();
        RunReport report;
        try (PipelineRun run = PipelineRun.open(pipeline, source, target, config, List.of())) {
            boolean signed = false;
            while (run.step(1000)) {
                if (!signed && run.progress().stage() == 1) {
                    signed = true;
                    Files.createLink(signatures, target.resolve("stage-0.sig"));
                    System.out.printf("signed, spilled and decided: %.0f CPU-s, %.0f s; %.1f MB of text, %.1f MB/s per "
                            + "CPU-second%n", cpuSeconds() - start, seconds(wallStart), source.bytes / 1e6,
                            source.bytes / 1e6 / (cpuSeconds() - start));
                }
            }
            report = run.report();
        }
        System.out.printf("dataset complete: %.0f CPU-s, %.0f s; peak RSS %d MiB%n", cpuSeconds() - start,
                seconds(wallStart), residentPeakKib() >> 10);
        int[] expected = firstsInMemory(signatures, documents);
        long dropped = compare(expected, target, documents);
        if (!report.addsUp() || report.kept() != documents - dropped) {
            throw new IllegalStateException("wrong answer: " + report + ", expected " + dropped + " duplicates");
        }
        System.out.printf("kept %d, dropped %d of %d planted copies and others: the clusters of the in-memory run%n",
                report.kept(), dropped, source.copies);
    }

    /** The clusters, straightforwardly: a table in memory for each band, and a forest. */
    private static int[] firstsInMemory(Path signatures, int documents) throws IOException {
        int[] parent = new int[documents];
        for (int i = 0; i < documents; i++) {
            parent[i] = i;
        }
        int slots = Integer.highestOneBit(Math.max(16, documents)) * 4;
        long[] keys = new long[slots];
        int[] firsts = new int[slots];
        for (int band = 0; band < SIGNATURE_BYTES / Long.BYTES; band++) {
            java.util.Arrays.fill(firsts, 0);
            try (DataInputStream in = new DataInputStream(
                    new BufferedInputStream(Files.newInputStream(signatures), 1 << 20))) {
                byte[] entry = new byte[Long.BYTES + SIGNATURE_BYTES];
                for (int i = 0; i < documents; i++) {
                    in.readFully(entry);
                    long key = java.nio.ByteBuffer.wrap(entry).getLong(Long.BYTES * (1 + band));
                    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & slots - 1;
                    while (firsts[slot] != 0 && keys[slot] != key) {
                        slot = slot + 1 & slots - 1;
                    }
                    if (firsts[slot] == 0) {
                        keys[slot] = key;
                        firsts[slot] = i + 1;
                    } else {
                        int a = root(parent, firsts[slot] - 1);
                        int b = root(parent, i);
                        parent[Math.max(a, b)] = Math.min(a, b);
                    }
                }
            }
        }
        for (int i = 0; i < documents; i++) {
            parent[i] = root(parent, i);
        }
        return parent;
    }

    private static int root(int[] parent, int i) {
        int at = i;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    /** Every duplicate with the sample that stands for it. @return their number */
    private static long compare(int[] expected, Path target, int documents) {
        long[] dropped = new long[1];
        DuplicateLog.read(target, entry -> {
            int sample = index(entry.sampleId());
            int first = index(entry.standsFor());
            if (expected[sample] != first || first == sample) {
                throw new IllegalStateException(entry + ", expected document " + expected[sample]);
            }
            dropped[0]++;
        });
        long wanted = 0;
        for (int i = 0; i < documents; i++) {
            wanted += expected[i] == i ? 0 : 1;
        }
        if (wanted != dropped[0]) {
            throw new IllegalStateException(dropped[0] + " duplicates, expected " + wanted);
        }
        return wanted;
    }

    private static int index(String sampleId) {
        return Integer.parseInt(sampleId.substring(0, sampleId.indexOf('@')));
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime() / 1e9;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static long residentPeakKib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IllegalStateException("no VmHWM in /proc/self/status");
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Documents made of their number: the same each time. */
    private static final class Documents implements SampleSource {

        private final int count;
        private final String[] words = new String[1 << 15];
        private int next;
        private long state;
        long bytes;
        long copies;

        Documents(int count) {
            this.count = count;
            for (int i = 0; i < words.length; i++) {
                state = i;
                StringBuilder word = new StringBuilder();
                for (int k = random(4); k >= 0; k--) {
                    word.append("bcdfghlmnprstvw".charAt(random(15))).append("aeiou".charAt(random(5)));
                }
                words[i] = word.toString();
            }
        }

        private int random(int bound) {
            state += 0x9E3779B97F4A7C15L;
            long z = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            return (int) Math.unsignedMultiplyHigh(z ^ z >>> 31, bound);
        }

        private String text(int document) {
            state = document * 0x632BE59BD9B4E019L;
            int kind = document == 0 ? 99 : random(100);
            int changes = kind < 20 ? 1 + random(3) : 0;
            int original = document;
            if (kind < 25) {
                original = random(document);
                copies++;
            }
            long own = state;
            state = original * 0xD1342543DE82EF95L + 1;
            int length = 40 + random(60);
            String[] text = new String[length];
            for (int i = 0; i < length; i++) {
                int most = random(words.length);
                text[i] = words[random(most + 1)];
            }
            state = own;
            for (int i = 0; i < changes; i++) {
                text[random(length)] = words[random(words.length)];
            }
            return String.join(" ", text);
        }

        @Override
        public void seek(String position) {
            next = Integer.parseInt(position);
        }

        @Override
        public Item next() {
            if (next == count) {
                return null;
            }
            String text = text(next);
            bytes += text.length();
            ObjectNode fields = JsonNodeFactory.instance.objectNode().put("text", text);
            return new Read(new Sample(fields, Integer.toString(next++), 0, text.length(), 0));
        }

        @Override
        public String position() {
            return Integer.toString(next);
        }

        @Override
        public void close() {}
    }
}
