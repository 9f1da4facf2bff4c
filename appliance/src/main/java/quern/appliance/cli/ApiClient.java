package quern.appliance.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/**
 * The HTTP API as the command line uses it. Every method throws {@link ApiFailure} when the answer is not a success, or
 * there is none.
 */
public final class ApiClient implements AutoCloseable {

    public static final ObjectMapper JSON = new ObjectMapper();

    private static final String EVENT_PREFIX = "data: ";
    private static final int EVENT_CHARS_MAX = 16 << 20;

    private final URI base;
    private final String key;
    private final HttpClient http;

    /**
     * @param key sent as the bearer; empty: none is
     * @param tls whom to trust; null: whom the JDK does
     */
    public ApiClient(URI base, String key, SSLContext tls) {
        this.base = base;
        this.key = key;
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY).followRedirects(HttpClient.Redirect.NEVER);
        this.http = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    /** Where the server listens. */
    public URI base() {
        return base;
    }

    /** A path segment or query value, quoted. */
    public static String quote(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public JsonNode get(String path) {
        return json(send(request(path).GET().build()));
    }

    public JsonNode delete(String path) {
        return json(send(request(path).DELETE().build()));
    }

    public JsonNode post(String path, JsonNode body) {
        return json(send(request(path).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())).build()));
    }

    /** Sends JSON text; the answer as it comes, whatever its status is. Cancelling it hangs up. */
    CompletableFuture<HttpResponse<String>> ask(String path, String json) {
        return http.sendAsync(request(path).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)).build(), BodyHandlers.ofString());
    }

    /** What an answer says went wrong. */
    static ApiFailure failure(HttpResponse<String> answer) {
        return failure(answer.statusCode(), answer.body());
    }

    /** An answer's body as it arrives; the caller closes it. */
    InputStream download(String path) {
        try {
            HttpResponse<InputStream> response = http.send(request(path).GET().build(), BodyHandlers.ofInputStream());
            if (response.statusCode() == 200) {
                return response.body();
            }
            try (InputStream body = response.body()) {
                throw failure(response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(e);
        }
    }

    /** Sends a body as it is and waits for the answer. */
    JsonNode send(String path, String mediaType, BodyPublisher body) {
        return json(send(request(path).header("Content-Type", mediaType).POST(body).build()));
    }

    /** Sends a body as it is; the answer comes later. */
    public CompletableFuture<JsonNode> upload(String path, String mediaType, BodyPublisher body) {
        HttpRequest request = request(path).header("Content-Type", mediaType).POST(body).build();
        return http.sendAsync(request, BodyHandlers.ofString()).thenApply(ApiClient::json);
    }

    /** {@code POST /v1/files}: a multipart upload as OpenAI's clients make it, streamed from disk. */
    public JsonNode uploadFile(Path file, String purpose) {
        return sendForm("/v1/files", Map.of("purpose", purpose), Map.of("file", file));
    }

    /** Sends a multipart form, its files streamed from disk. */
    JsonNode sendForm(String path, Map<String, String> texts, Map<String, Path> files) {
        String boundary = "quern-" + UUID.randomUUID();
        List<BodyPublisher> parts = new ArrayList<>();
        texts.forEach((name, text) -> parts.add(BodyPublishers.ofString("--" + boundary
                + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n")));
        files.forEach((name, file) -> {
            String filename = file.getFileName().toString().replaceAll("[\\p{Cntrl}\"]", "_");
            parts.add(BodyPublishers.ofString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name
                    + "\"; filename=\"" + filename + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"));
            parts.add(content(file));
            parts.add(BodyPublishers.ofString("\r\n"));
        });
        parts.add(BodyPublishers.ofString("--" + boundary + "--\r\n"));
        return json(send(request(path).header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.concat(parts.toArray(BodyPublisher[]::new))).build()));
    }

    private static BodyPublisher content(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UsageProblem(file + " is no file");
        }
        try {
            return BodyPublishers.ofFile(file);
        } catch (FileNotFoundException e) {
            throw new UsageProblem(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The body whatever the status is, for routes whose refusals are reports. */
    public JsonNode report(String path) {
        HttpResponse<String> answer = probe(path);
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw failure(answer.statusCode(), answer.body());
        }
    }

    /** Whether this path answers 200 now; the body is the reason otherwise. */
    HttpResponse<String> probe(String path) {
        return send(request(path).GET().build());
    }

    /** Sends a streaming request and hands over each event as it arrives. */
    public void stream(String path, ObjectNode body, Consumer<JsonNode> events) {
        HttpRequest request = request(path).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())).build();
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream stream = response.body()) {
                if (response.statusCode() != 200) {
                    throw failure(response.statusCode(), new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                }
                read(stream, events);
            }
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(e);
        }
    }

    private static void read(InputStream stream, Consumer<JsonNode> events) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.length() > EVENT_CHARS_MAX) {
                throw new ApiFailure(502, "an event of " + line.length() + " characters", null);
            }
            if (line.equals("data: [DONE]")) {
                return;
            }
            if (!line.startsWith(EVENT_PREFIX)) {
                continue;
            }
            JsonNode event = JSON.readTree(line.substring(EVENT_PREFIX.length()));
            if (event.has("error")) {
                throw new ApiFailure(500, event.path("error").path("message").asText("the answer failed"), null);
            }
            events.accept(event);
        }
        throw new ApiFailure(0, "the answer broke off before its end", null);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(e);
        }
    }

    private ApiFailure unreachable(Exception cause) {
        return new ApiFailure(0, "the server at " + base + " does not answer: " + cause, cause);
    }

    private static JsonNode json(HttpResponse<String> response) {
        if (response.statusCode() >= 300) {
            throw failure(response.statusCode(), response.body());
        }
        try {
            return JSON.readTree(response.body());
        } catch (JacksonException e) {
            throw new ApiFailure(502, response.uri().getPath() + " answered something that is not JSON", e);
        }
    }

    private static ApiFailure failure(int status, String body) {
        try {
            String message = JSON.readTree(body).path("error").path("message").asText("");
            return new ApiFailure(status, message.isEmpty() ? "the server answered " + status : message, null);
        } catch (JacksonException e) {
            return new ApiFailure(status, "the server answered " + status, e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
