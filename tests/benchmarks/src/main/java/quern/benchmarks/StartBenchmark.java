package quern.benchmarks;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.packed.PackedFiles;
import quern.kv.DataDirectory;

/**
 * A server from its start: seconds to the first token, the first request's speed against the steady state, resident
 * memory. It is started again and again over the same model and data directory, as a person does; the first start
 * packs.
 */
public final class StartBenchmark {

    private static final int PROMPT_TOKENS = 128;
    private static final int ANSWER_TOKENS = 64;
    private static final int REQUESTS = 12;
    private static final int STARTS = 5;
    private static final int RESTED_STARTS = 3;
    private static final Duration REST = Duration.ofSeconds(8);
    private static final int TOKEN_MIN = 300;
    private static final int TOKEN_MAX = 30_000;
    private static final long LOOK_NS = 20_000_000;
    private static final long START_LIMIT_NS = 300_000_000_000L;
    private static final long ARENA_BYTES = 64L << 20;
    private static final long PROCESS_BYTES = 350L << 20;

    /** Tokens per second of one request. */
    private record Rates(double prompt, double answer) {}

    /** Seconds of one start, and how fast its first request was. */
    private record Start(double firstToken, double processor, double ready, Rates request, Rates steady) {}

    private StartBenchmark() {}

    /** @param arguments a model file; none: 0.5B parameters in Q8_0, written if it is not there */
    public static void main(String[] arguments) throws IOException {
        Path model = arguments.length > 0 ? Path.of(arguments[0])
                : PeerBenchmark.file(Path.of("tests/benchmarks/target/models"), "qwen2.5-0.5b-Q8_0");
        run(model);
    }

    /** The first start packs; the others find what it left. */
    private static void run(Path model) throws IOException {
        Path data = Files.createTempDirectory("quern-start").resolve("data");
        try {
            Start packing = start(model, data, 0, Duration.ZERO, false);
            System.out.printf(Locale.ROOT, "%s: first token %.2f s after the first start%n", model.getFileName(),
                    packing.firstToken());
            List<Start> starts = new ArrayList<>();
            for (int i = 1; i <= STARTS; i++) {
                starts.add(start(model, data, i, Duration.ZERO, i == STARTS));
            }
            List<Start> rested = new ArrayList<>();
            for (int i = 0; i < RESTED_STARTS; i++) {
                rested.add(start(model, data, STARTS + 1 + i, REST, false));
            }
            System.out.printf(Locale.ROOT, "started again, medians of %d: first token after %.2f s and %.2f s of "
                    + "processor time, ready after %.2f s%n", STARTS, median(starts, Start::firstToken),
                    median(starts, Start::processor), median(starts, Start::ready));
            Rates steady = starts.getLast().steady();
            show("at once", starts, steady);
            show("after " + REST.toSeconds() + " s without any", rested, steady);
        } finally {
            DataDirectory.removeTree(data);
        }
    }

    private static void show(String when, List<Start> starts, Rates steady) {
        double prompt = median(starts, start -> start.request().prompt());
        double answer = median(starts, start -> start.request().answer());
        System.out.printf(Locale.ROOT, "first request %s: prompt %.0f tokens/s (%.2f of the steady %.0f), answer %.1f "
                + "tokens/s (%.2f of %.1f)%n", when, prompt, prompt / steady.prompt(), steady.prompt(), answer,
                answer / steady.answer(), steady.answer());
    }

    private static Start start(Path model, Path data, int seed, Duration rest, boolean last) throws IOException {
        try (ServerProcess server = ServerProcess.spawn(data, List.of("--model", model.toString()))) {
            long answeredNs = poll(server, body(model, seed, 1, 1));
            double processor = server.handle().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
            double ready = server.awaitReady().path("ready_ms").asLong() / 1e3;
            LockSupport.parkNanos(rest.toNanos());
            Rates first = timed(server, body(model, 100 + seed, PROMPT_TOKENS, ANSWER_TOKENS));
            Rates steady = last ? steady(server, model) : first;
            if (last) {
                memory(server, model);
            }
            return new Start((answeredNs - server.spawnedNs()) / 1e9, processor, ready, first, steady);
        }
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> figure) {
        return starts.stream().mapToDouble(figure).sorted().skip(starts.size() / 2).findFirst().orElseThrow();
    }

