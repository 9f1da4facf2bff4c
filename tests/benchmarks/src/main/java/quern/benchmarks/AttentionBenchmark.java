package quern.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import quern.config.BackendConfig;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.SelfCheck;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.ReadBandwidth;
import quern.inference.LoadedModel;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.RandomShape;
import quern.inference.sampling.Sampler;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.Truncation;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Transformer;

/**
 * Attention on the shape of a true model with random Q4_0 weights: alone, as GB/s of the cache it reads beside the read
 * bandwidth measured in the same rounds, and within whole forward passes: decode at a short and a long context, several
 * streams with and without a common prefix, and its share of a prompt. Answers are compared with the scalar definition
 * first. Figures are medians over rounds in which everything takes its turn.
 */
public final class AttentionBenchmark {

    private static final int SHORT_TOKENS = 100;
    private static final int LONG_TOKENS = 2048;
    private static final int PROMPT_TOKENS = 512;
    private static final int STREAMS = 8;
    private static final int BLOCK_TOKENS = 32;
    private static final Map<String, Truncation> DRAWS = new TreeMap<>(Map.of(
            "greedy", Truncation.NONE, "plain", Truncation.NONE,
            "top_k 40", new Truncation(0, 40, 1, 0, 1, 0, 0.1), "top_p 0.95", new Truncation(0, 0, 0.95, 0, 1, 0, 0.1),
            "min_p 0.05", new Truncation(0, 0, 1, 0.05, 1, 0, 0.1)));
    private static final long BANDWIDTH_BYTES = 256L << 20;

    private final Backend backend;
    private final Transformer transformer;
    private final ModelShape shape;
    private final KvLayout layout;
    private final MemorySegment[][] unshared;
    private final MemorySegment[][] shared;
    private final Map<String, List<Double>> seconds = new LinkedHashMap<>();

    private AttentionBenchmark(Backend backend, LoadedModel model, ElementType type, Arena arena) {
        this.backend = backend;
        this.transformer = model.transformer();
        this.shape = model.shape();
        this.layout = new KvLayout(shape.layers(), shape.kvHeads(), shape.headSize(), BLOCK_TOKENS, type);
        this.unshared = new MemorySegment[STREAMS][LONG_TOKENS / BLOCK_TOKENS];
        this.shared = new MemorySegment[STREAMS][];
        Random random = new Random(5);
        for (MemorySegment[] stream : unshared) {
            Arrays.setAll(stream, i -> arena.allocate(layout.blockBytes(), 64));
        }
        fill(unshared[0], random);
        for (int i = 1; i < STREAMS; i++) {
            for (int block = 0; block < unshared[i].length; block++) {
                unshared[i][block].copyFrom(unshared[0][block]);
            }
        }
        for (int i = 0; i < STREAMS; i++) {
            shared[i] = unshared[0].clone();
            shared[i][shared[i].length - 1] = unshared[i][shared[i].length - 1];
        }
    }

