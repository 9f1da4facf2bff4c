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
import quern.kv.DataDirectory;

/**
 * What HTTP takes: 64 streams of server-sent events from a server of its own process, against an engine alone with the
 * same 64 sequences, in turns, on the embedded model. Each stream is checked to have brought all of its tokens. The
 * client keeps its connections, as clients with a pool do.
 */
public final class HttpBenchmark {

    private static final int STREAMS = 64;
    private static final int ANSWER_TOKENS = 480;
    private static final int ROUNDS = Integer.getInteger("quern.benchmarks.rounds", 7);
    private static final int WARMUPS = 10;
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
                    RateRun alone = new RateRun(model, config.kv(), config.engine());
                    StreamClient.Connections connections = new StreamClient.Connections()) {
                measure(server, connections, alone);
            }
        } finally {
            DataDirectory.removeTree(data);
        }
    }

    private static ApplianceConfig config(Path data) {
        Map<String, String> keys = new java.util.HashMap<>(KEYS);
        keys.put("data", data.toString());
        return ConfigLoader.load(new ConfigSources(Optional.empty(), Map.of(), keys)).config();
    }

    private static void measure(ServerProcess server, StreamClient.Connections connections, RateRun alone)
            throws IOException {
        RateTest test = RateTest.answer(ANSWER_TOKENS).withStreams(STREAMS);
        for (int i = 0; i < WARMUPS; i++) {
            served(server, connections, Math.min(STREAMS, 4 << i));
            alone.round(test);
        }
        double[] engine = new double[ROUNDS];
        double[] http = new double[ROUNDS];
        ProcessorTime own = ProcessorTime.ZERO;
        ProcessorTime client = ProcessorTime.ZERO;
        ProcessorTime serving = ProcessorTime.ZERO;
        for (int i = 0; i < ROUNDS; i++) {
            ProcessorTime before = ProcessorTime.of(ProcessHandle.current());
            engine[i] = alone.round(test);
            ProcessorTime between = ProcessorTime.of(ProcessHandle.current());
            ProcessorTime serverBefore = ProcessorTime.of(server.handle());
            http[i] = served(server, connections, STREAMS);
            own = own.plus(between.minus(before));
            serving = serving.plus(ProcessorTime.of(server.handle()).minus(serverBefore));
            client = client.plus(ProcessorTime.of(ProcessHandle.current()).minus(between));
        }
        report(median(engine), median(http), own, serving, client);
    }

    /**
     * The overhead is that of processor time, all threads of the server's process against all of the engine's alone,
     * since the client takes its own from the same cores; it is told apart.
     */
    private static void report(double rateEngine, double rateHttp, ProcessorTime own, ProcessorTime serving,
            ProcessorTime client) {
        double tokens = 1e-6 * ROUNDS * STREAMS * ANSWER_TOKENS;
        System.out.printf(Locale.ROOT,
                "http, nano, %d streams: processor time a token: server %.1f us, engine alone %.1f us: "
                        + "overhead %.1f %%%n", STREAMS, serving.totalSeconds() / tokens, own.totalSeconds() / tokens,
                100 * (serving.totalSeconds() / own.totalSeconds() - 1));
        System.out.printf(Locale.ROOT, "  of the server's: computing %.1f us, JIT %.1f us, everything else %.1f us; "
                        + "engine alone: JIT %.1f us; client, not counted: %.1f us%n",
                serving.computeSeconds() / tokens, serving.compilerSeconds() / tokens,
                serving.restSeconds() / tokens, own.compilerSeconds() / tokens, client.totalSeconds() / tokens);
        System.out.printf(Locale.ROOT, "  %.0f tokens/s through HTTP with the client on the same cores, %.0f of the "
                + "engine alone (%.2f)%n", rateHttp, rateEngine, rateHttp / rateEngine);
    }

    /** Tokens a second, from when every stream has begun to when the last has ended. */
    private static double served(ServerProcess server, StreamClient.Connections connections, int count)
            throws IOException {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add("{\"model\":\"" + EmbeddedModel.NAME + "\",\"prompt\":[" + (300 + i) + "],\"max_tokens\":"
                    + (ANSWER_TOKENS + 1) + ",\"temperature\":0,\"ignore_eos\":true,\"stream\":true,"
                    + "\"stream_options\":{\"include_usage\":true}}");
        }
        long fromNs = System.nanoTime();
        List<StreamClient.Stream> streams =
                StreamClient.run(connections, server.address(), server.key(), "/v1/completions", bodies);
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
