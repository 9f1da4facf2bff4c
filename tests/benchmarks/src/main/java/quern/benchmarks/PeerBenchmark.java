package quern.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.inference.rate.Rate;
import quern.inference.rate.RateTest;

/**
 * Our engine against llama.cpp: the same files, threads and token counts, each in a process of its own, in turns. First
 * both have to tell the same story.
 */
public final class PeerBenchmark {

    private static final int PROMPT_TOKENS = 512;
    private static final int ANSWER_TOKENS = 64;
    private static final int STREAMS = 8;
    private static final int DEPTH_TOKENS = 1952;
    private static final int SHALLOW_TOKENS = 96;
    private static final int GREEDY_TOKENS = 48;
    private static final int[] STORY = {1, 403, 407, 261};
    private static final Path STORIES = Path.of("../shared/models/stories260K/stories260K.gguf");
    /** Eight streams of two thousand tokens in the larger of the shapes. */
    private static final String ARENA = "640MiB";

    private final PeerOptions options;
    private final Optional<PeerInstall> peer;
    private final List<List<String>> table = new ArrayList<>();

    private PeerBenchmark(PeerOptions options, Optional<PeerInstall> peer) {
        this.options = options;
        this.peer = peer;
    }

    public static void main(String[] arguments) throws IOException {
        PeerOptions options = PeerOptions.parse(arguments);
        var benchmark = new PeerBenchmark(options, PeerInstall.in(Path.of("tests/benchmarks/target/peer")));
        benchmark.compareStories();
        benchmark.table.add(List.of(
                "model", "figure", "llama.cpp", "its best", "Quern", "ratio", "to its best", "share"));
        for (String name : options.models()) {
            benchmark.measure(name, file(options.directory(), name));
        }
        benchmark.print();
    }

    /** The model's file, written first if it is not there. */
    static Path file(Path directory, String name) throws IOException {
        Path file = directory.resolve(name + ".gguf");
        if (!Files.exists(file)) {
            Files.createDirectories(directory);
            int cut = name.lastIndexOf('-');
            Process writing = new ProcessBuilder("appliance/bin/quern", "models", "random", file.toString(), "--shape",
                    name.substring(0, cut), "--type", name.substring(cut + 1)).inheritIO()
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (writing.onExit().join().exitValue() != 0) {
                throw new IOException(file + " cannot be written");
            }
        }
        return file;
    }