    /**
     * @param args rounds (default 9), then threads (default: one per core), then shapes or GGUF files (default:
     *     qwen2.5-0.5b)
     */
    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 9;
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : 0;
        List<String> shapes = args.length > 2 ? Arrays.asList(args).subList(2, args.length) : List.of("qwen2.5-0.5b");
        try (Backend backend =
                BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, threads)).backend()) {
            for (SelfCheck.Result result : SelfCheck.run(backend.kernels(), 1)) {
                if (!result.ok()) {
                    throw new IllegalStateException("wrong answer: " + result);
                }
            }
            System.out.printf("%s, Java %s, %s, %s%n", backend.description(), Runtime.version(),
                    System.getProperty("os.arch"), Instant.now());
            for (String label : shapes) {
                try (LoadedModel model = LoadedModel.load(
                        file(label), backend.kernels(), EngineConfig.Product.Q8)) {
                    for (ElementType type : List.of(ElementType.F16, ElementType.Q8_0)) {
                        try (Arena arena = Arena.ofShared()) {
                            new AttentionBenchmark(backend, model, type, arena).measure(label, rounds);
                        }
                    }
                }
            }
        }
    }

    private static ModelFile file(String shapeOrPath) {
        return shapeOrPath.endsWith(".gguf")
                ? ModelFiles.open(Path.of(shapeOrPath))
                : SyntheticModel.open(RandomShape.parse(shapeOrPath), ElementType.Q4_0);
    }

    private void fill(MemorySegment[] blocks, Random random) {
        int width = layout.kvHeads() * layout.headSize();
        Rows rows = rows(LONG_TOKENS, width, random);
        KvRows kv = rowsOf(blocks, IntStream.range(0, LONG_TOKENS).toArray());
        for (int layer = 0; layer < layout.layers(); layer++) {
            backend.kernels().storeKv(rows, rows, LONG_TOKENS, kv, layer);
        }
    }

    private static Rows rows(int count, int width, Random random) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = (float) random.nextGaussian();
        }
        return rows;
    }

    private KvRows rowsOf(MemorySegment[] blocks, int[] positions) {
        MemorySegment[][] perRow = new MemorySegment[positions.length][];
        Arrays.fill(perRow, blocks);
        return new KvRows(layout, perRow, positions);
    }

    private KvRows streams(MemorySegment[][] blocks) {
        int[] positions = new int[blocks.length];
        Arrays.fill(positions, LONG_TOKENS - 1);
        return new KvRows(layout, blocks, positions);
    }

    private void measure(String label, int rounds) {
        ReadBandwidth bandwidth = new ReadBandwidth(backend.team(), BANDWIDTH_BYTES);
        KvRows near = rowsOf(unshared[0], new int[] {SHORT_TOKENS - 1});
        KvRows far = rowsOf(unshared[0], new int[] {LONG_TOKENS - 1});
        KvRows prompt = rowsOf(unshared[0], IntStream.range(0, PROMPT_TOKENS).toArray());
        for (int round = 0; round < rounds; round++) {
            time("read", () -> bandwidth.measure());
            time("attention, 1 stream", attention(far));
            time("attention, unshared", attention(streams(unshared)));
            time("attention, shared", attention(streams(shared)));
            time("attention, prompt", attention(prompt));
            time("decode, short", forward(near));
            time("decode, long", forward(far));
            time("decode, unshared", forward(streams(unshared)));
            time("decode, shared", forward(streams(shared)));
            time("prompt", forward(prompt));
            draws();
        }
        print(label);
    }

    /** One token of logits that are like a model's: normally distributed, with a few that stand out. */
    private void draws() {
        Sampler sampler = new Sampler(shape.vocabulary(), backend.kernels());
        float[] logits = rows(1, shape.vocabulary(), new Random(7)).values();
        for (int i = 0; i < logits.length; i += 1009) {
            logits[i] *= 4;
        }
        var history = new Sampler.History(new int[0], 0, 0);
        SamplingParameters plain = SamplingParameters.plain(1, 1);
        DRAWS.forEach((name, truncation) -> {
            var parameters = new SamplingParameters(name.equals("greedy") ? 0 : 0.8, truncation, 0, 0, 1, plain.seed(),
                    Map.of(), false, 0, List.of(), 1, false);
            time(name, () -> sampler.draw(logits, 0, parameters, 1, history, Optional.empty()));
        });
        time("5 logprobs", () -> sampler.logprobs(logits, 0, 1, 5));
    }

    private void time(String what, Runnable once) {
        long start = System.nanoTime();
        once.run();
        seconds.computeIfAbsent(what, name -> new ArrayList<>()).add((System.nanoTime() - start) / 1e9);
    }

    /** Attention of all layers. */
    private Runnable attention(KvRows kv) {
        Kernels kernels = backend.kernels();
        int count = kv.positions().length;
        Rows queries = rows(count, shape.heads() * shape.headSize(), new Random(6));
        Rows out = new Rows(count, queries.width());
        AttentionRule rule = shape.attention(0);
        return () -> {
            for (int layer = 0; layer < layout.layers(); layer++) {
                kernels.attention(queries, count, shape.heads(), rule, kv, layer, out);
            }
        };
    }

    private Runnable forward(KvRows kv) {
        int count = kv.positions().length;
        int[] logitRows = count == PROMPT_TOKENS ? new int[] {count - 1} : IntStream.range(0, count).toArray();
        var batch = new ForwardBatch(new int[count], kv, List.of(), logitRows);
        return () -> transformer.forward(batch);
    }

    private void print(String label) {
        double read = BANDWIDTH_BYTES / median("read") / 1e9;
        double cache = (double) layout.blockBytes() / BLOCK_TOKENS * LONG_TOKENS / 1e9;
        double one = cache / median("attention, 1 stream");
        double several = STREAMS * cache / median("attention, unshared");
        String what = label + ", KV " + layout.type();
        line("%s: read bandwidth %.1f GB/s, %.0f MB of KV per %d tokens", what, read, 1000 * cache, LONG_TOKENS);
        line("  attention, 1 stream of %d tokens: %.2f ms a step, %.2f GB/s, %.0f %% of read", LONG_TOKENS,
                1000 * median("attention, 1 stream"), one, 100 * one / read);
        line("  attention, %d streams: %.2f ms a step, %.2f GB/s, %.0f %% of read; sharing a prefix %.2f ms, %.2f x",
                STREAMS, 1000 * median("attention, unshared"), several, 100 * several / read,
                1000 * median("attention, shared"), median("attention, unshared") / median("attention, shared"));
        line("  decode at %d tokens %.1f tokens/s, at %d %.1f: %.1f %%", SHORT_TOKENS, 1 / median("decode, short"),
                LONG_TOKENS, 1 / median("decode, long"), 100 * median("decode, short") / median("decode, long"));
        line("  decode of %d streams at %d tokens: unshared %.1f tokens/s, shared %.1f: %.2f x", STREAMS, LONG_TOKENS,
                STREAMS / median("decode, unshared"), STREAMS / median("decode, shared"),
                median("decode, unshared") / median("decode, shared"));
        line("  prompt of %d tokens: %.1f tokens/s, attention %.1f %% of it", PROMPT_TOKENS,
                PROMPT_TOKENS / median("prompt"), 100 * median("attention, prompt") / median("prompt"));
        StringBuilder draws = new StringBuilder();
        Stream.concat(DRAWS.keySet().stream(), Stream.of("5 logprobs")).forEach(name -> draws.append(
                String.format(Locale.ROOT, ", %s %.0f us", name, 1e6 * median(name))));
        line("  drawing from %d tokens%s", shape.vocabulary(), draws);
    }

    private static void line(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    /** The first third of the rounds is warm-up. */
    private double median(String what) {
        List<Double> all = seconds.get(what);
        double[] sorted = all.stream().skip(all.size() / 3).mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
