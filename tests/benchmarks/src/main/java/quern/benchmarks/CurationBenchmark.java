package quern.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RunReport;
import quern.curation.SampleSource;
import quern.curation.library.BuiltInOperators;
import quern.ingest.Sample;

/**
 * How fast a recipe of 14 operators (5 mappers, 8 filters, exact deduplication) runs on one core, over generated
 * English-like documents of 2 kB on average, from samples in memory to shards on disk. The answer is checked before a
 * time is printed: exactly the repeated documents are dropped. The limit to compare with is MD5 over the same bytes,
 * measured in the same run.
 *
 * <p>Arguments: number of documents (default 4000), recipe file (default: the one built in).
 */
public final class CurationBenchmark {

    private static final int ROUNDS = 5;
    static final String RECIPE = """
            project_name: bench-14
            process:
              - clean_email_mapper:
              - clean_links_mapper:
              - fix_unicode_mapper:
              - punctuation_normalization_mapper:
              - whitespace_normalization_mapper:
              - alphanumeric_filter:
              - average_line_length_filter:
              - character_repetition_filter: {max_ratio: 0.9}
              - maximum_line_length_filter:
              - special_characters_filter: {max_ratio: 0.9}
              - text_length_filter:
              - words_num_filter:
              - word_repetition_filter: {max_ratio: 0.9}
              - document_deduplicator:
            """;
    static final CurationConfig CONFIG = new CurationConfig(1000, 0, DataSize.parse("64MiB"),
            DataSize.parse("16MiB"),
            DataSize.parse("1MiB"), DataSize.parse("512MiB"), 8, java.time.Duration.ofMinutes(10), 1024);

    private CurationBenchmark() {}

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        int documents = args.length > 0 ? Integer.parseInt(args[0]) : 4000;
        String recipe = args.length > 1 ? Files.readString(Path.of(args[1])) : RECIPE;
        Pipeline pipeline = new RecipeCompiler(new BuiltInOperators()).compile(Recipe.parse(recipe, CONFIG));
        List<String> texts = texts(documents);
        long repeated = texts.size() - texts.stream().distinct().count();
        long bytes = texts.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
        System.out.printf("recipe %s, %d operators, %d documents, %.2f MB; %s, %s%n", pipeline.recipe().projectName(),
                pipeline.operators().size(), documents, bytes / 1e6, System.getProperty("java.vm.version"),
                LocalDate.now());
        double best = Double.MAX_VALUE;
        RunReport report = null;
        for (int round = 0; round < ROUNDS; round++) {
            long start = cpuNanos();
            report = run(pipeline, texts);
            double seconds = (cpuNanos() - start) / 1e9;
            check(report, documents, repeated);
            best = Math.min(best, seconds);
            System.out.printf("round %d: %.3f CPU-s, %.1f MB/s per core%n", round + 1, seconds, bytes / 1e6 / seconds);
        }
        double limit = md5MegabytesPerSecond(texts, bytes);
        System.out.printf("best %.1f MB/s per core; MD5 alone %.0f MB/s; ratio %.3f%n", bytes / 1e6 / best, limit,
                bytes / 1e6 / best / limit);
        long all = report.operators().stream().mapToLong(RunReport.Line::nanos).sum();
        for (RunReport.Line line : report.operators().stream().filter(line -> line.nanos() > 0).toList()) {
            System.out.printf("  %-36s %6.1f %% %8.1f MB/s%n", line.operator(), 100.0 * line.nanos() / all,
                    bytes * 1e3 / line.nanos());
        }
    }

    private static RunReport run(Pipeline pipeline, List<String> texts) throws IOException {
        Path directory = Files.createTempDirectory("curation-benchmark");
        try (PipelineRun run = PipelineRun.open(pipeline, new Texts(texts), directory, CONFIG, List.of())) {
            while (run.step(1000)) {
                continue;
            }
            return run.report();
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void check(RunReport report, int documents, long repeated) {
        if (!report.addsUp() || report.in() != documents || report.kept() != documents - repeated) {
            throw new IllegalStateException("wrong answer: " + report + ", expected " + repeated + " duplicates");
        }
    }

    static double md5MegabytesPerSecond(List<String> texts, long bytes) throws NoSuchAlgorithmException {
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = cpuNanos();
            texts.forEach(text -> md5.digest(text.getBytes(StandardCharsets.UTF_8)));
            best = Math.min(best, (cpuNanos() - start) / 1e9);
        }
        return bytes / 1e6 / best;
    }

    static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Markdown-like documents of words with a long-tailed distribution; every eleventh repeats an earlier one. */
    static List<String> texts(int count) {
        Random random = new Random(42);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 8000; i++) {
            StringBuilder word = new StringBuilder();
            for (int k = 1 + random.nextInt(4); k >= 0; k--) {
                word.append("bcdfghlmnprstvw".charAt(random.nextInt(15))).append("aeiou".charAt(random.nextInt(5)));
            }
            words.add(word.substring(random.nextInt(2)));
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(i % 11 == 10 ? texts.get(random.nextInt(i)) : text(random, words));
        }
        return texts;
    }

    private static String text(Random random, List<String> words) {
        StringBuilder text = new StringBuilder("# ").append(words.get(random.nextInt(words.size()))).append("\n\n");
        int length = 200 + random.nextInt(3600);
        int sentence = 0;
        while (text.length() < length) {
            double share = random.nextDouble();
            String word = words.get((int) (words.size() * share * share * share));
            text.append(sentence == 0 ? word.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + word.substring(1)
                    : word);
            boolean end = ++sentence > 6 && random.nextInt(10) == 0;
            text.append(end ? random.nextInt(4) == 0 ? ".\n\n" : ". " : random.nextInt(15) == 0 ? ", " : " ");
            sentence = end ? 0 : sentence;
            if (random.nextInt(400) == 0) {
                text.append(random.nextBoolean() ? "see https://example.org/a/b?c=1 or mail a.b@example.org "
                        : "\u201cso\u201d it\u2019s ");
            }
        }
        return text.append("\n- an item\n- another item\n").toString();
    }

    private static final class Texts implements SampleSource {

        private final List<String> texts;
        private int next;

        Texts(List<String> texts) {
            this.texts = texts;
        }

        @Override
        public void seek(String position) {
            next = Integer.parseInt(position);
        }

        @Override
        public Item next() {
            if (next == texts.size()) {
                return null;
            }
            String text = texts.get(next);
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
