package quern.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import quern.kv.DataDirectory;

/**
 * Time to the first token behind a prefix of 2,000 tokens: computed, found in the arena, in the warm and in the cold
 * tier while the server runs, and after {@code kill -9} and a restart. That it was found, and that the answer is the
 * one of the first time, is checked for every request. Then the rate of answers while the blocks of their prompts, and
 * their own, are written behind, against a server that writes none.
 */
public final class FirstTokenBenchmark {

    private static final int PROMPT_TOKENS = 2_001;
    private static final int ANSWER_TOKENS = 4;
    private static final int PROMPTS = 6;
    private static final int WRITTEN_TOKENS = 1_025;
    private static final int WRITTEN_ANSWER_TOKENS = 97;
    private static final int WRITTEN_ROUNDS = 7;
    private static final int TOKEN_MIN = 300;
    private static final int TOKEN_MAX = 30_000;
    private static final int FOUND_MIN = PROMPT_TOKENS - 33;
    private static final Pattern LOGPROBS = Pattern.compile("\"token_logprobs\":\\[[^]]*]");
    private static final long SETTLE_NS = 3_000_000_000L;

    /** Holds two of the prompts: the others have to come from below. */
    private static final List<String> ARENA = List.of("--set", "kv.hot=60MiB", "--set", "kv.warm=1GiB", "--set",
            "kv.cold=1GiB", "--set", "engine.context-tokens=4096");

    private final Path model;
    private final String[] answers = new String[PROMPTS];

    private FirstTokenBenchmark(Path model) {
        this.model = model;
    }

