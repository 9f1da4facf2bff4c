package quern.appliance.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import quern.config.QuernException;
import quern.kv.DataDirectory;

/** The demonstration's own server, {@code quern serve} in another process, so that it can be killed; and its API. */
final class DemoServer implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration START_LIMIT = Duration.ofSeconds(120);

    /** A chat answer, how long its first token took, and each one behind it. */
    record Answer(String text, double firstTokenMs, List<Double> gapsMs, int promptTokens, int cachedTokens,
            List<Double> logprobs) {}

    private final Process process;
    private final int port;
    private final String key;
    private final double readyMs;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private DemoServer(Process process, int port, String key, double readyMs) {
        this.process = process;
        this.port = port;
        this.key = key;
        this.readyMs = readyMs;
    }

    /** Starts a server over {@code data} and waits until it is ready. */
    static DemoServer start(Path data, Optional<Path> model) throws IOException {
        long startedNs = System.nanoTime();
        Files.createDirectories(data);
        Files.deleteIfExists(data.resolve("server.json"));
        Path log = data.resolveSibling(data.getFileName() + ".log");
        Process process = new ProcessBuilder(command(data, model))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        while (System.nanoTime() - startedNs < START_LIMIT.toNanos() && process.isAlive()) {
            var file = DataDirectory.readServerFile(data);
            if (file.isPresent() && file.get().pid() == process.pid()) {
                String key = Files.readString(data.resolve("admin.key")).strip();
                DemoServer server = new DemoServer(process, file.get().port(), key, 0);
                if (server.isReady()) {
                    return new DemoServer(process, file.get().port(), key, (System.nanoTime() - startedNs) / 1e6);
                }
            }
            LockSupport.parkNanos(10_000_000);
        }
        process.destroyForcibly();
        throw new QuernException(QuernException.Category.FATAL, "the server did not become ready; its log is " + log);
    }

    private static List<String> command(Path data, Optional<Path> model) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "quern.appliance.Main", "serve",
                "--port", "0", "--data", data.toString()));
        model.ifPresent(path -> command.addAll(List.of("--model", path.toString())));
        return command;
    }

    private boolean isReady() {
        try {
            return exchange(HttpRequest.newBuilder(uri("/readyz")).build()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** From the start of the process to the first ready answer. */
    double readyMs() {
        return readyMs;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** Resident memory in MiB, as the kernel counts it. */
    long residentMib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    /** Ends the process as a power cut would. */
    void kill() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    JsonNode get(String path) throws IOException {
        return json(exchange(authorized(path).build()));
    }

    JsonNode post(String path, Object body) throws IOException {
        return post(path, "application/json", JSON.writeValueAsBytes(body));
    }

    JsonNode post(String path, String contentType, byte[] body) throws IOException {
        return json(exchange(authorized(path).header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build()));
    }

    /** Streams a chat answer, greedily, with the logprobs of its tokens. */
    Answer chat(String model, List<? extends Object> messages, int tokensMax) throws IOException {
        var body = JSON.createObjectNode().put("model", model).put("stream", true).put("temperature", 0)
                .put("max_tokens", tokensMax).put("logprobs", true);
        body.putObject("stream_options").put("include_usage", true);
        body.set("messages", JSON.valueToTree(messages));
        HttpRequest request = authorized("/v1/chat/completions").header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))).build();
        long startedNs = System.nanoTime();
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                if (response.statusCode() != 200) {
                    throw new IOException(response.statusCode() + " " + reader.readLine());
                }
                return read(reader, startedNs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Answer read(BufferedReader reader, long startedNs) throws IOException {
        StringBuilder text = new StringBuilder();
        List<Double> logprobs = new ArrayList<>();
        List<Double> gapsMs = new ArrayList<>();
        double lastMs = 0;
        double firstTokenMs = 0;
        JsonNode usage = JSON.createObjectNode();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.startsWith("data: ") || line.equals("data: [DONE]")) {
                continue;
            }
            JsonNode chunk = JSON.readTree(line.substring(6));
            if (chunk.has("error")) {
                throw new IOException(chunk.get("error").toString());
            }
            usage = chunk.path("usage").isObject() ? chunk.get("usage") : usage;
            JsonNode choice = chunk.path("choices").path(0);
            JsonNode tokens = choice.path("logprobs").path("content");
            tokens.forEach(token -> logprobs.add(token.path("logprob").asDouble()));
            text.append(choice.path("delta").path("content").asText(""));
            if (!tokens.isEmpty()) {
                double nowMs = (System.nanoTime() - startedNs) / 1e6;
                if (firstTokenMs == 0) {
                    firstTokenMs = nowMs;
                } else {
                    gapsMs.add(nowMs - lastMs);
                }
                lastMs = nowMs;
            }
        }
        return new Answer(text.toString(), firstTokenMs, gapsMs, usage.path("prompt_tokens").asInt(),
                usage.path("prompt_tokens_details").path("cached_tokens").asInt(), logprobs);
    }

    private HttpRequest.Builder authorized(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + key);
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> exchange(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        if (response.statusCode() >= 300) {
            throw new QuernException(QuernException.Category.ERROR,
                    response.uri().getPath() + " answered " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
