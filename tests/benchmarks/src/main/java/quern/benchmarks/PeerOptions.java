package quern.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@link PeerBenchmark} is asked for.
 *
 * @param models shape and type, as {@code qwen2.5-0.5b-Q4_0}
 * @param rows of prefill, decode, decode8, shared, depth
 * @param rounds timed ones of each engine
 * @param everywhere whether the two long rows run on every model, not on those in Q4_0 only
 * @param directory where model files are, or are written to
 */
record PeerOptions(
        List<String> models, List<String> rows, int rounds, int threads, boolean markdown, boolean everywhere,
        Path directory) {

    static final List<String> ROWS = List.of("prefill", "decode", "decode8", "shared", "depth");
    private static final List<String> MODELS = List.of("qwen2.5-0.5b-Q4_0", "qwen2.5-0.5b-Q8_0", "qwen2.5-0.5b-Q4_K",
            "tinyllama-1.1b-Q4_0", "tinyllama-1.1b-Q8_0", "tinyllama-1.1b-Q4_K");
    /** Not measured unless named. */
    private static final List<String> OTHERS = List.of("smollm2-135m-Q4_0", "smollm2-135m-Q8_0",
            "llama-3.2-1b-Q4_0", "llama-3.2-1b-Q8_0", "llama-3.2-1b-Q4_K");
    private static final String USAGE = "options: --models " + MODELS + " (any part of a name), or whole names of "
            + OTHERS + " --rows " + ROWS
            + " --rounds 3 --threads 2 --directory DIR --everywhere --markdown";

    static PeerOptions parse(String[] arguments) {
        List<String> models = MODELS;
        List<String> rows = ROWS;
        int rounds = 3;
        int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
        boolean markdown = false;
        boolean everywhere = false;
        Path directory = Path.of("tests/benchmarks/target/models");
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--markdown" -> markdown = true;
                case "--everywhere" -> everywhere = true;
                case "--models" -> models = models(value(arguments, ++i));
                case "--rows" -> rows = List.of(value(arguments, ++i).split(","));
                case "--rounds" -> rounds = Integer.parseInt(value(arguments, ++i));
                case "--threads" -> threads = Integer.parseInt(value(arguments, ++i));
                case "--directory" -> directory = Path.of(value(arguments, ++i));
                default -> throw new IllegalArgumentException(arguments[i] + ": " + USAGE);
            }
        }
        if (models.isEmpty() || !ROWS.containsAll(rows) || rounds < 1 || threads < 1) {
            throw new IllegalArgumentException(USAGE);
        }
        return new PeerOptions(models, rows, rounds, threads, markdown, everywhere, directory);
    }

    private static List<String> models(String parts) {
        List<String> wanted = List.of(parts.split(","));
        return Stream.concat(
                MODELS.stream().filter(name -> wanted.stream().anyMatch(name::contains)),
                OTHERS.stream().filter(wanted::contains)).toList();
    }

    private static String value(String[] arguments, int index) {
        if (index >= arguments.length) {
            throw new IllegalArgumentException(USAGE);
        }
        return arguments[index];
    }

    boolean has(String row, String model) {
        boolean isLong = row.equals("shared") || row.equals("depth");
        return rows.contains(row) && (!isLong || everywhere || model.endsWith("Q4_0"));
    }
}
