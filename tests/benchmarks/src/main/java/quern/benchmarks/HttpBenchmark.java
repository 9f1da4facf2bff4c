package quern.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.format.ModelFiles;
import quern.inference.rate.RateRun;
import quern.inference.rate.RateTest;

/**
 * What HTTP takes: 64 streams of server-sent events from a server of its own process, against an engine alone with the
 * same 64 sequences, in turns, on the embedded model. Each stream is checked to have brought all of its tokens.
 */
public final class HttpBenchmark {

    private static final int STREAMS = 64;
    private static final int ANSWER_TOKENS = 256;
    private static final int ROUNDS = 7;
    private static final int WARMUPS = 6;
    private static final Map<String, String> KEYS = Map.of(
            "engine.sequences-max", "64", "engine.draft-tokens-max", "0", "kv.hot", "128MiB",
            "kv.warm-enabled", "false", "kv.cold-enabled", "false");

    private HttpBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path data = Files.createTempDirectory("quern-http");
        List<String> options = new ArrayList<>();
        KEYS.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
        try (ServerProcess server = ServerProcess.spawn(data.resolve("server"), options)) {
            server.awaitReady();
            ApplianceConfig config = config(data);
            try (Backend backend = BackendChoice.choose(config.backend()).backend();
                    LoadedModel model = LoadedModel.load(ModelFiles.open(EmbeddedModel.unpack(data)),
                            backend.kernels(), config.engine().product());
                    RateRun alone = new RateRun(model, config.kv(), config.engine())) {
                measure(server, alone);
            }
        }
    }

    private static ApplianceConfig config(Path data) {
        Map<String, String> keys = new java.util.HashMap<>(KEYS);
        keys.put("data", data.toString());
        return ConfigLoader.load(new ConfigSources(Optional.empty(), Map.of(), keys)).config();
    }

    private static void measure(ServerProcess server, RateRun alone) throws IOException {
        RateTest test = RateTest.answer(ANSWER_TOKENS).withStreams(STREAMS);
        for (int i = 0; i < WARMUPS; i++) {
            served(server, Math.min(STREAMS, 4 << i));
            alone.round(test);
        }
        double[] engine = new double[ROUNDS];
        double[] http = new double[ROUNDS];
        double[] seconds = new double[3];
        for (int i = 0; i < ROUNDS; i++) {
            double before = cpuSeconds(ProcessHandle.current());
            engine[i] = alone.round(test);
            double between = cpuSeconds(ProcessHandle.current());
            double serverBefore = cpuSeconds(server.handle());
            http[i] = served(server, STREAMS);
            seconds[0] += between - before;
            seconds[1] += cpuSeconds(server.handle()) - serverBefore;
            seconds[2] += cpuSeconds(ProcessHandle.current()) - between;
        }
        double rateEngine = median(engine);
        double rateHttp = median(http);
        System.out.printf(Locale.ROOT, "http, nano, %d streams: %.0f tokens/s through HTTP, %.0f of the engine alone "
                + "(%.2f; overhead %.1f %%)%n", STREAMS, rateHttp, rateEngine, rateHttp / rateEngine,
                100 * (1 - rateHttp / rateEngine));
        double tokens = 1e-6 * ROUNDS * STREAMS * ANSWER_TOKENS;
        System.out.printf(Locale.ROOT,
                "  processor time a token: engine alone %.1f us; server %.1f us, client %.1f us%n",
                seconds[0] / tokens, seconds[1] / tokens, seconds[2] / tokens);
    }

    private static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    /** Tokens a second, from when every stream has begun to when the last has ended. */
    private static double served(ServerProcess server, int count) throws IOException {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add("{\"model\":\"" + EmbeddedModel.NAME + "\",\"prompt\":[" + (300 + i) + "],\"max_tokens\":"
                    + (ANSWER_TOKENS + 1) + ",\"temperature\":0,\"ignore_eos\":true,\"stream\":true,"
                    + "\"stream_options\":{\"include_usage\":true}}");
        }
        long fromNs = System.nanoTime();
        List<StreamClient.Stream> streams =
                StreamClient.run(server.address(), server.key(), "/v1/completions", bodies);
        long untilNs = streams.stream().mapToLong(stream -> stream.lastNs).max().orElseThrow();
        for (StreamClient.Stream stream : streams) {
            if (!stream.tail().contains("\"completion_tokens\":" + (ANSWER_TOKENS + 1))) {
                throw new IllegalStateException("a stream ended without its tokens: " + stream.tail());
            }
        }
        if (Boolean.getBoolean("quern.benchmarks.detail")) {
            long reads = streams.stream().mapToLong(stream -> stream.reads).sum();
            long bytes = streams.stream().mapToLong(stream -> stream.bytes).sum();
            System.out.printf(Locale.ROOT, "  %d reads, %d bytes, first after %.0f ms%n", reads, bytes,
                    (streams.stream().mapToLong(stream -> stream.firstNs).max().orElseThrow() - fromNs) / 1e6);
        }
        return 1e9 * count * ANSWER_TOKENS / (untilNs - fromNs);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
