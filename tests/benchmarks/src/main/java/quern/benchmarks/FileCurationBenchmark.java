package quern.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import quern.kv.DataDirectory;

/**
 * {@code quern curate} as a person runs it, in a process of its own: seconds from its start to the first sample, and
 * the recipe of {@link CurationBenchmark} over a file on disk, with the start, the compiler, reading, writing, report
 * and collector in its processor time. The answer is checked: samples in and kept.
 *
 * <p>Arguments: size of the file in MB (default 500).
 */
public final class FileCurationBenchmark {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STARTS = 7;
    private static final int ROUNDS = 3;
    private static final int DOCUMENTS = 4000;
    private static final long LOOK_MS = 10;
    private static final String DEDUPLICATOR = "document_deduplicator";

    private final Path directory;
    private final Path recipe;
    private final Path corpus;

    private FileCurationBenchmark(Path directory) throws IOException {
        this.directory = directory;
        this.recipe = Files.writeString(directory.resolve("recipe.yaml"), CurationBenchmark.RECIPE);
        this.corpus = directory.resolve("corpus.jsonl");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        long bytes = arguments.length > 0 ? Long.parseLong(arguments[0]) * 1_000_000 : 500_000_000L;
        Path directory = Files.createTempDirectory("file-curation");
        try {
            new FileCurationBenchmark(directory).run(bytes);
        } finally {
            DataDirectory.removeTree(directory);
        }
    }

    private void run(long bytes) throws IOException, InterruptedException {
        long documents = write(bytes);
        double[] seconds = new double[STARTS + 1];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = firstSample();
        }
        // The first one may have recorded a start.
        double[] later = Arrays.copyOfRange(seconds, 1, seconds.length);
        Arrays.sort(later);
        System.out.printf(Locale.ROOT, "start to first sample, median of %d: %.2f s (%.2f to %.2f)%n", STARTS,
                later[STARTS / 2], later[0], later[STARTS - 1]);
        for (int round = 0; round < ROUNDS; round++) {
            whole(documents, Files.size(corpus));
        }
    }

    /** Every copy of the documents says which it is, so that only those repeated within one are dropped. */
    private long write(long bytes) throws IOException {
        List<String> texts = CurationBenchmark.texts(DOCUMENTS);
        long documents = 0;
        try (BufferedWriter out = Files.newBufferedWriter(corpus)) {
            long written = 0;
            for (int copy = 0; written < bytes; copy++) {
                for (int i = 0; i < texts.size() && written < bytes; i++, documents++) {
                    String line = JSON.writeValueAsString(JSON.createObjectNode()
                            .put("text", "Copy " + copy + ".\n" + texts.get(i)).put("id", documents));
                    out.write(line);
                    out.write('\n');
                    written += line.length() + 1;
                }
            }
        }
        return documents;
    }

    private ProcessBuilder curate() {
        return new ProcessBuilder("appliance/bin/quern", "curate", recipe.toString(), "--json", "--data",
                directory.resolve("data").toString(), "--dataset_path", corpus.toString(), "--export_path",
                directory.resolve("result/result.jsonl").toString());
    }

    /** Until it says for the first time how many were read. */
    private double firstSample() throws IOException, InterruptedException {
        long from = System.nanoTime();
        Process process = curate().redirectOutput(new File("/dev/null")).start();
        try (BufferedReader notes = process.errorReader()) {
            for (String line = notes.readLine(); line != null; line = notes.readLine()) {
                if (line.startsWith("read ")) {
                    return (System.nanoTime() - from) / 1e9;
                }
            }
            throw new IllegalStateException("it ended without a sample");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            DataDirectory.removeTree(directory.resolve("result"));
        }
    }

    private void whole(long documents, long bytes) throws IOException, InterruptedException {
        Process process = curate().redirectError(new File("/dev/null")).start();
        Duration processor = Duration.ZERO;
        while (!process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
            processor = process.info().totalCpuDuration().orElse(processor);
        }
        JsonNode report = JSON.readTree(process.getInputStream());
        long dropped = 0;
        for (JsonNode reason : report.path("dropped").path(DEDUPLICATOR)) {
            dropped += reason.asLong();
        }
        long expected = documents / DOCUMENTS * (DOCUMENTS - distinct(DOCUMENTS))
                + documents % DOCUMENTS - distinct((int) (documents % DOCUMENTS));
        if (report.path("read").asLong() != documents || report.path("kept").asLong() != documents - expected
                || dropped != expected) {
            throw new IllegalStateException("wrong answer: " + report + ", expected " + expected + " duplicates");
        }
        double seconds = report.path("seconds").asDouble();
        System.out.printf(Locale.ROOT, "%.0f MB: %.1f s, %.1f CPU-s; %.1f MB/s, %.1f MB/s per core%n", bytes / 1e6,
                seconds, processor.toMillis() / 1e3, bytes / 1e6 / seconds, bytes / 1e3 / processor.toMillis());
        DataDirectory.removeTree(directory.resolve("result"));
    }

    private static long distinct(int count) {
        return CurationBenchmark.texts(count).stream().distinct().count();
    }
}
