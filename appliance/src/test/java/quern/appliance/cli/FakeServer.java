package quern.appliance.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Canned answers on a loopback port, named by a data directory's {@code server.json}. */
final class FakeServer implements AutoCloseable {

    static final String KEY = "qk-test";

    /** What one command line printed and ended with. */
    record Outcome(int exitCode, String out, String err) {}

    private record Answer(int status, String type, String body) {}

    private final HttpServer server;
    private final Path data;
    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    FakeServer(Path data) throws IOException {
        this.data = data;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        Files.writeString(data.resolve("admin.key"), KEY + "\n");
        Files.writeString(data.resolve("server.json"), """
                {"pid": %d, "host": "127.0.0.1", "port": %d, "tls": false}"""
                .formatted(ProcessHandle.current().pid(), server.getAddress().getPort()));
        on("GET /readyz", 200, "{\"status\": \"ok\", \"reasons\": []}");
        on("GET /health", 200, "{\"status\": \"ok\", \"model\": \"nano\"}");
    }

    /** @param request method and path, without the query */
    FakeServer on(String request, int status, String json) {
        answers.put(request, new Answer(status, "application/json", json));
        return this;
    }

    FakeServer onStream(String request, String... events) {
        var body = new StringBuilder();
        for (String event : events) {
            body.append("data: ").append(event).append("\n\n: ping\n\n");
        }
        answers.put(request, new Answer(200, "text/event-stream", body.toString()));
        return this;
    }

    /** Method, path with query, key and body of each request so far. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
        String name = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        Answer answer = answers.getOrDefault(name,
                new Answer(404, "application/json", "{\"error\": {\"message\": \"no " + name + "\"}}"));
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    Outcome run(String... arguments) {
        var line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        return runAlone(line.toArray(String[]::new));
    }

    /** A command line without a data directory of its own. */
    static Outcome runAlone(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int exitCode = QuernCommand.execute(arguments);
            return new Outcome(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }

    void stopListening() {
        server.stop(0);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
