package quern.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import quern.inference.rate.RateTest;

/** An engine in a process of its own, ours or the peer, which takes a task a line and answers with a line. */
final class EngineProcess implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();
    /** Every vocabulary has these, and none of its control tokens is among them. */
    private static final int TOKEN_MIN = 300;
    private static final int TOKEN_MAX = 30_000;
    private static final int EXIT_S = 10;

    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;
    private int rounds;

    private EngineProcess(Process process) {
        this.process = process;
        this.out = process.inputReader();
        this.in = process.outputWriter();
    }

    /** Starts it and waits until it has loaded its model. */
    static EngineProcess start(Path directory, List<String> command) throws IOException {
        var engine = new EngineProcess(new ProcessBuilder(command).directory(directory.toFile())
                .redirectError(new File("/dev/null")).start());
        engine.answer("start");
        return engine;
    }

    /** Tokens a second of one round. */
    double round(RateTest test) throws IOException {
        ObjectNode task = JSON.createObjectNode().put("kind", test.reads() ? "read" : "draw")
                .put("tokens", test.tokens()).put("streams", test.streams())
                .put("depth", test.depthTokens()).put("shared", test.shared())
                .put("contextTokens", contextTokens(test));
        ArrayNode prompts = task.putArray("prompts");
        rounds++;
        for (int stream = 0; stream < test.streams(); stream++) {
            int[] ids = new SplittableRandom(rounds << 16 | stream)
                    .ints(test.reads() ? test.tokens() : 1, TOKEN_MIN, TOKEN_MAX).toArray();
            ArrayNode prompt = prompts.addArray();
            IntStream.of(ids).forEach(prompt::add);
        }
        return ask(task).path("ts").asDouble();
    }

    private static int contextTokens(RateTest test) {
        return Math.ceilDiv(test.contextTokens(), 256) * 256;
    }

    /** What it says next to these tokens, the likeliest each time. */
    List<Integer> greedy(int[] prompt, int tokens) throws IOException {
        ObjectNode task = JSON.createObjectNode().put("kind", "greedy").put("tokens", tokens)
                .put("contextTokens", prompt.length + tokens);
        ArrayNode ids = task.putArray("prompts").addArray();
        IntStream.of(prompt).forEach(ids::add);
        return ask(task).path("ids").valueStream().map(JsonNode::asInt).toList();
    }

    JsonNode ask(JsonNode task) throws IOException {
        in.write(task.toString());
        in.newLine();
        in.flush();
        return answer(task.path("kind").asText());
    }

    private JsonNode answer(String what) throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith("{")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the engine's process ended: " + what);
        }
        JsonNode answer = JSON.readTree(line);
        if (answer.has("error")) {
            throw new IOException(what + ": " + answer.path("error").asText());
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(EXIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