    private EngineProcess own(Path model, String arena) throws IOException {
        ProcessHandle.Info self = ProcessHandle.current().info();
        List<String> command = new ArrayList<>(List.of(self.command().orElseThrow()));
        command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EngineServant.class.getName(),
                model.toString(), Integer.toString(options.threads()), arena));
        return EngineProcess.start(Path.of("").toAbsolutePath(), command);
    }

    private void compareStories() throws IOException {
        if (peer.isEmpty() || !Files.exists(STORIES)) {
            System.out.println(
                    "answers are not compared: " + (peer.isEmpty() ? "no llama.cpp" : STORIES + " is absent"));
            return;
        }
        try (EngineProcess theirs = peer.get().start(STORIES, options.threads());
                EngineProcess ours = own(STORIES, "16MiB")) {
            List<Integer> expected = theirs.greedy(STORY, GREEDY_TOKENS);
            List<Integer> actual = ours.greedy(STORY, GREEDY_TOKENS);
            if (!expected.equals(actual) || expected.size() != GREEDY_TOKENS) {
                throw new IllegalStateException("stories260K goes on with " + actual + ", llama.cpp with " + expected);
            }
            System.out.println("stories260K: the same " + GREEDY_TOKENS + " greedy tokens from both");
        }
    }

    private void measure(String name, Path file) throws IOException {
        try (EngineProcess ours = own(file, ARENA);
                EngineProcess theirs = peer.isPresent() ? peer.get().start(file, options.threads()) : null) {
            Optional<EngineProcess> other = Optional.ofNullable(theirs);
            RateTest answer = RateTest.answer(ANSWER_TOKENS);
            RateTest together = answer.withStreams(STREAMS);
            if (options.has("prefill", name)) {
                against(name, "prefill " + PROMPT_TOKENS, RateTest.prompt(PROMPT_TOKENS), ours, other);
            }
            if (options.has("decode", name)) {
                against(name, "decode, 1 stream", answer, ours, other);
            }
            if (options.has("decode8", name)) {
                against(name, "decode, " + STREAMS + " streams", together, ours, other);
            }
            if (options.has("shared", name)) {
                pair(name, STREAMS + " streams, the same " + DEPTH_TOKENS + " tokens before / their own", ours,
                        together.behind(DEPTH_TOKENS, true), together.behind(DEPTH_TOKENS, false));
                // What sharing could give if the shared tokens cost nothing at all.
                pair(name, STREAMS + " streams behind " + SHALLOW_TOKENS + " tokens / behind " + DEPTH_TOKENS
                        + " of their own", ours, together.behind(SHALLOW_TOKENS, false),
                        together.behind(DEPTH_TOKENS, false));
            }
            if (options.has("depth", name)) {
                pair(name, "decode behind " + DEPTH_TOKENS + " tokens / behind " + SHALLOW_TOKENS, ours,
                        answer.behind(DEPTH_TOKENS, false), answer.behind(SHALLOW_TOKENS, false));
            }
        }
    }

    /** Theirs, ours, theirs, ours; the first of each is a warm-up, and one more of ours until it is compiled. */
    private void against(String name, String figure, RateTest test, EngineProcess ours, Optional<EngineProcess> other)
            throws IOException {
        warm(ours, test);
        double[] own = new double[options.rounds()];
        double[] peers = new double[options.rounds()];
        if (other.isPresent()) {
            other.get().round(test);
        }
        for (int round = 0; round < options.rounds(); round++) {
            peers[round] = other.isPresent() ? other.get().round(test) : Double.NaN;
            own[round] = ours.round(test);
        }
        Rate mine = new Rate(test, own);
        Rate peer = new Rate(test, peers);
        boolean known = other.isPresent();
        add(List.of(name, figure, known ? number(peer.median()) : "", known ? number(peer.best()) : "",
                number(mine.median()), known ? ratio(mine.median() / peer.median()) : "",
                known ? ratio(mine.median() / peer.best()) : "", share(ours, mine)));
    }

    private static void warm(EngineProcess ours, RateTest test) throws IOException {
        ours.round(test);
        ours.round(test);
    }

    /** Two tests of ours in turns. */
    private void pair(String name, String figure, EngineProcess ours, RateTest first, RateTest second)
            throws IOException {
        warm(ours, first);
        warm(ours, second);
        double[] firsts = new double[options.rounds()];
        double[] seconds = new double[options.rounds()];
        for (int round = 0; round < options.rounds(); round++) {
            firsts[round] = ours.round(first);
            seconds[round] = ours.round(second);
        }
        Rate one = new Rate(first, firsts);
        Rate other = new Rate(second, seconds);
        add(List.of(name, figure, "", "", number(one.median()) + " / " + number(other.median()),
                ratio(one.median() / other.median()), "", share(ours, one)));
    }

    private static String share(EngineProcess ours, Rate rate) throws IOException {
        RateTest test = rate.test();
        ObjectNode task = EngineProcess.JSON.createObjectNode().put("kind", "share").put("ts", rate.median());
        task.putObject("test").put("kind", test.reads() ? "read" : "draw").put("tokens", test.tokens())
                .put("streams", test.streams()).put("depth", test.depthTokens()).put("shared", test.shared());
        JsonNode answer = ours.ask(task);
        return String.format(Locale.ROOT, "%.0f %% of %s", 100 * answer.path("share").asDouble(), test.reads()
                ? String.format(Locale.ROOT, "%.0f GMAC/s", answer.path("macs_per_s").asDouble() / 1e9)
                : String.format(Locale.ROOT, "%.1f GB/s", answer.path("bytes_per_s").asDouble() / 1e9));
    }

    private void add(List<String> row) {
        table.add(row);
        if (!options.markdown()) {
            System.out.println(String.join("  ", row));
        }
    }

    private void print() {
        if (options.markdown()) {
            for (int i = 0; i < table.size(); i++) {
                System.out.println("| " + String.join(" | ", table.get(i)) + " |");
                if (i == 0) {
                    System.out.println("|" + "---|".repeat(table.get(i).size()));
                }
            }
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
