package quern.benchmarks;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.DoubleSupplier;
import quern.config.BackendConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.SelfCheck;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.scalar.RandomWeights;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.gpu.vector.ReadBandwidth;

/**
 * Speed of the products: with one and four tokens as GB/s of weights as stored, beside the read bandwidth measured in
 * the same rounds; with 128 tokens as GMAC/s. Answers are compared with the scalar definition first. Figures are
 * medians over rounds in which everything takes its turn; the best round stands beside them, since another program's
 * load lowers a median.
 */
public final class KernelBenchmark {

    private static final int ROWS = 4096;
    private static final int COLUMNS = 2048;
    /** Weights of one type, together: several times the last cache. */
    private static final long WEIGHTS_BYTES = 128L << 20;
    private static final long BANDWIDTH_BYTES = 256L << 20;
    private static final int PREFILL_TOKENS = 128;
    private static final List<ElementType> TYPES = List.of(
            ElementType.Q8_0, ElementType.Q4_0, ElementType.F16, ElementType.F32, ElementType.Q4_K, ElementType.Q6_K);

    private record Line(String name, DoubleSupplier once, List<Double> rates) {}

    private KernelBenchmark() {}

    /** @param args rounds (default 15), then threads (default: one per core), then types (default: all) */
    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : 0;
        List<ElementType> types = args.length > 2
                ? Arrays.stream(args).skip(2).map(ElementType::valueOf).toList()
                : TYPES;
        try (Backend backend =
                BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, threads)).backend()) {
            for (SelfCheck.Result result : SelfCheck.run(backend.kernels(), 1)) {
                if (!result.ok()) {
                    throw new IllegalStateException("wrong answer: " + result);
                }
            }
            System.out.printf("%s, Java %s, %s, %s%n", backend.description(), Runtime.version(),
                    System.getProperty("os.arch"), Instant.now());
            for (ElementType type : types) {
                measure(backend, type, rounds);
            }
        }
    }

    private static void measure(Backend backend, ElementType type, int rounds) {
        Kernels kernels = backend.kernels();
        Tensor tensor = RandomWeights.of(type, ROWS, COLUMNS, new Random(1));
        long storedBytes = tensor.bytes().byteSize();
        List<Matrix> matrices = new ArrayList<>();
        for (long bytes = 0; bytes < WEIGHTS_BYTES; bytes += storedBytes) {
            matrices.add(kernels.pack(tensor));
        }
        List<Line> lines = new ArrayList<>();
        ReadBandwidth bandwidth = new ReadBandwidth(backend.team(), BANDWIDTH_BYTES);
        lines.add(new Line("read", bandwidth::measure, new ArrayList<>()));
        long all = storedBytes * matrices.size();
        lines.add(line("8 bits, 1 token", all, product(kernels, matrices, 1, true)));
        lines.add(line("8 bits, 4 tokens", all, product(kernels, matrices, 4, true)));
        lines.add(line("floats, 1 token", all, product(kernels, matrices, 1, false)));
        long products = (long) ROWS * COLUMNS * PREFILL_TOKENS;
        List<Matrix> first = matrices.subList(0, 1);
        lines.add(line("8 bits, 128 tokens", products, product(kernels, first, PREFILL_TOKENS, true)));
        lines.add(line("floats, 128 tokens", products, product(kernels, first, PREFILL_TOKENS, false)));
        for (int round = 0; round < rounds; round++) {
            for (Line line : lines) {
                line.rates.add(line.once.getAsDouble());
            }
        }
        print(type, lines);
    }

    private static void print(ElementType type, List<Line> lines) {
        double read = median(lines.getFirst().rates);
        double bestRead = Collections.max(lines.getFirst().rates);
        for (Line line : lines) {
            double rate = median(line.rates);
            double best = Collections.max(line.rates);
            String share = line.name.endsWith("128 tokens")
                    ? String.format(Locale.ROOT, "GMAC/s  (best %.2f)", best / 1e9)
                    : String.format(Locale.ROOT, "GB/s  %3.0f %% of read  (best %.2f, %.0f %%)", 100 * rate / read,
                            best / 1e9, 100 * best / bestRead);
            System.out.printf(Locale.ROOT, "%-5s %-20s %7.2f %s%n", type, line.name, rate / 1e9, share);
        }
    }

    private static Line line(String name, long work, Runnable once) {
        return new Line(name, () -> {
            long start = System.nanoTime();
            once.run();
            return 1e9 * work / (System.nanoTime() - start);
        }, new ArrayList<>());
    }

    private static Runnable product(Kernels kernels, List<Matrix> matrices, int count, boolean integers) {
        Rows x = new Rows(count, COLUMNS);
        Random random = new Random(2);
        for (int i = 0; i < x.values().length; i++) {
            x.values()[i] = (float) random.nextGaussian();
        }
        QuantizedRows q = new QuantizedRows(count, COLUMNS);
        kernels.quantizeActivations(x, count, q);
        Rows y = new Rows(count, ROWS);
        return integers
                ? () -> matrices.forEach(matrix -> kernels.matmulQ8(matrix, q, count, y))
                : () -> matrices.forEach(matrix -> kernels.matmul(matrix, x, count, y));
    }

    /** The first third of the rounds is warm-up. */
    private static double median(List<Double> rates) {
        double[] sorted = rates.stream().skip(rates.size() / 3).mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
