package quern.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import quern.kv.DataDirectory;

/**
 * Two models of which only one may be loaded beside the embedded one, asked in turn: from a request for the model that
 * is not loaded to its first token, the other one unloaded for it; beside a request for one that is loaded, and beside
 * reading its packed file once, which lies in the page cache. That both answer as before is checked.
 */
public final class SwitchBenchmark {

    private static final int ROUNDS = 5;
    private static final int MEBIBYTE = 1 << 20;
    private static final List<String> SETTINGS =
            List.of("--set", "models.loaded-max=2", "--set", "models.load-wait=5m");
    private static final List<String> MODELS = List.of("first", "second");

    private SwitchBenchmark() {}

    /** @param arguments a model file; none: 0.5B parameters in Q8_0, written if it is not there */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path model = arguments.length > 0 ? Path.of(arguments[0])
                : PeerBenchmark.file(Path.of("tests/benchmarks/target/models"), "qwen2.5-0.5b-Q8_0");
        Path data = Files.createTempDirectory("quern-switch").resolve("data");
        try {
            for (String name : MODELS) {
                command("import", model.toString(), "--name", name, "--data", data.toString());
            }
            run(data, model);
        } finally {
            DataDirectory.removeTree(data.getParent());
        }
    }

    private static void run(Path data, Path model) throws IOException {
        try (ServerProcess server = ServerProcess.spawn(data, SETTINGS)) {
            server.awaitReady();
            String expected = null;
            for (String name : MODELS) {
                double packed = ask(server, name).seconds();
                System.out.printf(Locale.ROOT, "%-46s %9.0f ms%n", name + ", packed for the first time", packed * 1e3);
            }
            double[] switched = new double[ROUNDS];
            double[] loaded = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                String name = MODELS.get(round % 2);
                Answer there = ask(server, name);
                switched[round] = there.seconds();
                Answer again = ask(server, name);
                loaded[round] = again.seconds();
                expected = expected == null ? there.text() : expected;
                if (!there.text().equals(expected) || !again.text().equals(expected)) {
                    throw new IllegalStateException("another answer: " + there.text() + " after " + expected);
                }
            }
            Path packed = packed(data);
            System.out.printf(Locale.ROOT, "%s, packed %d MiB, medians of %d; %d processors%n", model.getFileName(),
                    Files.size(packed) / MEBIBYTE, ROUNDS, Runtime.getRuntime().availableProcessors());
            show("first token of a model that is not loaded", median(switched));
            show("first token of one that is", median(loaded));
            show("its packed file read once", read(packed));
        }
    }

    private static Path packed(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.toString().endsWith(".packed")).findFirst().orElseThrow(
                    () -> new IllegalStateException("no packed file in " + data));
        }
    }

    private static double read(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(MEBIBYTE);
        long fromNs = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                // its rate is what counts
            }
        }
        return (System.nanoTime() - fromNs) / 1e9;
    }

    private static void show(String what, double seconds) {
        System.out.printf(Locale.ROOT, "%-46s %9.0f ms%n", what, seconds * 1e3);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private record Answer(double seconds, String text) {}

    private static Answer ask(ServerProcess server, String name) throws IOException {
        String body = "{\"model\":\"" + name + "\",\"prompt\":[300,301,302,303,304,305,306,307],\"max_tokens\":4,"
                + "\"temperature\":0,\"ignore_eos\":true,\"logprobs\":0,\"stream\":true}";
        long fromNs = System.nanoTime();
        StreamClient.Stream stream = StreamClient.run(
                server.address(), server.key(), "/v1/completions", List.of(body)).getFirst();
        String logprobs = stream.tail().replaceAll("(?s).*\"token_logprobs\":(\\[[^]]*]).*", "$1");
        if (!logprobs.startsWith("[")) {
            throw new IllegalStateException(name + ": " + stream.tail());
        }
        return new Answer((stream.firstTokenNs - fromNs) / 1e9, logprobs);
    }

    private static void command(String... arguments) throws IOException, InterruptedException {
        String[] line = Stream.concat(Stream.of(Path.of("appliance/bin/quern").toString()), Arrays.stream(arguments))
                .toArray(String[]::new);
        int status = new ProcessBuilder(line).inheritIO().redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
                .waitFor();
        if (status != 0) {
            throw new IllegalStateException(String.join(" ", line) + " ended with " + status);
        }
    }
}
