package quern.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A server from its start: seconds to the first token, the first request's speed against the steady state, resident
 * memory. It is started twice over the same model, so that what the first start leaves beside the file counts.
 */
public final class StartBenchmark {

    private static final int PROMPT_TOKENS = 128;
    private static final int ANSWER_TOKENS = 64;
    private static final int REQUESTS = 12;
    private static final int TOKEN_MIN = 300;
    private static final int TOKEN_MAX = 30_000;
    private static final long LOOK_NS = 3_000_000;
    private static final long START_LIMIT_NS = 300_000_000_000L;
    private static final long ARENA_BYTES = 64L << 20;
    private static final long PROCESS_BYTES = 350L << 20;

    /** Seconds of one request. */
    private record Timing(double first, double rest) {

        double promptRate() {
            return PROMPT_TOKENS / first;
        }

        double answerRate() {
            return (ANSWER_TOKENS - 1) / rest;
        }
    }

    private StartBenchmark() {}

    /** @param arguments a model file; none: 0.5B parameters in Q8_0, written if it is not there */
    public static void main(String[] arguments) throws IOException {
        Path model = arguments.length > 0 ? Path.of(arguments[0])
                : PeerBenchmark.file(Path.of("tests/benchmarks/target/models"), "qwen2.5-0.5b-Q8_0");
        start(model, true);
        start(model, false);
    }

    private static void start(Path model, boolean first) throws IOException {
        Path data = Files.createTempDirectory("quern-start").resolve("data");
        try (ServerProcess server = ServerProcess.spawn(data, List.of("--model", model.toString()))) {
            int seed = first ? 1 : 2;
            long answeredNs = poll(server, body(model, seed, 1, 1));
            double seconds = (answeredNs - server.spawnedNs()) / 1e9;
            JsonNode ready = server.awaitReady();
            System.out.printf(Locale.ROOT, "%s: first token %.2f s after the start (ready after %d ms of it), %s%n",
                    model.getFileName(), seconds, ready.path("ready_ms").asLong(),
                    first ? "first start" : "started before");
            if (!first) {
                requests(server, model);
                memory(server, model);
            }
        }
    }

    private static void requests(ServerProcess server, Path model) throws IOException {
        Timing[] timings = new Timing[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            timings[i] = timed(server, body(model, 100 + i, PROMPT_TOKENS, ANSWER_TOKENS));
        }
        Timing one = timings[0];
        double prompt = steady(timings, true);
        double answer = steady(timings, false);
        System.out.printf(Locale.ROOT, "first request: prompt %.0f tokens/s (%.2f of the steady %.0f), answer %.1f "
                + "tokens/s (%.2f of %.1f)%n", one.promptRate(), one.promptRate() / prompt, prompt, one.answerRate(),
                one.answerRate() / answer, answer);
    }

    /** Median of the later half. */
    private static double steady(Timing[] timings, boolean prompt) {
        double[] late = java.util.Arrays.stream(timings).skip(REQUESTS / 2)
                .mapToDouble(timing -> prompt ? timing.promptRate() : timing.answerRate()).sorted().toArray();
        return late[late.length / 2];
    }

    private static void memory(ServerProcess server, Path model) throws IOException {
        Map<String, Long> bytes = server.residentBytes();
        long allowed = Files.size(model) + ARENA_BYTES + PROCESS_BYTES;
        String kinds = bytes.entrySet().stream().map(entry -> entry.getKey() + " " + (entry.getValue() >> 20) + " MiB")
                .collect(Collectors.joining(", "));
        System.out.printf(Locale.ROOT, "memory: %s; weights + KV arena + 350 MiB are %d MiB: %.2f of it%n", kinds,
                allowed >> 20, bytes.get("VmRSS") / (double) allowed);
    }

    /** Asks until it answers. @return when the first token came */
    private static long poll(ServerProcess server, String body) throws IOException {
        while (server.isAlive() && System.nanoTime() - server.spawnedNs() < START_LIMIT_NS) {
            try {
                return StreamClient.run(server.address(), server.key(), "/v1/completions", List.of(body))
                        .getFirst().firstTokenNs;
            } catch (ConnectException | java.nio.file.NoSuchFileException early) {
                LockSupport.parkNanos(LOOK_NS);
            } catch (StreamClient.Refused loading) {
                LockSupport.parkNanos(LOOK_NS);
            }
        }
        throw new IOException("the server did not answer");
    }

    private static Timing timed(ServerProcess server, String body) throws IOException {
        long fromNs = System.nanoTime();
        StreamClient.Stream stream = StreamClient.run(
                server.address(), server.key(), "/v1/completions", List.of(body)).getFirst();
        if (!stream.tail().contains("\"completion_tokens\":" + ANSWER_TOKENS)) {
            throw new IllegalStateException("a stream ended without its tokens: " + stream.tail());
        }
        return new Timing((stream.firstTokenNs - fromNs) / 1e9, (stream.lastNs - stream.firstTokenNs) / 1e9);
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
