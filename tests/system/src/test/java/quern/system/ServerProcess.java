package quern.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The appliance in a JVM of its own, as {@code quern serve} starts it, so that it can be killed and watched. */
final class ServerProcess implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path data;
    private final Process process;
    private final int port;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ServerProcess(Path data, Process process, int port) {
        this.data = data;
        this.process = process;
        this.port = port;
    }

    /** Starts a server over {@code data} and waits until it is ready. */
    static ServerProcess start(Path data, String... arguments) throws IOException {
        return start(data, List.of(), arguments);
    }

    /** The same with further options of the JVM. */
    static ServerProcess start(Path data, List<String> jvmOptions, String... arguments) throws IOException {
        return start(List.of(), data, data, jvmOptions, arguments);
    }

    /** The same where only that disk's own processes see it. */
    static ServerProcess start(SmallDisk disk, String... arguments) throws IOException {
        return start(disk.launcher(), disk.place().resolve("data"), disk.root().resolve("data"), List.of(), arguments);
    }

    /**
     * @param launcher begins the command
     * @param place of the data, as the server sees it
     * @param data the same as this process sees it
     */
    private static ServerProcess start(List<String> launcher, Path place, Path data, List<String> jvmOptions,
            String... arguments) throws IOException {
        Files.createDirectories(data);
        Files.deleteIfExists(data.resolve("server.json"));
        List<String> command = new ArrayList<>(launcher);
        command.addAll(ProgramCommand.with(jvmOptions));
        command.addAll(List.of("serve", "--port", "0", "--data", place.toString()));
        command.addAll(List.of(arguments));
        Path log = data.resolveSibling(data.getFileName() + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Path serverFile = data.resolve("server.json");
        try {
            await("server.json in " + data, () -> Files.exists(serverFile) || !process.isAlive());
            if (!process.isAlive()) {
                throw new IllegalStateException("server ended with " + process.exitValue() + ":\n"
                        + Files.readString(log));
            }
            int port = JSON.readTree(serverFile.toFile()).get("port").asInt();
            ServerProcess server = new ServerProcess(data, process, port);
            await("/readyz", server::isReady);
            return server;
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Waits at most a minute, looking again every few milliseconds. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited " + START_LIMIT.toSeconds() + " s in vain for " + what);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private boolean isReady() {
        try {
            return send(HttpRequest.newBuilder(uri("/readyz")).build()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    String key() throws IOException {
        return Files.readString(data.resolve("admin.key")).strip();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    JsonNode get(String path) throws IOException {
        return json(send(authorized(path).build()));
    }

    JsonNode post(String path, String contentType, byte[] body) throws IOException {
        return json(send(authorized(path)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build()));
    }

    JsonNode post(String path, Object body) throws IOException {
        return post(path, "application/json", JSON.writeValueAsBytes(body));
    }

    HttpRequest.Builder authorized(String path) throws IOException {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + key());
    }

    HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        if (response.statusCode() >= 300) {
            throw new IOException(response.uri() + ": " + response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /** Ends the process as a power cut would. */
    void kill() {
        try {
            new ProcessBuilder("kill", "-9", Long.toString(pid())).start().waitFor();
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