    /** @param arguments a model file, then {@code writing} for the last part alone; none: 0.5B parameters in Q8_0 */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path model = arguments.length > 0 ? Path.of(arguments[0])
                : PeerBenchmark.file(Path.of("tests/benchmarks/target/models"), "qwen2.5-0.5b-Q8_0");
        FirstTokenBenchmark benchmark = new FirstTokenBenchmark(model);
        if (arguments.length < 2) {
            benchmark.run();
        } else {
            benchmark.whileWriting();
        }
    }

    private void run() throws IOException, InterruptedException {
        System.out.printf(Locale.ROOT, "%s, prompt of %d tokens, medians of %d; %d processors%n", model.getFileName(),
                PROMPT_TOKENS, PROMPTS, Runtime.getRuntime().availableProcessors());
        tier("warm", List.of("--set", "kv.cold-enabled=false"), true);
        Arrays.fill(answers, null);
        tier("cold", List.of("--set", "kv.warm-enabled=false"), false);
        whileWriting();
    }

    private void whileWriting() throws IOException {
        Path data = Files.createTempDirectory("quern-ttft");
        List<String> options = new ArrayList<>(List.of("--model", model.toString()));
        options.addAll(ARENA);
        List<String> none = new ArrayList<>(options);
        none.addAll(List.of("--set", "kv.warm-enabled=false", "--set", "kv.cold-enabled=false"));
        double[] with = new double[WRITTEN_ROUNDS];
        double[] without = new double[WRITTEN_ROUNDS];
        try (ServerProcess writes = ServerProcess.spawn(data.resolve("with"), options);
                ServerProcess silent = ServerProcess.spawn(data.resolve("without"), none)) {
            writes.awaitReady();
            silent.awaitReady();
            LockSupport.parkNanos(SETTLE_NS);
            for (int round = -1; round < WRITTEN_ROUNDS; round++) {
                double one = decodeRate(writes, round);
                double other = decodeRate(silent, round);
                if (round >= 0) {
                    with[round] = one;
                    without[round] = other;
                }
            }
        } finally {
            DataDirectory.removeTree(data);
        }
        Arrays.sort(with);
        Arrays.sort(without);
        int middle = WRITTEN_ROUNDS / 2;
        System.out.printf(Locale.ROOT, "answers while blocks are written behind: %.1f tokens/s, without writing %.1f: "
                + "%.1f %%%n", with[middle], without[middle], 100 * with[middle] / without[middle]);
    }

    /** Tokens a second of one answer behind a prompt that was never seen. */
    private double decodeRate(ServerProcess server, int round) throws IOException {
        StreamClient.Stream stream = StreamClient.run(server.address(), server.key(), "/v1/completions",
                List.of(body(1_000 + round, WRITTEN_TOKENS, WRITTEN_ANSWER_TOKENS))).getFirst();
        return (WRITTEN_ANSWER_TOKENS - 1) * 1e9 / (stream.lastNs - stream.firstTokenNs);
    }

    /** @param killed whether it is killed then: what the cold tier alone had not flushed by itself would be gone */
    private void tier(String name, List<String> settings, boolean killed) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("quern-ttft").resolve("data");
        List<String> options = new ArrayList<>(List.of("--model", model.toString()));
        options.addAll(ARENA);
        options.addAll(settings);
        try {
            double computed;
            try (ServerProcess server = ServerProcess.spawn(data, options)) {
                server.awaitReady();
                ask(server, -1, false);
                LockSupport.parkNanos(SETTLE_NS);
                computed = median(server, 0, PROMPTS, false);
                show("computed", computed, computed);
                LockSupport.parkNanos(SETTLE_NS);
                show("from the arena", again(server, PROMPTS - 1), computed);
                show("from the " + name + " tier, running", median(server, 0, PROMPTS, true), computed);
                LockSupport.parkNanos(SETTLE_NS);
                kill(server);
            }
            if (killed) {
                restart(data, options, name + " tier", computed);
                restart(data, options, name + " tier, 3 s after", computed);
            }
        } finally {
            DataDirectory.removeTree(data);
        }
    }

    private void restart(Path data, List<String> options, String name, double computed)
            throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.spawn(data, options)) {
            server.awaitReady();
            if (name.endsWith(" after")) {
                LockSupport.parkNanos(SETTLE_NS);
            }
            show("after kill -9, first request, " + name, ask(server, 0, true), computed);
            long ms = (System.nanoTime() - server.spawnedNs()) / 1_000_000;
            show("after kill -9, the next, " + name, median(server, 1, PROMPTS, true), computed);
            System.out.printf(Locale.ROOT, "  (answered %d ms after the start of the process)%n", ms);
            kill(server);
        }
    }

    private static void kill(ServerProcess server) throws InterruptedException {
        server.handle().destroyForcibly();
        while (server.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static void show(String what, double seconds, double computed) {
        System.out.printf(Locale.ROOT, "%-56s %9.1f ms  %6.2f %% of computed%n", what, seconds * 1e3,
                100 * seconds / computed);
    }

    private double median(ServerProcess server, int from, int to, boolean found) throws IOException {
        double[] seconds = new double[to - from];
        for (int prompt = from; prompt < to; prompt++) {
            seconds[prompt - from] = ask(server, prompt, found);
        }
        Arrays.sort(seconds);
        return seconds[seconds.length / 2];
    }

    /** The same prompt several times. */
    private double again(ServerProcess server, int prompt) throws IOException {
        double[] seconds = new double[PROMPTS];
        for (int i = 0; i < PROMPTS; i++) {
            seconds[i] = ask(server, prompt, true);
        }
        Arrays.sort(seconds);
        return seconds[PROMPTS / 2];
    }

    /** @return seconds to the first token */
    private double ask(ServerProcess server, int prompt, boolean found) throws IOException {
        long fromNs = System.nanoTime();
        StreamClient.Stream stream = StreamClient.run(
                server.address(), server.key(), "/v1/completions",
                List.of(body(prompt, PROMPT_TOKENS, ANSWER_TOKENS))).getFirst();
        String tail = stream.tail();
        int cached = number(tail, "\"cached_tokens\":");
        if (found ? cached < FOUND_MIN : cached != 0) {
            throw new IllegalStateException("prompt " + prompt + ": " + cached + " tokens cached");
        }
        if (prompt >= 0) {
            String texts = LOGPROBS.matcher(tail).results().map(MatchResult::group).collect(Collectors.joining());
            if (texts.isEmpty()) {
                throw new IllegalStateException("no logprobs in " + tail);
            }
            if (answers[prompt] != null && !answers[prompt].equals(texts)) {
                throw new IllegalStateException("another answer: " + texts + " after " + answers[prompt]);
            }
            answers[prompt] = texts;
        }
        return (stream.firstTokenNs - fromNs) / 1e9;
    }

    private static int number(String text, String field) {
        int at = text.lastIndexOf(field);
        if (at < 0) {
            throw new IllegalStateException("no " + field + " in " + text);
        }
        return Integer.parseInt(text.substring(at + field.length()).replaceFirst("(?s)\\D.*", ""));
    }

    private String body(int seed, int promptTokens, int answerTokens) {
        String name = model.getFileName().toString().replace(".gguf", "");
        String ids = new SplittableRandom(seed).ints(promptTokens, TOKEN_MIN, TOKEN_MAX).mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
        return "{\"model\":\"" + name + "\",\"prompt\":[" + ids + "],\"max_tokens\":" + answerTokens
                + ",\"temperature\":0,\"ignore_eos\":true,\"logprobs\":0,\"stream\":true,"
                + "\"stream_options\":{\"include_usage\":true}}";
    }
}