    /** Medians of the later half. */
    private static Rates steady(ServerProcess server, Path model) throws IOException {
        double[] prompt = new double[REQUESTS / 2];
        double[] answer = new double[REQUESTS / 2];
        for (int i = 0; i < REQUESTS; i++) {
            Rates rates = timed(server, body(model, 200 + i, PROMPT_TOKENS, ANSWER_TOKENS));
            prompt[i % prompt.length] = rates.prompt();
            answer[i % answer.length] = rates.answer();
        }
        Arrays.sort(prompt);
        Arrays.sort(answer);
        return new Rates(prompt[prompt.length / 2], answer[answer.length / 2]);
    }

    private static void memory(ServerProcess server, Path model) throws IOException {
        Map<String, Long> bytes = server.residentBytes();
        Path packed = model.resolveSibling(model.getFileName() + PackedFiles.ENDING);
        long weights = Files.exists(packed) ? Files.size(packed) + embeddingBytes(model) : Files.size(model);
        long allowed = weights + ARENA_BYTES + PROCESS_BYTES;
        String kinds = bytes.entrySet().stream().map(entry -> entry.getKey() + " " + (entry.getValue() >> 20) + " MiB")
                .collect(Collectors.joining(", "));
        System.out.printf(Locale.ROOT, "memory: %s; mapped weights + KV arena + 350 MiB are %d MiB: %.2f of it%n",
                kinds, allowed >> 20, bytes.get("VmRSS") / (double) allowed);
    }

    /** Rows of the embedding are read where they are stored. */
    private static long embeddingBytes(Path model) {
        try (ModelFile file = ModelFiles.open(model)) {
            return file.tensor("token_embd.weight").bytes().byteSize();
        }
    }

    /** Asks until it answers. @return when the first token came */
    private static long poll(ServerProcess server, String body) throws IOException {
        while (server.isAlive() && System.nanoTime() - server.spawnedNs() < START_LIMIT_NS) {
            try {
                return StreamClient.run(server.address(), server.key(), "/v1/completions", List.of(body))
                        .getFirst().firstTokenNs;
            } catch (ConnectException | NoSuchFileException early) {
                LockSupport.parkNanos(LOOK_NS);
            } catch (StreamClient.Refused loading) {
                LockSupport.parkNanos(LOOK_NS);
            }
        }
        throw new IOException("the server did not answer");
    }

    private static Rates timed(ServerProcess server, String body) throws IOException {
        long fromNs = System.nanoTime();
        StreamClient.Stream stream = StreamClient.run(
                server.address(), server.key(), "/v1/completions", List.of(body)).getFirst();
        if (!stream.tail().contains("\"completion_tokens\":" + ANSWER_TOKENS)) {
            throw new IllegalStateException("a stream ended without its tokens: " + stream.tail());
        }
        return new Rates(PROMPT_TOKENS * 1e9 / (stream.firstTokenNs - fromNs),
                (ANSWER_TOKENS - 1) * 1e9 / (stream.lastNs - stream.firstTokenNs));
    }

    private static String body(Path model, int seed, int prompt, int answer) {
        String name = model.getFileName().toString().replace(".gguf", "");
        String ids = new SplittableRandom(seed).ints(prompt, TOKEN_MIN, TOKEN_MAX).mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
        // Logprobs make every token an event, also one whose bytes are no whole character yet.
        return "{\"model\":\"" + name + "\",\"prompt\":[" + ids + "],\"max_tokens\":" + answer
                + ",\"temperature\":0,\"ignore_eos\":true,\"logprobs\":0,\"stream\":true,"
                + "\"stream_options\":{\"include_usage\":true}}";
    }
}
